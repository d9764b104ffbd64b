import base64
import gzip
import hashlib
import io
import json
import os
import pickle
import unicodedata
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import lance
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from encoder.pictures import ENDINGS
from ingest.errors import DamagedSource, SourceError
from ingest.sources import Photo, Source, Table, preview
from ingest.sources.cells import read_moment
from ingest.sources.where import condition
from ingest.vectors import find_vectors
from tests.ingest.pictures import encoded, jpeg, noise

UTC = timezone.utc
CAPTIONS = ["a red house, by a lake", "two dogs; one cat", "a field of | wheat"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder `set` with three pictures under `set/images`."""
    (tmp_path / "set" / "images").mkdir(parents=True)
    for at in range(3):
        (tmp_path / "set" / "images" / f"{at}.jpg").write_bytes(jpeg(at))
    return tmp_path / "set"


def written(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def write_typed(path: Path, table: pa.Table) -> Path:
    """Write a table as Parquet or Arrow, by the name's ending."""
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    return path


def read(path: Path | str, **options) -> list[Photo]:
    return list(Source(path, Table(**options)))


def addresses(path: Path | str, **options) -> list[str]:
    return [photo.address for photo in read(path, **options)]


def local(folder: Path) -> list[str]:
    return [str(folder / "images" / f"{at}.jpg") for at in range(3)]


@pytest.mark.parametrize("first", ["caption", "address"])
@pytest.mark.parametrize(("ending", "parts"), [("tsv", "\t"), ("csv", "\t"), ("txt", "\t")])
@pytest.mark.parametrize(
    "where", ["https://x.org/{}.jpg", "https://x.org/photo-{}", "images/{}.jpg"]
)
def test_a_table_without_a_header_is_known_by_what_it_holds(folder, first, ending, parts, where):
    pairs = [(caption, where.format(at)) for at, caption in enumerate(CAPTIONS)]
    rows = [pair if first == "caption" else pair[::-1] for pair in pairs]
    path = written(folder / f"t.{ending}", "\n".join(parts.join(row) for row in rows))
    found = read(path)
    assert [photo.metadata["description"] for photo in found] == CAPTIONS
    expected = local(folder) if where.startswith("images") else [pair[1] for pair in pairs]
    assert [photo.address for photo in found] == expected
    column, other = (2, 1) if first == "caption" else (1, 2)
    choices = preview(path).choices
    assert choices.startswith(f"address: column {column}, caption: column {other}, no header")
    assert choices.endswith("UTF-8")


@pytest.mark.parametrize(
    ("cells", "label", "caption"),
    [
        ("TRAIN,gs://b/{}.jpg,cat", "cat", None),
        ("gs://b/{}.jpg,cat,validation", "cat", None),
        ("7a{}fd00cc41e99821bb,gs://b/{}.jpg,cat", "cat", None),
        ("gs://b/{}.jpg,9f8e{}d7c6b5a4f3e2d1,one {} more dog", None, "one {} more dog"),
        ("gs://b/{}.jpg,golden-retriever-2", "golden-retriever-2", None),
        ("123e4567-e89b-12d3-abcd-42661417{}000,gs://b/{}.jpg,cat", "cat", None),
    ],
)
def test_parts_of_a_set_and_codes_are_neither_labels_nor_captions(folder, cells, label, caption):
    rows = [cells.replace("{}", str(at)) for at in range(4)]
    for at, photo in enumerate(read(written(folder / "t.csv", "\n".join(rows)))):
        said = {"label": label, "description": caption and caption.replace("{}", str(at))}
        assert photo.metadata == {name: text for name, text in said.items() if text}


@pytest.mark.parametrize("edition", [25, 23])
def test_the_lists_of_yfcc100m_are_read_by_their_own_columns(folder, edition):
    rows = [
        f"{at}\t69854{at}\t4e2f7a26a1dfbf16{at}\t39{at}@N00\tnino\t2012-02-16 09:56:37.0"
        f"\t1331840483\tCanon+EOS\tIMG_{at}\t{words}\tcanon,elph+310\t\t-81.8\t24.5\t12"
        f"\thttp://www.flickr.com/photos/39@N00/{at}/\thttp://farm8.staticflickr.com/7/{at}_a.jpg"
        "\tAttribution License\thttp://creativecommons.org/by/2.0/\t7\t8\tdf\t69\tjpg\t0"
        for at, words in enumerate(["A+fine+day%21", "", "Caf%C3%A9"])
    ]
    cells = [row.split("\t") for row in rows]
    lines = ["\t".join(c if edition == 25 else [c[1], *c[3:]]) for c in cells]
    photos = read(written(folder / "yfcc100m_dataset", "\n".join(lines)))
    assert [photo.id for photo in photos] == ["698540", "698541", "698542"]
    told = [photo.metadata["description"] for photo in photos]
    assert told == ["A fine day!", "IMG_1", "Café"]
    assert photos[0].address == "http://farm8.staticflickr.com/7/0_a.jpg"
    assert photos[0].metadata["camera"] == "Canon EOS"
    assert (photos[0].extra["keywords"], photos[0].extra["latitude"]) == ("canon,elph 310", 24.5)
    assert "label" not in photos[0].metadata


@pytest.mark.parametrize(
    ("words", "read_as"),
    [
        (["big+red%20dog", "the+cat", "x"], ["big red dog", "the cat", "x"]),
        (["big+red dog", "the+cat", "x"], ["big+red dog", "the+cat", "x"]),
        (["C++", "1+1", "a%"], ["C++", "1+1", "a%"]),
        (["dog+cat", "red+cat", "dog+hen"], ["dog+cat", "red+cat", "dog+hen"]),
    ],
)
def test_words_written_as_in_addresses_are_read_where_no_space_stands_among_them(
    folder, words, read_as
):
    rows = [f"https://x.org/a+b%20{at}.jpg,{word}" for at, word in enumerate(words)]
    photos = read(written(folder / "t.csv", "\n".join(rows)))
    assert [photo.metadata["description"] for photo in photos] == read_as
    assert photos[0].address == "https://x.org/a+b%200.jpg"
    paths = ["big+cat.jpg", "red+dog.jpg"]
    found = addresses(written(folder / "t.txt", "\n".join(paths)))
    assert [Path(path).name for path in found] == paths


def test_columns_without_names_are_told_apart_and_can_be_named_by_number(folder):
    rows = [f"{at + 10},images/{at}.jpg,{label},words of {at}" for at, label in enumerate("aab")]
    path = written(folder / "t.csv", "\n".join(rows))
    photo = read(path)[0]
    assert (photo.id, photo.metadata) == ("10", {"label": "a", "description": "words of 0"})
    photo = read(path, id_column="4", label_column="column 1", url_column="2")[0]
    assert (photo.id, photo.metadata["label"]) == ("words of 0", "10")
    with pytest.raises(SourceError, match="no column '5'"):
        read(path, url_column="5")


def test_a_header_can_be_denied_and_asserted(folder):
    path = written(folder / "t.csv", "path,label\nimages/1.jpg,cat\n")
    assert len(read(path, header=False, url_column="1")) == 2
    path = written(folder / "t.csv", "http://a/0.jpg,label\nimages/1.jpg,cat\n")
    assert addresses(path, header=True, url_column="1") == [local(folder)[1]]


@pytest.mark.parametrize(
    "before", ["sep=;\n", '"sep=;"\r\n', "# a comment\n\n# more; of it\n", "My photos;;\n", "\n\n"]
)
def test_what_stands_before_the_header_is_no_row(folder, before):
    path = written(folder / "t.csv", before + "path;caption;n\nimages/0.jpg;a, b, c;1\n")
    (photo,) = read(path)
    assert (photo.address, photo.metadata, photo.extra) == (
        local(folder)[0],
        {"description": "a, b, c"},
        {"n": 1},
    )


def test_a_commented_header_names_the_columns(folder):
    path = written(folder / "t.tsv", "# path\tcaption\nimages/0.jpg\ta house\n")
    assert read(path)[0].metadata == {"description": "a house"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_table_of_any_unicode_is_read(folder, encoding):
    text = "path,caption,city\nimages/0.jpg,a house by a river,Zürich\n"
    assert read(written(folder / "t.csv", text, encoding))[0].metadata["city"] == "Zürich"


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("gb18030", "红色的自行车停在街上"),
        ("big5", "紅色的腳踏車停在街上"),
        ("cp932", "赤い自転車が道に止まっている"),
        ("cp949", "빨간 자전거가 거리에 있다"),
        ("cp1251", "красный велосипед на улице"),
        ("cp1252", "Café à Zürich, “été”"),
        ("cp1250", "příliš žluťoučký kůň"),
        ("cp1250", "wąska ścieżka, na śniegu"),
        ("iso8859_2", "wąska ścieżka, na śniegu"),
        ("cp1255", "כלב חום רץ על החוף"),
        ("cp1257", "kviečių laukas, žuvėdra"),
        ("koi8_r", "Собака на пляже"),
        ("cp1252", "prix 5 €"),
    ],
)
def test_older_encodings_are_told_and_can_be_named(folder, encoding, words):
    path = written(folder / "t.csv", f'path,caption\nimages/0.jpg,"{words}"\n', encoding)
    for asked in (None, encoding):
        assert read(path, encoding=asked)[0].metadata["description"] == words
    with pytest.raises(SourceError, match="no encoding 'klingon'"):
        read(path, encoding="klingon")


