"""What the first rows of other people's tables look like, and what their cells hold."""

import base64
import json
from datetime import datetime, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.sources import Photo, Source, Table, preview
from ingest.sources.cells import is_empty, read_moment
from ingest.sources.where import condition
from ingest.tell import describe_summary
from tests.ingest.pictures import jpeg

UTC = timezone.utc
WORDS = ["rotes Haus am See", "zwei Hunde im Schnee", "ein Feld"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for at in range(3):
        (tmp_path / f"{at}.jpg").write_bytes(jpeg(at))
    return tmp_path


def read(folder: Path, header: str, rows: list[str], name: str = "t.csv") -> list[Photo]:
    text = header + "\n" + "".join(f"{at}.jpg{row}\n" for at, row in enumerate(rows))
    (folder / name).write_text(text)
    return list(Source(folder / name))


@pytest.mark.parametrize(
    "header",
    [
        *("Datei;Beschreibung", "fichier;légende", "archivo;descripción", "файл;описание"),
        *("文件名;描述", "画像;キャプション", "file;what is seen"),
    ],
)
def test_captions_are_known_by_their_name_in_other_languages_or_by_what_they_hold(folder, header):
    photos = read(folder, header, [";" + words for words in WORDS])
    assert [photo.metadata["description"] for photo in photos] == WORDS


@pytest.mark.parametrize(
    "header", ["Kategorie", "catégorie", "etiqueta", "kategori", "класс", "标签"]
)
def test_labels_are_known_by_their_name_in_other_languages(folder, header):
    photos = read(folder, f"file,{header}", [",a", ",b", ",a"])
    assert [photo.metadata["label"] for photo in photos] == ["a", "b", "a"]


def test_the_comments_of_flickr30k_are_captions(folder):
    lines = ["image_name| comment_number| comment", "0.jpg| 0| Two men .", "1.jpg| 0| A dog ."]
    (folder / "results.csv").write_text("\n".join(lines))
    told = [photo.metadata for photo in Source(folder / "results.csv")]
    assert told == [{"description": "Two men ."}, {"description": "A dog ."}]


def test_what_comes_again_or_is_short_is_no_caption(folder):
    photos = read(folder, "file,rights,mood", [",Creative Commons Attribution 2.0,calm"] * 3)
    assert photos[0].metadata == {}
    assert photos[0].extra == {"rights": "Creative Commons Attribution 2.0", "mood": "calm"}


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        ("SourceFile,DateTimeOriginal,ImageWidth", "0.jpg,2019:07:05 10:11:12,64", "taken width"),
        ("Filename,Capture Time,Creator", "0.jpg,2019-07-05 10:11:12,Ann", "taken photographer"),
        ("file,captured_at", "0.jpg,1588320000000", "taken"),  # Mapillary
        ("File Name,XMP:DateCreated", "0.jpg,2019:07:05 10:11:12", "taken"),
        ("File Name,Capture Date,Camera Model", "0.jpg,2019-07-05 10:11,Canon EOS", "taken camera"),
        (
            "imgName,originalCreationDate,viewCount",
            '0.jpg,"Friday July 5,2019 4:05 PM GMT",5',
            "taken",
        ),
        (
            "File:FileName,EXIF:DateTimeOriginal,XMP-dc:Title,IPTC:Caption-Abstract",
            "0.jpg,2020:05:01 10:11:12,DSC_1,A bridge",
            "taken description",
        ),
        ("file,created_at,observed_on", "0.jpg,2020-06-01,2020-05-01", "taken"),
        ("file,creation_timestamp", "0.jpg,1588320000", "taken"),
        ("file,created_utc", "0.jpg,1588320000", "taken"),
        ("file,modified,eventDate", "0.jpg,2020-06-01,2020-05-01T10:11:12", "taken"),
        ("file,dc:creator,dc:description", "0.jpg,Ann Lee,A bridge", "photographer description"),
    ],
)
def test_columns_that_photo_managers_write_are_known(folder, header, row, told):
    (folder / "t.csv").write_text(f"{header}\n{row}\n")
    (photo,) = Source(folder / "t.csv")
    assert photo.metadata.keys() == set(told.split())
    assert photo.metadata.get("description", "A bridge") == "A bridge"
    taken = photo.metadata.get("taken")
    assert taken is None or taken.month in {5, 7}  # when it was taken, not when it was uploaded


