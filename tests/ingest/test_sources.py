import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import tarfile
import tracemalloc
import zipfile
from collections import Counter
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.errors import DamagedSource, Rejected, SourceError
from ingest.photo import Photo
from ingest.sources import Source, Table, first, shuffle_photos
from ingest.sources.place import find_place
from ingest.sources.where import condition
from tests.ingest.pictures import jpeg

COLUMNS = """
    photo_id photo_url photo_image_url photo_submitted_at photo_featured photo_width
    photo_height photo_aspect_ratio photo_description photographer_username
    photographer_first_name photographer_last_name exif_camera_make exif_camera_model exif_iso
    exif_aperture_value exif_focal_length exif_exposure_time photo_location_name
    photo_location_latitude photo_location_longitude photo_location_country
    photo_location_city stats_views stats_downloads ai_description ai_primary_landmark_name
    ai_primary_landmark_latitude ai_primary_landmark_longitude ai_primary_landmark_confidence
    blur_hash
"""
UNSPLASH = COLUMNS.split()


def unsplash_row(photo_id, **values):
    row = {
        "photo_id": photo_id,
        "photo_image_url": f"https://images.unsplash.com/{photo_id}",
        **values,
    }
    return "\t".join(row.get(name, "") for name in UNSPLASH)


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def photos(path, **table):
    return list(Source(path, Table(**table)))


def ids(path, **table):
    return [photo.id for photo in photos(path, **table)]


def collect(source, found):
    for photo in source:
        found.append(photo)


def reason(photo):
    with pytest.raises(Rejected) as caught:
        photo.check()
    return caught.value.reason


def test_unsplash_columns_become_the_tables_columns_and_the_rest_is_kept(tmp_path):
    row = unsplash_row(
        "abc",
        photo_submitted_at="2017-03-04 05:06:07.123456",
        photo_width="4000",
        photo_height="3000",
        photo_description="a lake",
        photographer_username="ann",
        photographer_first_name="Ann",
        photographer_last_name="Lee",
        exif_camera_make="Canon",
        exif_camera_model="EOS 5D",
        exif_iso="100",
        photo_location_country="Norway",
        photo_location_city="Oslo",
        stats_views="123456",
        stats_downloads="789",
        ai_description="water by trees",
        blur_hash="LtJ",
    )
    path = written(tmp_path / "photos.tsv000", "\t".join(UNSPLASH) + "\n" + row + "\n")
    (photo,) = photos(path)
    assert (photo.id, photo.address) == ("abc", "https://images.unsplash.com/abc")
    assert photo.metadata == {
        "width": 4000,
        "height": 3000,
        "description": "a lake",
        "photographer": "Ann Lee",
        "camera": "Canon EOS 5D",
        "country": "Norway",
        "city": "Oslo",
        "taken": datetime(2017, 3, 4, 5, 6, 7, 123456, tzinfo=timezone.utc),
        "views": 123456,
        "downloads": 789,
    }
    assert photo.extra == {
        "photographer_username": "ann",
        "exif_iso": 100,
        "ai_description": "water by trees",
        "blur_hash": "LtJ",
    }


def test_a_photo_without_description_takes_the_machines(tmp_path):
    text = "\t".join(UNSPLASH) + "\n" + unsplash_row("a", ai_description="trees")
    (photo,) = photos(written(tmp_path / "photos.csv000", text))
    assert photo.metadata["description"] == "trees"


def test_the_first_shard_brings_the_others(tmp_path):
    for number, photo_id in enumerate("abc"):
        text = "\t".join(UNSPLASH) + "\n" + unsplash_row(photo_id) + "\n"
        written(tmp_path / f"photos.tsv00{number}", text)
    written(tmp_path / "keywords.tsv000", "photo_id\tkeyword\na\ttree\n")
    assert ids(tmp_path / "photos.tsv000") == ["a", "b", "c"]
    assert ids(tmp_path / "photos.tsv001") == ["b"]
    assert ids(tmp_path) == ["a", "b", "c"]


def test_a_byte_order_mark_and_crlf_are_no_part_of_the_table(tmp_path):
    text = "\ufeffid,url\r\n1,http://a/1\r\n2,http://a/2\r\n"
    named_by = str(tmp_path / "a.csv")
    assert photos(written(tmp_path / "a.csv", text)) == [
        Photo("1", "http://a/1", named_by=named_by),
        Photo("2", "http://a/2", named_by=named_by),
    ]