def test_cells_that_say_nothing_are_empty(folder):
    cells = ["NULL", "nan", "NaN", "None", "\\N", "", " ", "N/A", "<NA>"]
    rows = "".join(f"images/0.jpg,{cell},{cell},{cell},{cell}\n" for cell in cells)
    path = written(folder / "t.csv", "path,caption,label,taken,mood\n" + rows)
    assert all((photo.metadata, photo.extra) == ({}, {}) for photo in read(path))
    table = pa.table({"path": ["images/0.jpg"], "caption": [float("nan")], "mood": [None]})
    pq.write_table(table, folder / "t.parquet")
    assert (read(folder / "t.parquet")[0].metadata, read(folder / "t.parquet")[0].extra) == ({}, {})


def test_whole_numbers_written_as_floats_are_whole(folder):
    rows = "id,path,label,shelf\n7.0,images/0.jpg,1.0,2.0\n,images/1.jpg,,\n"
    first, second = read(written(folder / "t.csv", rows))
    assert (first.id, first.metadata, first.extra) == ("7", {"label": "1"}, {"shelf": 2.0})
    assert second.id == "images/1.jpg"
    columns = {"id": [7.0, None], "path": ["images/0.jpg"] * 2, "label": [1.0, float("nan")]}
    pq.write_table(pa.table(columns), folder / "t.parquet")
    first, _ = read(folder / "t.parquet")
    assert (first.id, first.metadata) == ("7", {"label": "1"})