@pytest.mark.parametrize("group", ["", "EXIF:"])
def test_what_exiftool_lists_is_found_by_its_source_file_with_its_camera(folder, group):
    keys = ["SourceFile", f"{group}FileName", f"{group}Make", f"{group}Model"]
    rows = [dict(zip(keys, [f"{at}.jpg", f"{at}.jpg", "Canon", "Canon EOS 5D"], strict=True))
            for at in range(2)]  # fmt: skip
    del rows[1][keys[1]]
    (folder / "t.json").write_text(json.dumps(rows))
    photos = list(Source(folder / "t.json"))
    assert [photo.metadata for photo in photos] == [{"camera": "Canon EOS 5D"}] * 2
    cars = [",Canon,Canon EOS 5D", ",Ford,A red one"]
    photos = read(folder, "file,Make,Model", cars)
    assert "camera" not in photos[0].metadata


def test_spaces_around_an_address_are_no_second_one(tmp_path):
    (tmp_path / "list.txt").write_text("https://x.org/a.jpg\n  https://x.org/b.jpg  \n")
    assert "several" not in preview(tmp_path / "list.txt").choices


def test_columns_of_one_name_are_all_kept(folder):
    photos = read(folder, "file,tag,tag,tag", [",red,big,old", ",blue,small,new", ",,,"])
    assert photos[0].extra == {"tag": "red", "tag 2": "big", "tag 3": "old"}


def test_columns_without_a_name_have_their_number_and_the_others_their_names(folder):
    (folder / "t.csv").write_text(",file,,label\n7,0.jpg,red,cat\n8,1.jpg,blue,dog\n")
    photos = list(Source(folder / "t.csv"))
    assert [photo.id for photo in photos] == ["0.jpg", "1.jpg"]
    assert photos[0].extra == {"column 1": 7, "column 3": "red"}
    assert photos[0].metadata == {"label": "cat"}


def test_spaces_and_quotes_around_cells_are_no_part_of_them(folder):
    text = 'file, caption\n0.jpg, "one, two"\n \'1.jpg\' , "three"\n2.jpg, four\n'
    (folder / "t.csv").write_text(text)
    photos = list(Source(folder / "t.csv"))
    assert [Path(photo.address).name for photo in photos] == ["0.jpg", "1.jpg", "2.jpg"]
    assert [p.metadata["description"] for p in photos] == ["one, two", "three", "four"]


@pytest.mark.parametrize(
    "cell",
    [
        "NA",
        "-nan",
        "#N/A",
        "#NULL!",
        "(null)",
        "<NA>",
        "n/a",
        "\\N",
        "#REF!",
        "#NAME?",
        "#DIV/0!",
        "#VALUE!",
        "#NUM!",
    ],
)
def test_what_tools_write_for_nothing_is_nothing(cell):
    assert is_empty(cell)
    assert not is_empty("na")  # a word, and a syllable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7/5/2019 3:04 PM", datetime(2019, 7, 5, 15, 4, tzinfo=UTC)),
        ("12/31/2019 12:00:05 AM", datetime(2019, 12, 31, 0, 0, 5, tzinfo=UTC)),
        ("2019-07-05 12:30 p.m.", datetime(2019, 7, 5, 12, 30, tzinfo=UTC)),
        ("Jul 5, 2019, 3:04:05 PM", datetime(2019, 7, 5, 15, 4, 5, tzinfo=UTC)),
        ("5 July 2019 3:04 pm", datetime(2019, 7, 5, 15, 4, tzinfo=UTC)),
    ],
)
def test_clocks_of_twelve_hours_are_read(text, expected):
    assert read_moment(text) == expected