def test_quoted_fields_may_hold_delimiters_quotes_and_line_ends(tmp_path):
    text = 'id,url,description\n1,http://a/1,"a, ""b""\nc"\n2,http://a/2,d\n'
    one, two = photos(written(tmp_path / "a.csv", text))
    assert one.metadata["description"] == 'a, "b"\nc'
    assert two.id == "2"


def test_a_lone_quote_swallows_no_rows(tmp_path):
    rows = ['1\thttp://a/1\t"unclosed', '2\thttp://a/2\t5" lens', "3\thttp://a/3\tplain"]
    path = written(tmp_path / "a.tsv", "\n".join(["id\turl\tdescription", *rows]))
    found = photos(path)
    assert [photo.id for photo in found] == ["1", "2", "3"]
    assert found[0].metadata["description"] == '"unclosed'
    assert found[1].metadata["description"] == '5" lens'


def test_two_lone_quotes_in_different_rows_swallow_nothing_either(tmp_path):
    rows = ['1\thttp://a/1\t"open', "2\thttp://a/2\tx", '3\thttp://a/3\tclose"', "4\thttp://a/4\ty"]
    path = written(tmp_path / "a.tsv", "\n".join(["id\turl\tdescription", *rows]))
    assert ids(path) == ["1", "2", "3", "4"]


def test_a_header_alone_and_an_empty_file_hold_no_photos(tmp_path):
    assert photos(written(tmp_path / "a.csv", "id,url\n")) == []
    assert photos(written(tmp_path / "b.csv", "")) == []
    assert photos(written(tmp_path / "c.tsv", "\n\n")) == []


@pytest.mark.parametrize("name", ["a_users.csv", "users.jsonl", "z/users.parquet"])
def test_tables_without_pictures_keep_no_other_from_being_read(tmp_path, name):
    other = tmp_path / name
    other.parent.mkdir(exist_ok=True)
    told = {"name": ["Ann", "Bob"], "age": [1, 2]}
    if name.endswith("parquet"):
        pq.write_table(pa.table(told), other)
    else:
        written(other, "name,age\nAnn,1\n" if name.endswith("csv") else '{"name": "Ann"}\n')
    place = tmp_path / "z" if "/" in name else tmp_path
    written(place / "photos.csv", "url,caption\nhttps://x.org/1.jpg,a hill\n")
    left: Counter[str] = Counter()
    source = Source(tmp_path, leave_out=lambda kind: left.update([kind]))
    assert source.choices()[0].startswith("address: url, caption: caption")
    assert [photo.address for photo in source] == ["https://x.org/1.jpg"]
    assert left == {f"{other.suffix} without pictures": 1}
    (place / "photos.csv").unlink()
    with pytest.raises(SourceError, match="looks like addresses"):
        photos(tmp_path)


ARCHIVES = {
    "gbif": ("occurrence.txt", "multimedia.txt", "identifier", ".jpg"),
    "inaturalist": ("observations.csv", "media.csv", "identifier", ".jpeg"),
    "deep": ("a/sightings.csv", "b/shots.tsv", "image_url", ""),
    "pages called so": ("a_page_url.csv", "pictures.csv", "url", ""),
}


@pytest.mark.parametrize(("pages", "media", "column", "end"), ARCHIVES.values(), ids=ARCHIVES)
def test_a_table_of_pages_is_left_out_beside_one_of_pictures(tmp_path, pages, media, column, end):
    for name, called, cell in (
        (pages, "page_url" if "page" in pages else "references", "https://x.org/observations/{}"),
        (media, column, "https://cdn.x.org/{}" + end),
    ):
        part = "," if name.endswith(".csv") else "\t"
        (tmp_path / name).parent.mkdir(exist_ok=True)
        rows = [f"{at}{part}" + cell.format(at) for at in range(3)]
        written(tmp_path / name, "\n".join([f"title{part}{called}", *rows, ""]))
    written((tmp_path / media).with_name("z.csv"), "user\nann\n")
    left: list[str] = []
    source = Source(tmp_path, leave_out=left.append)
    assert source.choices()[0].startswith(f"address: {column}")
    assert [photo.address for photo in source] == [
        f"https://cdn.x.org/{at}{end}" for at in range(3)
    ]
    assert left == [".csv without pictures"] * (1 if pages.endswith(".txt") else 2)