def test_columns_that_are_not_known_keep_their_types(folder):
    text = (
        "path,split,iso,zip,flash,shot,mixed\n"
        "images/0.jpg,val,100,01234,true,1965-05-31,1\n"
        "images/1.jpg,train,2.5e3,90210,FALSE,2020-05-31 10:00:00,two\n"
    )
    first, second = read(written(folder / "t.csv", text))
    shot = datetime(1965, 5, 31, tzinfo=UTC)
    assert first.extra == {"split": "val", "iso": 100, "zip": "01234", "flash": True} | {
        "shot": shot,
        "mixed": "1",
    }
    assert (second.extra["iso"], second.extra["flash"]) == (2500, False)
    rows = [{"path": "images/0.jpg", "split": "7", "iso": 7, "flash": False, "box": {"x": 1.5}}]
    (photo,) = read(written(folder / "t.json", json.dumps(rows)))
    assert photo.extra == {"split": "7", "iso": 7, "flash": False, "box.x": 1.5}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1912-04-14", (1912, 4, 14)),
        ("1969/7/20", (1969, 7, 20)),
        ("2019:07:05 12:30:00", (2019, 7, 5, 12, 30)),
        ("2019-07-05T12:30:00+02:00", (2019, 7, 5, 10, 30)),
        ("2019-07-05 12:30:00.5 UTC", (2019, 7, 5, 12, 30, 0, 500000)),
        ("05.07.2019", (2019, 7, 5)),
        ("7/5/2019", (2019, 7, 5)),
        ("25/12/2019 08:00", (2019, 12, 25, 8)),
        ("5 July 2019", (2019, 7, 5)),
        ("Jul 5, 2019", (2019, 7, 5)),
        ("Friday July 5,2019 12:30 PM GMT", (2019, 7, 5, 12, 30)),
        ("Wed Jul  5 12:30:00 +0200 2017", (2017, 7, 5, 10, 30)),
        ("Fri Jul 5 12:30:00 2019", (2019, 7, 5, 12, 30)),
        ("Tue, 15 Nov 1994 12:45:26 GMT", (1994, 11, 15, 12, 45, 26)),
        ("20190705", (2019, 7, 5)),
        ("1955", (1955, 1, 1)),
        (1562329800, (2019, 7, 5, 12, 30)),
        (1562329800000, (2019, 7, 5, 12, 30)),
        ("-86400", (1969, 12, 31)),
    ],
)
def test_times_are_read_in_their_usual_spellings(text, expected):
    assert read_moment(text) == datetime(*expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2019-13-40",
        "0000-00-00",
        "1.2.3",
        "May",
        "99/99/99",
        "1880",
        1650.0,
        "-500",
        10000,
    ],
)
def test_what_is_no_time_is_none(text):
    assert read_moment(text) is None


def test_paths_of_another_machine_lead_to_the_files_beside_the_table(folder):
    forms = [
        "/home/bob/data/set/images/0.jpg",
        "/0.jpg",
        "file:///home/bob/images/%32.jpg",
        "/Users/bob/Images/0.JPG",
    ]
    (folder / "0.jpg").write_bytes(jpeg(7))
    path = written(folder / "t.csv", "path\n" + "\n".join(forms) + "\n")
    beside = str(folder / "0.jpg")
    assert addresses(path) == [local(folder)[0], beside, local(folder)[2], local(folder)[0]]
    written(path, f"path\n{folder}/images/1.jpg\n/home/bob/gone.jpg\n")
    assert addresses(path) == [local(folder)[1], "/home/bob/gone.jpg"]


def test_paths_of_windows_lead_to_the_files_beside_the_table(folder):
    forms = [
        r"images\0.jpg",
        r".\images\1.jpg",
        r"C:\Users\ann\set\images\2.jpg",
        r"\\server\share\set\images\0.jpg",
        "D:/data/images/1.jpg",
        r"Images\2.JPG",
    ]
    path = written(folder / "t.csv", "path\n" + "\n".join(forms) + "\n")
    assert addresses(path) == local(folder) * 2