def test_turkish_is_not_taken_for_polish(folder):
    words = ["Göl kenarında kırmızı ev", "Karda iki köpek ışığı", "Akşam buğday tarlası"]
    text = "file,caption\n" + "".join(f"{at}.jpg,{word}\n" for at, word in enumerate(words))
    (folder / "t.csv").write_bytes(text.encode("cp1254"))
    photos = list(Source(folder / "t.csv"))
    assert [photo.metadata["description"] for photo in photos] == words


def test_what_the_folders_above_a_table_say_is_a_column(tmp_path):
    for at, split in enumerate(("train", "val")):
        folder = tmp_path / "set" / f"split={split}" / "place=New%20York"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"image": [jpeg(at)]}), folder / "part-0.parquet")
    photos = list(Source(tmp_path / "set"))
    assert [photo.extra for photo in photos] == [
        {"split": "train", "place": "New York"},
        {"split": "val", "place": "New York"},
    ]
    (only,) = Source(tmp_path / "set", Table(where=(condition("split=val"),)))
    assert only.payload == jpeg(1)


def test_japanese_of_unix_is_not_taken_for_chinese(folder):
    words = ["湖のほとりの赤い家", "雪の中の二匹の犬", "夕方の麦畑です"]
    text = "file,caption\n" + "".join(f"{at}.jpg,{word}\n" for at, word in enumerate(words))
    (folder / "t.csv").write_bytes(text.encode("euc_jp"))
    photos = list(Source(folder / "t.csv"))
    assert [photo.metadata["description"] for photo in photos] == words
    assert "EUC-JP" in preview(folder / "t.csv").choices


SEVERAL = ["https://x.org/1.jpg", "https://x.org/2.jpg"]


def test_an_altitude_and_a_raw_file_are_no_captions(folder):
    for header, row in {"file,lat,lon,alt": ",45.1,7.2,120.5", "file,raw": ",0.CR2"}.items():
        (photo,) = read(folder, header, [row])
        assert "description" not in photo.metadata
        assert not photo.captions
        assert photo.extra[header.split(",")[-1]] in {120.5, "0.CR2"}


def test_a_train_is_a_class_among_vehicles_and_a_part_among_parts(folder):
    rows = [",1,0,0", ",0,0,1", ",0,1,0"]
    photos = read(folder, "file,bus,car,train", rows)
    assert [photo.metadata["label"] for photo in photos] == ["bus", "train", "car"]
    assert not any("label" in photo.metadata for photo in read(folder, "file,val,test,train", rows))


def test_of_sizes_the_one_that_more_rows_have_is_the_picture(tmp_path):
    (tmp_path / "t.csv").write_text(
        "id,url_l,url_o\n1,http://x/1_l.jpg,http://x/1_o.jpg\n2,http://x/2_l.jpg,\n"
    )
    found = [photo.address for photo in Source(tmp_path / "t.csv")]
    assert found == ["http://x/1_l.jpg", "http://x/2_l.jpg"]


def test_pictures_of_plates_are_no_licence_and_scans_of_pages_no_page(folder):
    (folder / "t.csv").write_text("license_plate_image,number\n0.jpg,AB 1\n1.jpg,AB 2\n")
    assert [photo.id for photo in Source(folder / "t.csv")] == ["0.jpg", "1.jpg"]
    (folder / "t.csv").write_text("page,page_image,thumb\n1,0.jpg,1.jpg\n2,1.jpg,2.jpg\n")
    assert [photo.id for photo in Source(folder / "t.csv")] == ["0.jpg", "1.jpg"]


def test_numbers_of_objects_are_no_days(folder):
    photos = read(folder, "file,Accession Number,made", [",1985.12.3,1985.12.3"])
    assert photos[0].extra["Accession Number"] == "1985.12.3"
    assert photos[0].extra["made"] == datetime(1985, 12, 3, tzinfo=UTC)