def test_tables_of_addresses_without_endings_are_all_read(tmp_path):
    written(tmp_path / "a.csv", "id,url\n1,https://x.org/1\n")
    written(tmp_path / "b.csv", "id,url\n2,https://x.org/2.jpg\n")
    assert [photo.id for photo in Source(tmp_path)] == ["1", "2"]


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("bildlink,n\n", "https://x.org/b/{},1"),
        ("n,bildlink\n", "2,https://x.org/b/{}"),
        ("", "https://x.org/b/{},a hill"),
        ("path,n\n", "gone/{},1"),
    ],
)
def test_no_part_of_a_table_and_no_list_is_taken_for_one_of_pages(tmp_path, header, cell):
    name = "path" if "path" in header else "bildlink"
    written(tmp_path / "a.csv", f"{name},n\nhttps://x.org/1.jpg,1\nhttps://x.org/2.jpg,1\n")
    written(tmp_path / "b.csv", header + "\n".join(cell.replace("{}", str(n)) for n in range(3)))
    left: list[str] = []
    assert len(list(Source(tmp_path, leave_out=left.append))) == 5
    assert left == []


def test_missing_columns_are_named_with_the_remedy(tmp_path):
    path = written(tmp_path / "a.csv", "name,size\nx,1\n")
    with pytest.raises(SourceError, match=r"name, size looks like addresses.*--url-column"):
        photos(path)
    with pytest.raises(SourceError, match="no column 'link' for --url-column"):
        photos(path, url_column="link")
    with pytest.raises(SourceError, match="no column 'nr' for --id-column"):
        photos(path, id_column="nr", url_column="name")


def test_columns_can_be_named(tmp_path):
    path = written(tmp_path / "a.csv", "nr,where,url\n7,http://a/7,http://b/7\n")
    (photo,) = photos(path, id_column="nr", url_column="where")
    assert (photo.id, photo.address, photo.extra) == ("7", "http://a/7", {"url": "http://b/7"})


def test_without_an_id_column_the_address_is_the_id(tmp_path):
    path = written(tmp_path / "a.csv", "path,label\nred/1.jpg,red\n")
    (photo,) = photos(path)
    assert photo.id == "red/1.jpg"
    assert photo.address == str(tmp_path / "red/1.jpg")
    assert photo.metadata == {"label": "red"}


def test_a_row_too_long_is_a_photo_that_failed_and_a_short_one_is_filled(tmp_path):
    path = written(
        tmp_path / "a.csv", "id,url,city\n1,http://a/1,Rome,x\n2,http://a/2\n3,http://a/3,,,\n"
    )
    one, two, three = photos(path)
    assert reason(one) == "a row with more fields than the header"
    assert (two.id, two.metadata) == ("2", {})
    assert three.id == "3"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1,", "no address"),
        (",", None),
        ("1,http://a/\x01b", "control characters in the address"),
        ("1\x07,http://a/b", "control characters in the id"),
        ("1,http://a/" + "b" * 5000, "address too long"),
    ],
)
def test_rows_that_cannot_be_photos_have_a_reason(tmp_path, row, expected):
    found = photos(written(tmp_path / "a.csv", f"id,url\n{row}\n"))
    assert [reason(photo) for photo in found] == ([expected] if expected else [])


def test_fields_of_100_kilobytes_are_cut(tmp_path):
    text = f'id,url,description,note\n1,http://a/1,{"d" * 100_000},"{"n" * 100_000}"\n'
    (photo,) = photos(written(tmp_path / "a.csv", text))
    assert len(photo.metadata["description"]) == 20_000
    assert len(photo.extra["note"]) == 20_000