def test_the_other_forms_of_a_path_lead_to_the_file(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    name = "été 50% #1.jpg"
    (folder / "images" / unicodedata.normalize("NFD", name)).write_bytes(jpeg(9))
    odd = str(folder / "images" / unicodedata.normalize("NFD", name))
    forms = {
        "~/images/0.jpg": local(folder)[0],
        "../set/images/1.jpg": local(folder)[1],
        (folder / "images" / "2.jpg").as_uri(): local(folder)[2],
        f"file:{folder}/images/0.jpg": local(folder)[0],
        "images/%31.jpg": local(folder)[1],
        f"images/{name}": odd,
        Path(odd).as_uri(): odd,
        "images/été%2050%25%20%231.jpg": odd,
    }
    path = written(folder / "t.txt", "\n".join(forms) + "\n")
    assert addresses(path) == list(forms.values())
    assert all(os.path.exists(address) for address in addresses(path))


def test_addresses_without_a_scheme_are_the_webs(folder):
    forms = {
        "www.x.org/a.jpg": "https://www.x.org/a.jpg",
        "//cdn.x.com/a.jpg": "https://cdn.x.com/a.jpg",
        "img.x.net/photos/1": "https://img.x.net/photos/1",
        "shop.at/a.jpg": "https://shop.at/a.jpg",
        "127.0.0.1:8765/a.jpg": "http://127.0.0.1:8765/a.jpg",
        "HTTPS://x.org/a.jpg": "HTTPS://x.org/a.jpg",
    }
    assert addresses(written(folder / "t.txt", "\n".join(forms))) == list(forms.values())


@pytest.mark.parametrize(
    ("header", "row", "chosen"),
    [
        ("photo_url,photo_image_url", "https://unsplash.com/photos/a,https://images.x/a", "a"),
        ("url,picture_link", "https://shop.org/a.html,https://cdn.shop.org/a.jpg", "a.jpg"),
        (
            "link_page,src",
            "https://x.com/photos/a/1,https://live.x.com/1_b.jpg",
            "1_b.jpg",
        ),
        ("source_page,image_url", "https://x.org/1/view.jpg,https://x.org/1/raw", "raw"),
        ("thumbnail_url,full", "https://x.org/s.jpg,https://x.org/l.jpg", "l.jpg"),
        ("filename,url", "gone.jpg,https://x.org/photo-1", "photo-1"),
    ],
)
def test_a_pages_address_is_not_taken_for_a_pictures(folder, header, row, chosen):
    (address,) = addresses(written(folder / "t.csv", f"{header}\n{row}\n"))
    assert address.rpartition("/")[2] == chosen
    assert "unsplash.com/photos" not in address


FORMS = {
    "list": lambda rows: json.dumps(rows),
    "pretty": lambda rows: json.dumps(rows, indent=2),
    "lines": lambda rows: "\n".join(map(json.dumps, rows)),
    "wrapped": lambda rows: json.dumps({"version": 1, "data": rows}, indent=1),
    "by id": lambda rows: json.dumps({str(row["id"]): row for row in rows}),
    "by column": lambda rows: json.dumps({key: [row[key] for row in rows] for key in rows[0]}),
    "pandas": lambda rows: json.dumps(
        {key: {str(n): row[key] for n, row in enumerate(rows)} for key in rows[0]}
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ending", [".json", ".json.gz", ".jsonl"])
def test_json_is_read_in_every_usual_form(folder, form, ending):
    if ending == ".jsonl" and form in {"by id", "by column", "pandas"}:
        return  # a line that is an object is a row
    rows = [
        {"id": f"p{at}", "url": f"http://a/{at}.jpg", "caption": c} for at, c in enumerate("abc")
    ]
    content = FORMS[form](rows).encode()
    path = written(folder / f"t{ending}", gzip.compress(content) if "gz" in ending else content)
    assert [(p.id, p.address, p.metadata["description"]) for p in read(path)] == [
        (row["id"], row["url"], row["caption"]) for row in rows
    ]


def test_json_of_coco_brings_captions_and_classes(folder):
    found = {
        "images": [{"id": at, "file_name": f"images/{at}.jpg"} for at in range(3)],
        "annotations": [
            {"image_id": 0, "caption": "a house"},
            {"image_id": 0, "caption": "another"},
            {"image_id": 1, "category_id": 5, "bbox": [1, 2, 3, 4], "segmentation": [[1, 2]]},
            {"image_id": 1, "category_id": 5, "bbox": [3, 2, 3, 4]},
            {"image_id": 1, "category_id": 2, "segmentation": {"counts": [1, 2], "size": [3, 4]}},
        ],
        "categories": [{"id": 5, "name": "dog"}, {"id": 2, "name": "cat"}],
    }
    photos = read(written(folder / "t.json", json.dumps(found)))
    assert [photo.address for photo in photos] == local(folder)
    assert [p.metadata for p in photos] == [{"description": "a house"}, {"label": "dog|cat"}, {}]


def test_json_of_herbariums_annotations_brings_classes(folder):
    found = {
        "images": [{"image_id": f"0__{at}", "file_name": f"images/{at}.jpg"} for at in range(2)],
        "annotations": [{"image_id": f"0__{at}", "category_id": at} for at in range(2)],
        "categories": [{"category_id": 0, "scientificName": "Abies alba"}, {"category_id": 1}],
    }
    photos = read(written(folder / "t.json", json.dumps(found)))
    assert [photo.metadata for photo in photos] == [{"label": "Abies alba"}, {}]


def test_json_that_breaks_off_gives_what_came_before(folder):
    rows = json.dumps([{"path": f"images/{at}.jpg"} for at in range(3)], indent=1)
    stream = iter(Source(written(folder / "t.json", rows[:-20])))
    assert [next(stream).address for _ in range(2)] == local(folder)[:2]
    with pytest.raises(DamagedSource, match="breaks off"):
        list(stream)
    lines = '{"path": "images/0.jpg"}\n{"path": \n{"path": "images/2.jpg"}\n'
    found = read(written(folder / "t.jsonl", lines))
    assert [photo.broken for photo in found] == [None, "a line that is not JSON", None]


def picture(size: int = 1) -> bytes:
    return jpeg(size)


def test_hugging_faces_pictures_come_with_their_class_names(folder):
    features = {
        "image": {"_type": "Image"},
        "label": {"names": ["cat", "dog"], "_type": "ClassLabel"},
    }
    image = pa.array([{"bytes": picture(at), "path": "same.jpg"} for at in range(3)])
    table = pa.table({"image": image, "label": pa.array([0, 1, -1]), "age": [1, 2, 3]})
    told = {"huggingface": json.dumps({"info": {"features": features}})}
    pq.write_table(table.replace_schema_metadata(told), folder / "train-0.parquet")
    found = read(folder / "train-0.parquet")
    assert [photo.payload for photo in found] == [picture(at) for at in range(3)]
    assert [photo.metadata.get("label") for photo in found] == ["cat", "dog", None]
    assert len({photo.id for photo in found}) == 3
    assert found[0].extra["age"] == 1
    assert preview(folder / "train-0.parquet").choices == "picture: image, label: label"


def test_binary_text_is_text_and_binary_pictures_are_pictures(folder):
    table = pa.table(
        {
            "jpg": pa.array([picture(1), picture(2)], pa.binary()),
            "txt": pa.array([b"a lake", "été".encode()], pa.binary()),
            "mood": pa.array([b"calm", None], pa.binary()),
        }
    )
    pq.write_table(table, folder / "t.parquet")
    first, second = read(folder / "t.parquet")
    assert (first.metadata, first.extra) == ({"description": "a lake"}, {"mood": "calm"})
    assert second.metadata == {"description": "été"}
    pq.write_table(pa.table({"path": pa.array([b"images/0.jpg"])}), folder / "u.parquet")
    assert addresses(folder / "u.parquet") == local(folder)[:1]


def lists(folder: Path) -> pa.Table:
    vectors = pa.array([[float(at)] * 16 for at in range(3)], pa.list_(pa.float32()))
    boxes = pa.array([[[1, 2]], [], None], pa.list_(pa.list_(pa.int32())))
    paths = [f"images/{at}.jpg" for at in range(3)]
    taken = pa.array([datetime(1950, 1, 1), None, datetime(2020, 1, 1)], pa.timestamp("ns"))
    nested = pa.array([{"make": "Canon", "iso": 100}] * 3)
    return pa.table({"path": paths, "taken": taken, "emb": vectors, "boxes": boxes, "exif": nested})


@pytest.mark.parametrize("form", ["parquet", "arrow", "stream", "lance"])
def test_vectors_and_arrays_never_become_text(folder, form):
    table, path = lists(folder), folder / f"t.{form}"
    if form == "parquet":
        pq.write_table(table, path)
    elif form == "lance":
        lance.write_dataset(table, str(path))
    else:
        sink = io.BytesIO()
        new = pa.ipc.new_file if form == "arrow" else pa.ipc.new_stream
        with new(sink, table.schema) as writer:
            writer.write_table(table)
        path.write_bytes(sink.getvalue())
    found = read(path)
    assert [photo.address for photo in found] == local(folder)
    assert found[0].metadata == {"taken": datetime(1950, 1, 1, tzinfo=UTC)}
    assert [photo.extra for photo in found] == [{"exif.make": "Canon", "exif.iso": 100}] * 3
    with Table().open(path) as (_, columns):
        assert columns.vector == "emb"


def test_arrays_of_json_never_become_text_but_a_list_of_captions_gives_its_first(folder):
    row = {"path": "images/0.jpg", "emb": [0.5] * 16, "captions": ["a house", "b"], "tags": ["x"]}
    (photo,) = read(written(folder / "t.jsonl", json.dumps(row)))
    assert (photo.metadata, photo.extra) == ({"description": "a house"}, {"tags": "x"})


def test_lists_and_tables_start_from_their_own_folder(folder, monkeypatch):
    monkeypatch.chdir("/")
    paths = "".join(f"images/{at}.jpg\n" for at in range(3))
    assert addresses(written(folder / "list.txt", paths)) == local(folder)
    assert addresses(written(folder / "t.csv", "path\n" + paths)) == local(folder)


@pytest.mark.parametrize("between", ["", "\tcat", " cat"])
def test_comments_amid_a_list_are_no_photos(folder, between):
    (folder / "images" / "# 3.jpg").write_bytes(jpeg(3))
    names = ["images/0.jpg", "images/1.jpg", "images/2.jpg", "http://a/4.jpg"]
    lines = [name + between for name in names]
    comments = ["# later, by Ann", "#rejected", "#http://a/5.jpg", "# images/0.jpg"]
    lines[1:1] = comments[:2]
    path = written(folder / "list.txt", "\n".join([*lines, *comments[2:], ""]))
    assert addresses(path) == [*local(folder), "http://a/4.jpg"]
    path = written(folder / "images" / "list.txt", "0.jpg\n# 3.jpg\n#4.jpg\n")
    assert [Path(each).name for each in addresses(path)] == ["0.jpg", "# 3.jpg", "#4.jpg"]


def test_a_list_comes_from_standard_input(folder, monkeypatch):
    monkeypatch.chdir(folder)
    text = "images/0.jpg\n\nimages/1.jpg\nhttp://a/2.jpg\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert addresses("-") == [*local(folder)[:2], "http://a/2.jpg"]


def test_a_preview_tells_the_choices_and_the_first_five_rows(folder):
    rows = "".join(f"images/{at % 3}.jpg,{at}\n" for at in range(9))
    found = preview(written(folder / "t.csv", "path,shelf\n" + rows))
    assert found.choices == "address: path, UTF-8"
    assert found.columns == ["path", "shelf"]
    assert [photo.extra["shelf"] for photo in found.photos] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_column_of_paths_is_known_by_every_ending_of_pictures(folder, ending):
    table = written(folder / "list.csv", f"stars,where\n5,a.{ending}\n4,b.{ending.upper()}\n")
    found = [Path(photo.address).name for photo in Source(table)]
    assert found == [f"a.{ending}", f"b.{ending.upper()}"]


def test_a_column_without_any_address_is_named_in_the_refusal(folder):
    path = written(folder / "t.csv", "mood,width\ncalm,3\n")
    with pytest.raises(SourceError, match=r"mood, width looks like addresses.*--url-column"):
        read(path)


def test_many_rows_of_vectors_are_read_without_them(folder):
    n = 3_000
    flat = pa.array(np.zeros(n * 64, np.float32))
    vectors = pa.FixedSizeListArray.from_arrays(flat, 64)
    table = pa.table({"url": [f"http://a/{at}.jpg" for at in range(n)], "v": vectors})
    pq.write_table(table, folder / "t.parquet")
    assert len(addresses(folder / "t.parquet")) == n


@pytest.mark.parametrize("bad", ["http://[x]y", "https://[x/a.jpg", "http://x\u2100y.org/a.jpg"])
@pytest.mark.parametrize("column", ["path", "somewhere"])
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_an_address_that_is_none_costs_its_row_alone(folder, bad, column, ending):
    places = ["images/0.jpg", bad, "images/2.jpg"]
    rows = "\n".join([column + ",n", *(f"{place},1" for place in places)])
    if ending == "jsonl":
        rows = "\n".join(json.dumps({column: place, "n": 1}) for place in places)
    assert addresses(written(folder / f"t.{ending}", rows))[::2] == local(folder)[::2]


@pytest.mark.parametrize(
    "cells",
    [
        [hashlib.sha256(bytes([at])).digest() for at in range(3)],
        [pickle.dumps([0.5] * at) for at in range(3)],
        [np.full(9, at + 0.5, np.float32).tobytes() for at in range(3)],
    ],
)
def test_bytes_that_are_no_pictures_are_neither_pictures_nor_text(folder, cells):
    paths = [f"images/{at}.jpg" for at in range(3)]
    pq.write_table(pa.table({"sha": cells, "path": paths}), folder / "t.parquet")
    found = read(folder / "t.parquet")
    assert [(photo.address, photo.extra) for photo in found] == [
        (path, {}) for path in local(folder)
    ]


def test_a_second_picture_of_a_row_is_not_written_as_text(folder):
    table = pa.table({"image": [jpeg(0)], "mask": [encoded(noise(), "PNG")], "mood": ["calm"]})
    pq.write_table(table, folder / "t.parquet")
    (photo,) = read(folder / "t.parquet")
    assert (photo.payload, photo.extra) == (jpeg(0), {"mood": "calm"})


@pytest.mark.parametrize("aside", ["mask", "thumbnail", "seg_map"])
@pytest.mark.parametrize("whole", ["image", "scan", "image_url"])
def test_masks_and_small_pictures_are_not_taken_for_the_pictures(folder, aside, whole):
    cell = "https://x.org/a" if whole == "image_url" else jpeg(0)
    pq.write_table(pa.table({aside: [jpeg(1)], whole: [cell]}), folder / "t.parquet")
    (photo,) = read(folder / "t.parquet")
    assert cell in {photo.payload, photo.address}
    pq.write_table(pa.table({aside: [jpeg(1)], "mood": ["calm"]}), folder / "t.parquet")
    assert read(folder / "t.parquet")[0].payload == jpeg(1)


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("thumbnailUrl", "imageUrl"),
        ("primaryImageSmall", "primaryImage"),
        ("image.previewURL", "image.webformatURL"),
        ("thumb.url", "full.url"),
        ("page.url", "original.source"),
        ("urls.small", "urls.raw"),
        ("src.tiny", "src.original"),
        ("url_sq", "url_o"),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "json"])
@pytest.mark.parametrize("picture", ["l.jpg", "l"])
def test_small_copies_and_pages_are_not_taken_for_the_pictures(
    folder, small, large, ending, picture
):
    row: dict[str, Any] = {}
    for name, cell in ((small, "https://x.org/s.jpg"), (large, f"https://x.org/{picture}")):
        outer, _, inner = name.rpartition(".")
        within = row if ending == "csv" or not outer else row.setdefault(outer, {})
        within[name if ending == "csv" else inner] = cell
    text = (
        json.dumps([row])
        if ending == "json"
        else "\n".join([",".join(row), ",".join(row.values())])
    )
    assert addresses(written(folder / f"t.{ending}", text)) == [f"https://x.org/{picture}"]


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["pageURL", "previewURL", "webformatURL", "largeImageURL"], "largeImageURL"),
        (["webformatURL", "largeImageURL", "fullHDURL", "userImageURL"], "fullHDURL"),
        (["url_m", "url_c", "url_l", "url_o"], "url_o"),
        (["src.medium", "src.large", "src.original", "src.tiny"], "src.original"),
        (["urls.regular", "urls.raw", "urls.full"], "urls.raw"),
        (["original_file_url", "image_url"], "image_url"),
        (["shot", "rawly", "largo"], "shot"),
    ],
)
def test_of_several_pictures_the_one_called_largest_is_taken(folder, names, chosen):
    cells = [f"https://x.org/{at}.jpg" for at in range(len(names))]
    path = written(folder / "t.csv", f"{','.join(names)}\n{','.join(cells)}\n")
    assert addresses(path) == [cells[names.index(chosen)]]