@pytest.mark.parametrize("page", ["url", "link", "href"])
def test_an_image_goes_before_a_page_of_a_usual_name(tmp_path, page):
    rows = "https://shop.x/item/1,https://cdn.x/1\nhttps://shop.x/item/2,https://cdn.x/2?w=9\n"
    (tmp_path / "t.csv").write_text(f"{page},image\n{rows}")
    found = [photo.address for photo in Source(tmp_path / "t.csv")]
    assert found == ["https://cdn.x/1", "https://cdn.x/2?w=9"]


@pytest.mark.parametrize("page", ["url", "website"])
def test_the_home_of_a_site_is_no_picture(tmp_path, page):
    rows = "https://acme.com,https://x.org/a.png\nhttps://bolt.io/,https://x.org/b.png\n"
    (tmp_path / "t.csv").write_text(f"{page},logo\n{rows}")
    found = [photo.address for photo in Source(tmp_path / "t.csv")]
    assert found == ["https://x.org/a.png", "https://x.org/b.png"]


@pytest.mark.parametrize(
    "cell",
    [
        *("|".join(SEVERAL), ", ".join(SEVERAL), "; ".join(SEVERAL), "\n".join(SEVERAL)),
        *(str(SEVERAL), json.dumps(SEVERAL), f"<{SEVERAL[0]}> <{SEVERAL[1]}>"),
    ],
)
def test_of_several_addresses_in_a_cell_the_first_is_taken_and_that_is_told(tmp_path, cell):
    quoted = cell.replace('"', '""')
    (tmp_path / "t.csv").write_text(f'id,images of it\n1,"{quoted}"\n2,"{quoted}"\n')
    assert [photo.address for photo in Source(tmp_path / "t.csv")] == SEVERAL[:1] * 2
    assert "the first of several pictures" in preview(tmp_path / "t.csv").choices


def test_lists_of_addresses_give_their_first(tmp_path):
    (tmp_path / "t.jsonl").write_text(json.dumps({"id": "a", "pictures": SEVERAL}) + "\n")
    (photo,) = Source(tmp_path / "t.jsonl")
    assert photo.address == SEVERAL[0]
    assert "the first of several pictures" in preview(tmp_path / "t.jsonl").choices


@pytest.mark.parametrize(
    "address",
    [
        "https://web.archive.org/web/2020/https://x.org/a.jpg",
        "https://cdn.x.org/fit,w=200/https://x.org/a,b.jpg",
        "https://x.org/a.jpg?from=https://y.org/b|c",
    ],
)
def test_an_address_within_an_address_is_one(tmp_path, address):
    (tmp_path / "t.csv").write_text(f'url,label\n"{address}",cat\n')
    (photo,) = Source(tmp_path / "t.csv")
    assert photo.address == address
    assert "several" not in preview(tmp_path / "t.csv").choices


@pytest.mark.parametrize(
    "cell",
    [
        "IMG (1).jpg ({})",
        '<img alt="A" src="{}" width=5>',
        "![a cat]({})",
        '=IMAGE("{}", "a cat")',
        '=HYPERLINK("{}")',
    ],
)
@pytest.mark.parametrize("more", ["", ", "])
def test_what_tools_write_around_an_address_is_no_part_of_it(tmp_path, cell, more):
    address = "https://x.org/a,b.jpg?x=1"
    text = cell.format(address) + more + (cell.format("https://x.org/2.jpg") if more else "")
    (tmp_path / "t.json").write_text(json.dumps([{"id": 1, "Photo": text}]))
    (photo,) = Source(tmp_path / "t.json")
    assert photo.address == address
    assert ("several" in preview(tmp_path / "t.json").choices) == bool(more)