def test_null_bytes_are_dropped(tmp_path):
    assert ids(written(tmp_path / "a.csv", "id,url\n1\0,http://a/1\n")) == ["1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(tmp_path, encoding):
    text = "id,url,city\n1,http://a/1,Malmö\n"
    (photo,) = photos(written(tmp_path / "a.csv", text, encoding))
    assert photo.metadata["city"] == "Malmö"


def test_bytes_that_are_no_text_at_all_cost_only_their_characters(tmp_path):
    data = b"id,url,city\n" + b"1,http://a/1,x\n" * 100_000 + b"2,http://a/2,\xff\xfe\n"
    (tmp_path / "a.csv").write_bytes(data)
    *_, last = photos(tmp_path / "a.csv")
    assert last.metadata["city"] == "\ufffd\ufffd"


def test_one_bad_byte_does_not_change_the_encoding_of_the_others(tmp_path):
    (tmp_path / "a.csv").write_bytes("id,url,city\n1,http://a/1,Malmö ".encode() + b"\xff\n")
    (photo,) = photos(tmp_path / "a.csv")
    assert photo.metadata["city"] == "Malmö \ufffd"


def test_gzip_and_zip_are_opened(tmp_path):
    text = b"id,url\n1,http://a/1\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text))
    (tmp_path / "named-wrongly.csv").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
        archive.writestr("inner/a.csv", text)
    for name in ("a.csv.gz", "named-wrongly.csv", "a.zip"):
        assert ids(tmp_path / name) == ["1"]


def test_a_broken_gzip_gives_what_came_before_and_then_an_error(tmp_path):
    rows = "".join(f"{i},http://a/{i}-{i * 7919 % 10007}\n" for i in range(50_000))
    data = gzip.compress(("id,url\n" + rows).encode())
    (tmp_path / "a.csv.gz").write_bytes(data[: len(data) // 2])
    found: list[Photo] = []
    with pytest.raises(DamagedSource, match="breaks off"):
        collect(Source(tmp_path / "a.csv.gz"), found)
    assert len(found) > 10_000


def test_a_zip_without_a_table_and_a_broken_one_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x.bin", "hello")
    with pytest.raises(SourceError, match=r"holds no CSV or TSV file, but x\.bin"):
        photos(tmp_path / "a.zip")
    written(tmp_path / "b.zip", "PK\x03\x04nonsense")
    with pytest.raises(SourceError, match="not a readable zip"):
        photos(tmp_path / "b.zip")


def zipped(path, **files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return path


def test_a_zip_of_pictures_and_their_table_is_to_be_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("train.csv", "train/0.jpg", "train/1.jpg"):
            archive.writestr(name, "image_id,label\n0,cat\n1,dog\n")
    with pytest.raises(SourceError, match=r"holds pictures, too: unpack it .* or train.csv there"):
        photos(tmp_path / "a.zip")


def test_the_parts_of_one_table_in_a_zip_are_all_read_and_several_tables_refused(tmp_path):
    parts = {"a_csv": "id,url\n1,http://a/1", "b_csv": "id,url\n2,http://a/2\n"}
    assert ids(zipped(tmp_path / "a.zip", **parts)) == ["1", "2"]
    lines = {f"{at}_jsonl": f'{{"id": {at}, "url": "http://a/{at}"}}' for at in range(3)}
    assert ids(zipped(tmp_path / "l.zip", **lines)) == ["0", "1", "2"]
    unsplash = {"collections_tsv000": "collection_id\n", "photos_tsv000": parts["a_csv"]}
    assert ids(zipped(tmp_path / "u.zip", **unsplash)) == ["1"]
    parts["b_csv"] = "id,keyword\n1,tree\n"
    with pytest.raises(SourceError, match=r"holds 2 tables, a\.csv, b\.csv: unpack it"):
        photos(zipped(tmp_path / "b.zip", **parts))


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (b"SQLite format 3\0", "an SQLite database: export"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a spreadsheet: save it as CSV"),
        (bz2.compress(b"id,url\n"), "compressed with bzip2: unpack"),
        (lzma.compress(b"id,url\n"), "compressed with xz: unpack"),
        (gzip.compress(b"PAR1" + bytes(99), mtime=0), "compressed Parquet: unpack"),
        (
            gzip.compress(b"\0\0\x08\x03" + bytes(99), mtime=0),
            "no table but other data, compressed",
        ),
        (pickle.dumps({"a": 1}), "a pickle"),
    ],
    ids=["SQLite", "xls", "bzip2", "xz", "Parquet", "MNIST", "pickle"],
)
@pytest.mark.parametrize("name", ["a.csv", "a.bin"])
def test_files_of_other_kinds_are_refused_with_what_helps(tmp_path, start, sentence, name):
    (tmp_path / name).write_bytes(start + bytes(99))
    with pytest.raises(SourceError, match=f"is {sentence}"):
        photos(tmp_path / name)


@pytest.mark.parametrize("text", ["<?xml version='1.0'?><rdf/>", "<annotation><filename>"])
def test_xml_is_refused_with_what_helps(tmp_path, text):
    (tmp_path / "t.xml").write_text(text)
    with pytest.raises(SourceError, match=r"t.xml is XML, which is not read where it is not"):
        list(Source(tmp_path / "t.xml"))


def test_arrays_in_place_of_pictures_are_refused_with_what_helps(tmp_path):
    rows = [{"image": [[[0.5, 0.5, 0.5]] * 4] * 4, "label": at} for at in range(3)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet")
    with pytest.raises(SourceError, match=r"image holds arrays: write them as PNG files\.$"):
        photos(tmp_path / "t.parquet")
    (tmp_path / "t.json").write_text(json.dumps([row | {"url": "http://a/1"} for row in rows]))
    assert [photo.address for photo in photos(tmp_path / "t.json")] == ["http://a/1"] * 3


@pytest.mark.parametrize(
    ("name", "member"), [("a.xlsx", "xl/workbook.xml"), ("a.numbers", "Index/Document.iwa")]
)
def test_a_spreadsheet_is_refused_with_what_helps(tmp_path, name, member):
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr(member, "<x/>")
    with pytest.raises(SourceError, match="is a spreadsheet: save it as CSV"):
        photos(tmp_path / name)


def test_parquet_is_read_and_a_broken_one_refused(tmp_path):
    table = pa.table(
        {
            "image_id": [1, 2],
            "image_url": ["http://a/1", None],
            "views": [10, None],
            "taken": [datetime(2020, 1, 2), None],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    one, two = photos(tmp_path / "a.parquet")
    assert one == Photo(
        "1",
        "http://a/1",
        {"views": 10, "taken": datetime(2020, 1, 2, tzinfo=timezone.utc)},
        named_by=str(tmp_path / "a.parquet"),
    )
    assert reason(two) == "no address"
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "b.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DamagedSource, match="not a readable Parquet"):
        photos(tmp_path / "b.parquet")


def test_a_list_of_addresses_needs_no_columns(tmp_path):
    text = "http://a/1,2\n\nhttp://a/2\n"
    for name in ("a.txt", "a.csv"):
        path = written(tmp_path / name, text)
        assert photos(path)[:2] == [
            Photo("http://a/1,2", "http://a/1,2", told_by=str(path)),
            Photo("http://a/2", "http://a/2", told_by=str(path)),
        ]


def test_standard_input_under_its_other_names_is_read_and_other_pipes_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="pipe is a pipe or device: give - as the source"):
        find_place(tmp_path / "pipe")
    kept, (end, other) = os.dup(0), os.pipe()
    try:
        os.dup2(end, 0)
        names = ("/dev/stdin", "/dev/fd/0", f"/dev/fd/{end}", "-")
        assert [find_place(name) for name in names] == [Path("-")] * 4
    finally:
        os.dup2(kept, 0)
        for number in (kept, end, other):
            os.close(number)


def test_a_folder_tree_is_walked_in_order_with_its_folders_as_labels(tmp_path):
    for name in ("b/2.JPG", "a/1.png", "3.webp", "notes.txt", ".hidden.jpg", ".git/4.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    found = photos(tmp_path)
    assert [(photo.id, photo.metadata.get("label")) for photo in found] == [
        ("3.webp", None),
        ("a/1.png", "a"),
        ("b/2.JPG", "b"),
    ]


def test_a_webdataset_gives_pictures_captions_and_labels(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, data in {
            "set/001.jpg": jpeg(1),
            "set/001.txt": b"a red box",
            "set/001.json": json.dumps({"width": 640, "url": "http://a/1", "nsfw": "no"}).encode(),
            "set/002.png": jpeg(2),
            "set/002.cls": b"7",
            "set/003.txt": b"a caption without its picture",
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    one, two = photos(tmp_path / "a.tar")
    assert (one.id, one.address, one.payload) == ("set/001", "http://a/1", jpeg(1))
    assert one.metadata == {"width": 640, "description": "a red box"}
    assert one.extra == {"nsfw": "no"}
    assert (two.id, two.metadata, two.payload) == ("set/002", {"label": "7"}, jpeg(2))
    whole = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "b.tar").write_bytes(whole[:1000])
    with pytest.raises(DamagedSource):
        photos(tmp_path / "b.tar")


@pytest.mark.parametrize("nothing", ["", " ", '""'])
def test_no_source_is_not_the_folder_one_is_in(nothing):
    with pytest.raises(SourceError, match="No source is given"):
        Source(nothing)


def test_what_is_missing_or_of_no_known_kind_is_refused(tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        Source(tmp_path / "nowhere.csv")
    (tmp_path / "a.bin").write_bytes(b"\x00\x01\x02\x03")
    with pytest.raises(SourceError, match="of no known kind"):
        photos(tmp_path / "a.bin")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("views>=20", ["2", "3"]),
        ("views<20", ["1"]),
        ("city=Rome", ["1"]),
        ("city!=Rome", ["2", "3"]),
        ("city~os", ["2"]),
    ],
)
def test_rows_are_chosen_by_their_columns(tmp_path, text, kept):
    table = "id,url,views,city\n1,http://a/1,10,Rome\n2,http://a/2,20,Oslo\n3,http://a/3,30,\n"
    assert ids(written(tmp_path / "a.csv", table), where=[condition(text)]) == kept


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("class=DOG", ["1", "2"]),
        ("class=cat|dog", ["1"]),
        ("class!=dog", ["3", "4"]),
        ("class=do", []),
        ("class~do", ["1", "2", "3"]),
    ],
)
def test_rows_are_chosen_by_each_of_their_labels(tmp_path, text, kept, form):
    labels = [["cat", "dog"], ["dog"], ["hot dog"], []]
    rows = [{"id": str(at + 1), "url": f"http://a/{at}"} for at in range(4)]
    if form == "csv":
        joined = map("|".join, labels)
        lines = [",".join([*row.values(), words]) for row, words in zip(rows, joined, strict=True)]
        table = "\n".join(["id,url,class", *lines])
    else:
        told = zip(rows, labels, strict=True)
        table = "\n".join(json.dumps({**row, "class": words}) for row, words in told)
    assert ids(written(tmp_path / f"a.{form}", table), where=[condition(text)]) == kept


@pytest.mark.parametrize("text", ["", "views", "views>=many", ">=3"])
def test_conditions_that_make_no_sense_are_refused(text):
    with pytest.raises(SourceError, match="--where"):
        condition(text)


def test_a_condition_on_a_column_that_is_not_there_is_refused(tmp_path):
    path = written(tmp_path / "a.csv", "id,url\n1,http://a/1\n")
    with pytest.raises(SourceError, match="no column 'views' for --where"):
        photos(path, where=[condition("views>1")])


def test_shuffling_keeps_every_photo_and_is_the_same_each_time():
    many = [Photo(str(i)) for i in range(60_000)]
    once, twice = list(shuffle_photos(many)), list(shuffle_photos(many))
    assert once == twice != many
    assert sorted(int(photo.id) for photo in once) == list(range(60_000))


def test_a_limit_takes_the_first():
    assert [photo.id for photo in first([Photo("a"), Photo("b")], 1)] == ["a"]


def test_a_table_is_estimated_by_its_lines(tmp_path):
    path = written(tmp_path / "a.csv", "id,url\n1,http://a/1\n2,http://a/2\n")
    assert Source(path).total() == 2


def test_a_long_file_is_read_without_holding_it(tmp_path):
    path = tmp_path / "a.tsv"
    with path.open("w") as file:
        file.write("\t".join(UNSPLASH) + "\n")
        for i in range(5_000):
            file.write(unsplash_row(str(i), photo_description="x" * 5_000) + "\n")
    tracemalloc.start()
    try:
        assert sum(1 for _ in islice(Source(path), 5_000)) == 5_000
        assert tracemalloc.get_traced_memory()[1] < 6 << 20
    finally:
        tracemalloc.stop()