def test_the_largest_picture_is_taken_among_addresses_without_endings_too(folder):
    names = "page,resizedImageUri,thumbnailUri,originalImageUri,original_text"
    cells = ",".join(f"https://x.org/{at}?s=1" for at in range(5))
    path = written(folder / "t.csv", f"{names}\n{cells}\n")
    assert addresses(path) == ["https://x.org/3?s=1"]


@pytest.mark.parametrize("other", ["https://x.org/a.jpg", "images/1.jpg"])
@pytest.mark.parametrize("more", [1, 2])
def test_pictures_and_addresses_in_one_column_are_both_read(folder, other, more):
    data = "data:image/jpeg;base64," + base64.b64encode(jpeg(0)).decode()
    cells = [data, other] * more + [data] * (more - 1)
    written(folder / "t.json", json.dumps([{"image": cell} for cell in cells]))
    image = [{"bytes": jpeg(0), "path": None}, {"bytes": None, "path": other}]
    pq.write_table(pa.table({"image": image}), folder / "t.parquet")
    for name in ("t.json", "t.parquet"):
        first, second = read(folder / name)[:2]
        assert (first.payload, first.address) == (jpeg(0), "")
        assert second.payload is None
        assert second.address.endswith(other)


WORDS = [pa.string(), pa.large_string(), pa.string_view(), pa.binary()]
WORDS += [pa.dictionary(pa.int32(), pa.string())]