def test_ampersands_of_html_are_plain_in_addresses(tmp_path):
    (tmp_path / "t.csv").write_text("url\nhttps://x.org/a.jpg?w=1&amp;h=2\n")
    (photo,) = Source(tmp_path / "t.csv")
    assert photo.address == "https://x.org/a.jpg?w=1&h=2"


def test_numbers_before_paths_are_their_ids(folder):
    lines = ["1 0.jpg", "2 1.jpg", "10 2.jpg"]
    (folder / "t.txt").write_text("\n".join(lines))
    assert [photo.id for photo in Source(folder / "t.txt")] == ["1", "2", "10"]
    for at, name in enumerate(lines):
        (folder / name).write_bytes(jpeg(at))
    assert [photo.id for photo in Source(folder / "t.txt")] == lines


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ("\"['dog', 'cat']\"", "dog|cat"),
        ('"[""dog"", ""cat"", ""dog""]"', "dog|cat"),
        ("['dog']", "dog"),
        ("[]", None),
        ("[dog]", "[dog]"),
    ],
)
def test_lists_in_a_column_of_labels_are_several_labels(folder, cell, label):
    [photo] = read(folder, "path,label", [f",{cell}"])
    assert photo.metadata.get("label") == label


@pytest.mark.parametrize("numbers", [(65, 970, 230), (7, 7, 3)])
def test_numbers_that_do_not_rise_are_labels_and_no_ids(folder, numbers):
    lines = [f"{at}.jpg {number}" for at, number in enumerate(numbers)]
    (folder / "t.txt").write_text("\n".join(lines))
    found = list(Source(folder / "t.txt"))
    assert [photo.id for photo in found] == ["0.jpg", "1.jpg", "2.jpg"]
    assert [photo.metadata["label"] for photo in found] == list(map(str, numbers))


def test_words_are_labels_before_the_numbers_of_boxes(folder):
    (folder / "t.csv").write_text("0.jpg,5,2,dog\n1.jpg,5,9,cat\n2.jpg,1,7,dog\n")
    assert [photo.metadata["label"] for photo in Source(folder / "t.csv")] == ["dog", "cat", "dog"]


def test_boxes_are_no_captions(folder):
    photos = read(folder, "file,bbox", [',"[1, 2, 3, 4]"', ',"[5, 6, 7, 8]"'])
    assert [photo.captions for photo in photos] == [(), ()]
    assert photos[0].extra == {"bbox": "[1, 2, 3, 4]"}


def test_further_addresses_of_a_row_are_no_captions(tmp_path):
    rows = [",".join(f"https://x.org/{at}{part}.jpg" for part in "abc") for at in range(3)]
    (tmp_path / "t.csv").write_text("\n".join(rows))
    assert [photo.metadata for photo in Source(tmp_path / "t.csv")] == [{}, {}, {}]


@pytest.mark.parametrize("before", ["", "data:image/jpeg;base64,"])
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_pictures_written_as_text_are_pictures(tmp_path, before, ending):
    cells = [before + base64.b64encode(jpeg(at)).decode() for at in range(3)]
    path = tmp_path / f"t.{ending}"
    if ending == "parquet":
        pq.write_table(pa.table({"id": ["a", "b", "c"], "image": cells}), path)
    elif ending == "jsonl":
        rows = zip("abc", cells, strict=True)
        path.write_text("".join(json.dumps({"id": i, "image": c}) + "\n" for i, c in rows))
    else:
        rows = zip("abc", cells, strict=True)
        path.write_text("id,image\n" + "".join(f'{i},"{cell}"\n' for i, cell in rows))
    photos = list(Source(path))
    assert [photo.payload for photo in photos] == [jpeg(at) for at in range(3)]
    assert [photo.id for photo in photos] == ["a", "b", "c"]