@pytest.mark.parametrize("words", WORDS, ids=str)
@pytest.mark.parametrize("nest", [pa.list_, pa.large_list])
@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_lists_of_words_of_any_type_are_read(folder, words, nest, form):
    if form == "parquet" and words == pa.string_view():
        pytest.skip("not written by this library")
    flat = pa.array(["images/0.jpg", "images/1.jpg", "images/2.jpg"]).cast(words)
    by_row = pa.ListArray if nest is pa.list_ else pa.LargeListArray
    lists = by_row.from_arrays([0, 1, 2, 3], flat)
    table = pa.table({"paths": lists, "captions": lists, "tags": lists})
    path = write_typed(folder / f"t.{form}", table)
    found = read(path)
    assert [photo.address for photo in found] == local(folder)
    assert found[1].metadata == {"description": "images/1.jpg"}
    assert found[2].extra == {"tags": "images/2.jpg"}


@pytest.mark.parametrize("names", [(None, None), ("a.jpg", "b.jpg")])
def test_of_a_list_of_pictures_the_first_is_taken_and_of_captions_in_rows_all(folder, names):
    pictures = [
        [{"bytes": jpeg(at), "path": names[at]}, {"bytes": jpeg(9), "path": "more.jpg"}]
        for at in (0, 1)
    ]
    told = [[{"raw": "a red house", "n": 1}, {"raw": "a lake", "n": 2}]] * 2
    pq.write_table(pa.table({"images": pictures, "sentences": told}), folder / "t.parquet")
    found = read(folder / "t.parquet")
    assert [photo.payload for photo in found] == [jpeg(0), jpeg(1)]
    assert [photo.id for photo in found] == [
        name or f"t-00000{at}" for at, name in enumerate(names)
    ]
    assert names[0] is None or "['a.jpg', 'more.jpg']" in found[0].former  # of earlier versions
    assert found[0].captions == ("a red house", "a lake")
    assert "the first of several pictures" in preview(folder / "t.parquet").choices