def test_lists_of_words_and_of_classes_are_kept_as_words(tmp_path):
    names = {"names": ["red", "blue"], "_type": "ClassLabel"}
    features = {"hues": {"feature": names, "_type": "Sequence"}, "more": [names]}
    inner = {"hue": names, "box": {"feature": {"dtype": "float32", "_type": "Value"}}}
    features |= {"objects": {"feature": inner, "_type": "Sequence"}, "one": {"hue": names}}
    told = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    table = pa.table(
        {
            "image": [jpeg(0), jpeg(1)],
            "hues": [[0, 1], []],
            "more": [[1], None],
            "tags": [["old", "calm"], None],
            "boxes": [[1.5, 2.5], []],
            "objects": [{"hue": [1, 0], "box": [[1.5], [2.5]]}, None],
            "one": [{"hue": 0}, {"hue": None}],
        }
    )
    pq.write_table(table.replace_schema_metadata(told), tmp_path / "t.parquet")
    first, second = Source(tmp_path / "t.parquet")
    expected = {"hues": "red, blue", "more": "blue", "tags": "old, calm"}
    assert first.extra == expected | {"objects.hue": "blue, red"}
    assert first.metadata == {"label": "red"}
    assert (second.extra, second.metadata) == ({}, {})


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (r"He said \"hi\", ok", 'He said "hi", ok'),
        (r"ends in \"quotes\"", 'ends in "quotes"'),
        ("two\n" + r"lines, one \"quoted\"" + "\nthree", 'two lines, one "quoted" three'),
        ("C:\\pics\\", "C:\\pics\\"),
        ("C:\\pics\\,\nand more", "C:\\pics\\, and more"),
        ('as ""usual"", and', 'as "usual", and'),
        ("\n".join(["and, on"] * 300), " ".join(["and, on"] * 300)),
    ],
)
def test_quotes_within_quotes_and_long_cells_tear_no_row(folder, cell, words):
    photos = read(folder, "path,caption,label", [f',"{cell}",a', ',"plain, one",b'])
    assert [photo.captions for photo in photos] == [(words,), ("plain, one",)]
    assert [photo.metadata["label"] for photo in photos] == ["a", "b"]


@pytest.mark.parametrize("following", [5, 5_000])
def test_a_quote_that_never_closes_costs_no_row(folder, following):
    photos = read(folder, "path,caption", [',"open', *[",a lake"] * following])
    assert len(photos) == following + 1


@pytest.mark.parametrize("ruler", ["|---|---|", "| :--- | ---: |"])
def test_the_ruler_of_a_table_of_markdown_is_no_row(folder, ruler):
    text = f"| path | caption |\n{ruler}\n| 0.jpg | a red house |\n| 1.jpg | two dogs |\n"
    (folder / "t.md").write_text(text)
    photos = list(Source(folder / "t.md"))
    assert [Path(photo.address).name for photo in photos] == ["0.jpg", "1.jpg"]
    assert [photo.captions for photo in photos] == [("a red house",), ("two dogs",)]


@pytest.mark.parametrize("column", ["id", "uid"])
@pytest.mark.parametrize("ids", ["aabb", "abcc" * 3])
def test_an_id_of_several_pictures_is_not_taken_for_theirs(folder, ingest, column, ids):
    for at in range(3, len(ids)):
        (folder / f"{at}.jpg").write_bytes(jpeg(at))
    rows = "".join(f"{at}.jpg,{one}\n" for at, one in enumerate(ids))
    (folder / "t.csv").write_text(f"path,{column}\n{rows}")
    photos = list(Source(folder / "t.csv"))
    assert [photo.id for photo in photos] == [f"{at}.jpg" for at in range(len(ids))]
    assert ingest(folder / "t.csv").inserted == len(ids)


def test_an_id_that_comes_twice_by_a_slip_stays_the_id(folder, ingest):
    rows = "".join(f"0.jpg,{at}\n" for at in range(30))
    (folder / "t.csv").write_text(f"path,id\n{rows}1.jpg,7\n")
    summary = ingest(folder / "t.csv")
    assert summary.doubled == 1
    assert "--id-column" in describe_summary(summary, "photos")