NUMBERS = np.linspace(-1, 1, 16)


@pytest.mark.parametrize(
    "text",
    [
        str(NUMBERS.tolist()),
        str(NUMBERS),
        repr(NUMBERS),
        str(NUMBERS.tolist()[:8]),
        np.array2string(np.arange(9000.0)),
        str(NUMBERS.reshape(2, 8).tolist()),
    ],
)
@pytest.mark.parametrize("header", ["path,emb", "path,text", ""])
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_vectors_written_as_text_never_become_text(folder, text, header, ending):
    name = header.partition(",")[2] or "emb"
    if ending == "csv":
        rows = [header] * bool(header) + [f'images/{at}.jpg,"{text}"' for at in range(3)]
    else:
        rows = [json.dumps({"path": f"images/{at}.jpg", name: text}) for at in range(3)]
    found = read(written(folder / f"t.{ending}", "\n".join(rows) + "\n"))
    assert [photo.address for photo in found] == local(folder)
    assert [(photo.metadata, photo.extra, photo.captions) for photo in found] == [({}, {}, ())] * 3


@pytest.mark.parametrize("text", ["[1, 2, 3, 4]", "[a, b]", "a [1 2 3 4 5 6 7 8] b", "(12345678)"])
def test_other_texts_in_brackets_are_text(folder, text):
    path = written(folder / "t.csv", f'path,text\nimages/0.jpg,"{text}"\n')
    assert read(path)[0].metadata == {"description": text}


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_columns_of_one_name_are_all_read_from_typed_tables(folder, ingest, form):
    columns = [pa.array(["images/0.jpg"]), pa.array([1]), pa.array(["two"])]
    table = pa.Table.from_arrays(columns, names=["path", "n", "n"])
    path = write_typed(folder / f"t.{form}", table)
    assert [photo.extra for photo in read(path)] == [{"n": 1, "n 2": "two"}]
    assert ingest(path).inserted == 1
    with pytest.raises(SourceError, match="two columns of one name"):
        find_vectors(path, "n")


DAYS = ["31/12/2019", "01/02/2020", "3-4-2020 10:05", "2020-05-06"]


@pytest.mark.parametrize("name", ["taken", "shot", "Aufnahmedatum"])
@pytest.mark.parametrize("ending", ["csv", "json", "metadata"])
def test_days_go_before_months_where_one_of_the_column_shows_it(folder, name, ending):
    rows = [{"file_name": f"images/{at}.jpg", name: day} for at, day in enumerate(DAYS)]
    path = folder / ("metadata.csv" if ending == "metadata" else f"t.{ending}")
    lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
    written(path, json.dumps(rows) if ending == "json" else "\n".join(lines))
    found = read(folder) if ending == "metadata" else read(path)
    told = [str(photo.metadata.get("taken") or photo.extra.get(name))[:10] for photo in found]
    assert told == ["2019-12-31", "2020-02-01", "2020-04-03", "2020-05-06"]


@pytest.mark.parametrize(("day", "month"), [("1/2/2020", 1), ("12/31/2019", 12)])
def test_months_go_before_days_where_nothing_shows_another_order(folder, day, month):
    text = f"path,shot\nimages/0.jpg,{day}\nimages/1.jpg,3/4/2020"
    found = [photo.extra["shot"] for photo in read(written(folder / "t.csv", text))]
    assert [each.month for each in found if isinstance(each, datetime)] == [month, 3]


def test_numbers_with_commas_are_read_where_semicolons_part_a_table(folder):
    rows = ["path;width;price;code;tags", "images/0.jpg;12,0;1.234,50;007;1,2 3"]
    path = written(folder / "t.csv", "\n".join([*rows, "images/1.jpg;7;-0,5;12,5;x"]))
    first, second = read(path)
    assert (first.metadata, second.metadata) == ({"width": 12}, {"width": 7})
    assert (first.extra["price"], second.extra["price"]) == (1234.5, -0.5)
    assert (first.extra["code"], first.extra["tags"]) == ("007", "1,2 3")
    assert len(read(path, where=(condition("price>1000"),))) == 1
    path = written(folder / "u.csv", "path,score\nimages/0.jpg,1.5\nimages/1.jpg,-inf")
    assert [photo.extra for photo in read(path)] == [{"score": 1.5}, {"score": "-inf"}]
    (photo,) = read(written(folder / "t.csv", 'path,price,views\nimages/0.jpg,"1,5","1,234"'))
    assert (photo.extra, photo.metadata) == ({"price": "1,5"}, {"views": 1234})


def test_numbers_of_objects_keep_their_zeros(folder):
    rows = ["path,object_number,Inv. Nr.,F Number,item id", "images/0.jpg,1905.10,7.5,2.80,3.0"]
    path = written(folder / "t.csv", "\n".join([*rows, "images/1.jpg,1905.1,8,4,4.0"]))
    first, second = (photo.extra for photo in read(path))
    assert first == {"object_number": "1905.10", "Inv. Nr.": "7.5", "F Number": 2.8, "item id": 3}
    assert second == {"object_number": "1905.1", "Inv. Nr.": "8", "F Number": 4, "item id": 4}


def test_numbers_with_commas_at_thousands_are_read_and_pairs_of_numbers_stay_words(folder):
    rows = ["path,likes,price,size,list", 'images/0.jpg,"1,234",-7,"640,480","1,234,5"']
    path = written(folder / "t.csv", "\n".join([*rows, 'images/1.jpg,56,"1,234.50","800,600",6']))
    first, second = (photo.extra for photo in read(path))
    assert first == {"likes": 1234, "price": -7, "size": "640,480", "list": "1,234,5"}
    assert second == {"likes": 56, "price": 1234.5, "size": "800,600", "list": "6"}
    assert len(read(path, where=(condition("likes>1000"),))) == 1


@pytest.mark.parametrize("own", ["id,", ""])
def test_a_row_for_each_photo_and_class_gives_each_photo_all_its_classes(folder, own):
    rows = ["0,dog,1", "0,cat,2", "0,dog,3", "1,cat,1", "2,,1", "2,dog,2", "2,,3"]
    lines = [
        f"{one},images/{one}.jpg,{rest}" if own else f"images/{one}.jpg,{rest}"
        for one, _, rest in (row.partition(",") for row in rows)
    ]
    photos = read(written(folder / "t.csv", "\n".join([f"{own}path,label,box", *lines])))
    labels = [(p.address.rpartition("/")[2], p.metadata.get("label")) for p in photos]
    assert labels == [
        ("0.jpg", "dog|cat"), ("1.jpg", "cat"), ("2.jpg", "dog"), ("2.jpg", None),
    ]  # fmt: skip
    assert photos[0].extra == {"box": 1}


def test_rows_of_a_photo_and_class_may_stand_anywhere_among_so_many(folder, monkeypatch):
    monkeypatch.setattr("ingest.sources.tables.GATHERED", 4)
    rows = [(0, "dog"), (1, "cat"), (0, "cat"), (2, "cat"), (1, "dog"), (2, "dog"), (2, "dog")]
    lines = [f"images/{at}.jpg,{label}" for at, label in rows]
    photos = read(written(folder / "t.csv", "\n".join(["path,label", *lines])))
    told = [f"{photo.address[-5]} {photo.metadata['label']}" for photo in photos]
    assert told == ["0 dog|cat", "1 cat", "2 cat", "1 dog", "2 dog"]  # the last two are second rows


@pytest.mark.parametrize(
    ("more", "count"), [("x", 2), (list(np.linspace(0, 1, 512)), 4), ("x" * 9_000, 4)]
)
def test_rows_with_vectors_or_pictures_are_not_held_until_many_are_read(folder, more, count):
    told = [(0, "cat"), (1, "cat"), (0, "dog"), (1, "dog")]
    rows = [{"path": f"images/{at}.jpg", "label": label, "more": more} for at, label in told]
    photos = read(written(folder / "t.jsonl", "\n".join(map(json.dumps, rows))))
    assert len(photos) == count


def test_a_first_row_with_a_caption_keeps_its_class_beside_those_of_later_rows(folder):
    lines = ["path,label,caption", "images/0.jpg,cat,A cat.", "images/0.jpg,dog,"]
    [photo] = read(written(folder / "t.csv", "\n".join(lines)))
    assert photo.metadata == {"label": "cat|dog", "description": "A cat."}


@pytest.mark.parametrize("rows", [["0,3,", "0,4,"], ["0,dog,A dog.", "0,cat,A cat."]])
def test_rows_of_numbers_or_captions_of_one_photo_stay_rows(folder, rows):
    lines = [f"images/{row}" for row in (r.replace(",", ".jpg,", 1) for r in rows)]
    photos = read(written(folder / "t.csv", "\n".join(["path,label,caption", *lines])))
    assert [p.metadata["label"] for p in photos] == [row.split(",")[1] for row in rows]


def test_a_few_bytes_that_are_no_text_are_not_taken_for_utf_16(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"file,label\nx.jpg,\xff\xfe\x00\x01")
    assert [photo.id for photo in Source(path)] == ["x.jpg"]
    with pytest.raises(SourceError, match=r"not written in utf-16.*--encoding"):
        list(Source(path, Table(encoding="utf-16")))


@pytest.mark.parametrize(
    ("lines", "labels"),
    [
        (["image,MEL,NV,BCC,age", "a.jpg,0.0,1.0,0.0,44", "b.jpg,1.0,0.0,0.0,3"], ["NV", "MEL"]),
        (["image,A,B,C", "a.jpg,1,1,0", "b.jpg,0,0,0"], ["A|B", None]),
        (["2", "A B C", "a.jpg -1  1  1", "b.jpg  1 -1 -1"], ["B|C", "A"]),
        (["image,A,B,C,age", "a.jpg,1,1,0,44", "b.jpg,0,0,0,3"], [None, None]),
        (["image,A,B", "a.jpg,1,0", "b.jpg,0,1"], ["A", "B"]),
        (["image,A,B", "a.jpg,1,1", "b.jpg,0,1"], [None, None]),
        (["image,A,B,age", "a.jpg,1,0,44", "b.jpg,0,1,3"], [None, None]),
        (["image,is_new,is_large,is_red", "a.jpg,1,0,0", "b.jpg,0,0,1"], [None, None]),
        (["image,train,val,test", "a.jpg,1,0,0", "b.jpg,0,0,1"], [None, None]),
        (["image,label,A,B,C", "a.jpg,x,1,0,0", "b.jpg,y,0,0,1"], ["x", "y"]),
    ],
)
def test_columns_of_a_class_each_that_hold_0_or_1_are_the_label(tmp_path, lines, labels):
    path = tmp_path / ("list.csv" if "," in lines[0] else "list.txt")
    path.write_text("\n".join(lines))
    photos = list(Source(path))
    assert [photo.metadata.get("label") for photo in photos] == labels
    assert len(photos[0].extra) >= 2  # they stay columns


@pytest.mark.parametrize(
    ("columns", "cells", "caption"),
    [
        ("Name,Short description,Description", "Cap,Fine.,A fine cap.", "A fine cap."),
        ("Name,Short description,Description", "Cap,Fine.,", "Fine."),
        ("Name,Tax class", "A cap of red wool,", "A cap of red wool"),
    ],
)
def test_the_categories_of_a_shops_products_are_labels_and_their_words_captions(
    tmp_path, columns, cells, caption
):
    path = tmp_path / "wc-product-export.csv"
    rows = [f"{n},woo-{n},{cells},Clothing > Caps,none,https://x.org/{n}.jpg" for n in (1, 2)]
    path.write_text("\n".join([f"ID,SKU,{columns},Categories,Shipping class,Images", *rows]))
    told = {"label": "Clothing > Caps", "description": caption}
    assert [photo.metadata for photo in Source(path)] == [told] * 2
