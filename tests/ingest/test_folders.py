import base64
import csv
import io
import json
import os
import tarfile
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.errors import DamagedSource, Rejected, SourceError
from ingest.sources import Source, Table
from ingest.sources.takeout import SUPPLEMENT
from ingest.sources.where import condition
from ingest.tell import describe_summary
from tests.ingest.pictures import jpeg

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmp:Rating="4" photoshop:City="Lyon" exif:GPSLatitude="45,45.5N" exif:GPSLongitude="4,51,0W">
 <dc:description><rdf:Alt><rdf:li xml:lang="x-default">a bridge</rdf:li></rdf:Alt></dc:description>
 <dc:creator><rdf:Seq><rdf:li>Ann Lee</rdf:li></rdf:Seq></dc:creator>
 <dc:subject><rdf:Bag><rdf:li>river</rdf:li><rdf:li>stone</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


@pytest.fixture
def tree(tmp_path):
    """Writes files into a folder: pictures where no content is given."""
    root = tmp_path / "tree"
    root.mkdir()

    def write(files):
        for at, name in enumerate(files):
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            content = files[name] if isinstance(files, dict) else None
            content = jpeg(at) if content is None else content
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return write


def read(root, **given):
    """The photos of a folder by id, those that cannot be read by reason, and what is left out."""
    left: list[str] = []
    photos, faults = {}, {}
    for photo in Source(root, leave_out=left.append, **given):
        try:
            photo.check()
            photos[photo.id] = photo
        except Rejected as rejected:
            faults[photo.id] = rejected.reason
    return photos, faults, Counter(left)


def ids(root, **given):
    return list(read(root, **given)[0])


@pytest.mark.parametrize("other", ["drawings", "accessories", "editorial"])
def test_photos_are_a_class_beside_others_of_any_name(tree, other):
    photos = read(tree(["photos/1.jpg", f"{other}/1.jpg"]))[0]
    assert {photo.metadata["label"] for photo in photos.values()} == {"photos", other}


def test_classes_called_by_numbers_are_no_years(tree):
    numbers = ["0812", "1899", "1985", "2005", "2150", "2500"]
    photos = read(tree([*(f"{number}/a.jpg" for number in numbers), "2005/07/b.jpg"]))[0]
    assert [photo.metadata.get("label") for photo in photos.values()] == [
        *("0812", "1899", "1985", "2005", None, "2150", "2500")
    ]


def test_a_label_in_a_listing_names_no_picture_where_another_column_does(tree):
    listing = "label,photo\ncat,1.jpg\ncat,2.jpg\n"
    photos = read(tree({"1.jpg": None, "2.jpg": None, "cat.jpg": None, "metadata.csv": listing}))[0]
    told = {name: photo.metadata.get("label") for name, photo in photos.items()}
    assert told == {"1.jpg": "cat", "2.jpg": "cat", "cat.jpg": None}


def test_a_class_of_waste_is_no_bin(tree):
    root = tree(["recycled/1.jpg", "organic/1.jpg", "RECYCLER/S-1-5/1.jpg", "RECYCLED/2.jpg"])
    photos, _, left = read(root)
    assert {photo.metadata["label"] for photo in photos.values()} == {"recycled", "organic"}
    assert left == {"RECYCLER": 1, "RECYCLED": 1}


def test_bins_thumbnails_and_bookkeeping_are_left_out_and_counted(tree):
    root = tree(
        ["IMG_1.JPG", "@eaDir/IMG_1.JPG/SYNOPHOTO_THUMB_M.jpg", "#recycle/gone.jpg",
         "$RECYCLE.BIN/y.jpg", "lost+found/x.jpg", "._IMG_1.JPG", ".thumbnails/1.jpg",
         "System Volume Information/z.jpg", "sub/@EADIR/a.jpg", "sub/Thumbs.db",
         ".Trash-1000/a.jpg",
         "__MACOSX/._IMG_1.JPG", "sub/2.jpg", ".DS_Store", "Network Trash Folder/q.jpg"]
    )  # fmt: skip
    photos, faults, left = read(root)
    assert list(photos) == ["IMG_1.JPG", "sub/2.jpg"]
    assert not faults
    assert left["@eaDir"] == left["@EADIR"] == left["#recycle"] == left["lost+found"] == 1
    assert left["hidden"] == 4


def test_previews_that_libraries_keep_are_left_out_and_counted(tree):
    library = "Mine.photoslibrary"
    kept = [f"{library}/originals/1/a.jpg", "derivatives/a.jpg"]
    kept += ["thumbs/a.jpg", "upload/library/a.jpg"]
    kept += ["Old.aplibrary/Masters/1.jpg", "My.cocatalog/Originals/1.jpg", "Cache/a.jpg"]
    copies = [f"{library}/resources/derivatives/1/a.jpg", "upload/thumbs/u/ab/a-preview.jpeg"]
    copies += ["Old.aplibrary/Previews/1.jpg", "Old.aplibrary/Thumbnails/1.jpg"]
    copies += ["My.cocatalog/Cache/1.jpg", "Capture/CaptureOne/Cache/Thumbnails/1.dng.cot"]
    copies += ["PRIVATE/M4ROOT/THMBNL/C0001T01.JPG", "album/__ia_thumb.jpg"]
    root = tree([*kept, "Mine.lrdata/1/2.jpg", "GOPR0002.THM", *copies])
    photos, _, left = read(root)
    assert set(photos) == set(kept)
    told = {".lrdata": 1, ".thm": 1, "derivatives": 1, "thumbs": 1, "Previews": 1, "Thumbnails": 1}
    assert left == {**told, "Cache": 2, "THMBNL": 1, "__ia_thumb.jpg": 1}


def test_pictures_of_eagle_come_once_with_what_stands_beside_them(tree):
    item = "My.library/images/K1.info"
    told = '{"name": "cat", "tags": ["pet", "cute"], "width": 40, "isDeleted": false}'
    pictures = dict.fromkeys(["cat_thumbnail.png", f"{item}/cat.jpg", f"{item}/cat_thumbnail.png"])
    texts = {f"{item}/metadata.json": told, "My.library/metadata.json": '{"folders": []}'}
    photos, _, left = read(tree({**pictures, **texts}))
    assert list(photos) == ["cat_thumbnail.png", f"{item}/cat.jpg"]
    cat = photos[f"{item}/cat.jpg"]
    assert (cat.metadata, cat.extra["tags"]) == ({"width": 40}, "pet, cute")
    assert left == {"_thumbnail": 1, ".json": 1}


def test_files_of_other_kinds_are_counted_by_their_endings(tree):
    root = tree({"a.jpg": None, "b.MOV": b"0", "c.mov": b"1", "d.pdf": b"%PDF", "README": b"hello"})
    assert read(root)[2] == {".mov": 2, ".pdf": 1, "without ending": 1}


@pytest.mark.parametrize(("name", "is_table"), [("train.csv", True), ("b.pdf", False)])
def test_a_table_beside_pictures_is_told_how_to_be_read(tree, ingest, name, is_table):
    summary = ingest(tree({"a.jpg": None, name: "image_id,label\na,cat\n"}))
    assert summary.left_out == {name[-4:]: 1}
    assert ("give the table's path" in describe_summary(summary, "photos")) == is_table


@pytest.mark.parametrize("inside", [{}, {"a.jpg": None}])
def test_a_folder_of_vectors_alone_is_told_how_to_be_read(tree, ingest, inside):
    summary = ingest(tree({**inside, "e.npy": b"1", "f.npz": b"2"}))
    assert summary.left_out == {".npy": 1, ".npz": 1}
    assert ("give the file's path" in describe_summary(summary, "photos")) == (not inside)


@pytest.mark.parametrize("inside", [{}, {"a.jpg": None}])
def test_what_is_packed_is_told_to_be_unpacked(tree, ingest, inside):
    summary = ingest(tree({**inside, "takeout-001.zip": b"PK", "b.7z": b"7z"}))
    assert summary.left_out == {".zip": 1, ".7z": 1}
    assert "packed in .7z and .zip is not read: unpack it" in describe_summary(summary, "photos")


def test_pictures_are_known_by_their_content_where_the_name_does_not_tell(tree):
    root = tree(
        {"noending": None, "weird.jpg_large": None, "0815": None, "a.img": None, "b.dat": b"x"}
    )
    photos, _, left = read(root)
    assert sorted(photos) == ["0815", "a.img", "noending", "weird.jpg_large"]
    assert left == {".dat": 1}


@pytest.mark.parametrize(
    ("patterns", "kept"),
    [
        (["*.png"], ["a.jpg", "drafts/b.jpg", "x/drafts/d.jpg"]),
        (["drafts"], ["a.jpg", "x/c.PNG"]),
        (["drafts/"], ["a.jpg", "x/c.PNG"]),
        (["drafts/*"], ["a.jpg", "x/c.PNG", "x/drafts/d.jpg"]),
        (["/drafts"], ["a.jpg", "x/c.PNG", "x/drafts/d.jpg"]),
        (["x/**"], ["a.jpg", "drafts/b.jpg"]),
        (["**/drafts"], ["a.jpg", "x/c.PNG"]),
        (["?.jpg", "[cC].*"], []),
    ],
)
def test_patterns_leave_out_files_and_folders(tree, patterns, kept):
    root = tree(["a.jpg", "drafts/b.jpg", "x/c.PNG", "x/drafts/d.jpg"])
    assert ids(root, exclude=patterns) == kept


def test_linked_folders_are_followed_once_and_loops_noticed(tree, tmp_path):
    root = tree(["z/1.jpg", "b/2.jpg"])
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "3.jpg").write_bytes(jpeg(3))
    (root / "a-link").symlink_to(root / "z")
    (root / "far").symlink_to(tmp_path / "elsewhere")
    (root / "z" / "loop").symlink_to(root)
    (tmp_path / "elsewhere" / "back").symlink_to(root / "b")
    photos, faults, left = read(root)
    assert list(photos) == ["b/2.jpg", "z/1.jpg", "far/3.jpg"]
    assert not faults
    assert left == {"linked folder read already": 3}


def test_what_cannot_be_read_is_named_and_the_rest_is_read(tree):
    root = tree(["cat/0.jpg", "IMG_1.JPG/thumb.jpg", "dog/1.jpg"])
    (root / "dog" / "gone.jpg").symlink_to("nowhere")
    (root / "dog" / "round").symlink_to("round")
    os.mkfifo(root / "dog" / "pipe.jpg")
    photos, faults, left = read(root)
    assert list(photos) == ["cat/0.jpg", "dog/1.jpg"]
    assert faults["dog/gone.jpg"] == "a link that leads nowhere"
    assert faults["IMG_1.JPG"] == "a folder, not a picture"
    assert faults["dog/round"].startswith("not readable: ")
    assert left == {"pipe or device": 1}


def test_a_source_that_may_not_be_looked_at_is_a_sentence(tmp_path, monkeypatch):
    def refuse(path, *given, **more):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(SourceError, match=r"cannot be read: Permission denied\."):
        Source(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_folders_and_files_without_permission_are_named(tree):
    root = tree(["a.jpg", "closed/b.jpg", "odd"])
    (root / "closed").chmod(0)
    (root / "odd").chmod(0)
    try:
        photos, faults, _ = read(root)
    finally:
        (root / "closed").chmod(0o700)
    assert list(photos) == ["a.jpg"]
    assert faults == {
        "closed": "folder not readable: Permission denied",
        "odd": "file not readable: Permission denied",
    }


def test_names_that_are_no_text_and_names_with_line_breaks_are_read(tree, ingest, database):
    root = tree(["plain.jpg"])
    for seed, name in enumerate((b"caf\xe9.jpg", b"caf\xe8.jpg", b"two\nlines.jpg"), 1):
        Path(os.fsdecode(os.fsencode(root) + b"/" + name)).write_bytes(jpeg(seed))
    assert ingest(root).inserted == 4
    again = ingest(root)
    assert (again.inserted, again.skipped, again.failed) == (0, 4, 0)
    kept = set(database.collection("photos").sample(10, seed=0).ids)
    assert {"plain.jpg", "two%0Alines.jpg", "caf\ufffd.jpg", "tree/caf\ufffd.jpg"} == kept


def test_captions_and_metadata_beside_a_picture_are_its_own(tree):
    root = tree(
        {
            "a.jpg": None,
            "a.txt": "a red box\n",
            "a.json": '{"width": 640, "mood": "calm", "score": 0.5, "box": [1, 2], "ok": true}',
            "b.JPG": None,
            "b.JPG.xmp": XMP,
            "c.png": None,
            "c.caption": "été".encode("cp1252"),
            "d.jpg": None,
            "d.xmp": XMP,
            "d.cap": "mine",
            "lonely.txt": "about nothing",
            "e.jpg": None,
            "e.json": "{broken",
            "e.xmp": "<broken",
            "f.jpg": None,
            "f.txt": "0 0.5 0.5 0.25 0.25\n1 0.1 0.1 0.2 0.2\n",
        }
    )  # fmt: skip
    photos, faults, left = read(root)
    assert not faults
    assert photos["a.jpg"].metadata == {"description": "a red box", "width": 640}
    assert photos["a.jpg"].extra == {"mood": "calm", "score": 0.5, "ok": True}
    assert photos["b.JPG"].metadata == {
        "description": "a bridge", "photographer": "Ann Lee", "city": "Lyon",
    }  # fmt: skip
    assert photos["b.JPG"].extra["keywords"] == "river, stone"
    assert photos["b.JPG"].extra["latitude"] == pytest.approx(45.7583, abs=1e-3)
    assert photos["b.JPG"].extra["longitude"] == pytest.approx(-4.85)
    assert photos["b.JPG"].extra["rating"] == 4
    assert photos["c.png"].metadata["description"] == "été"
    assert photos["d.jpg"].metadata["description"] == "mine"
    assert photos["d.jpg"].extra["description"] == "a bridge"
    assert "description" not in photos["f.jpg"].metadata
    unread = {"unreadable .json": 1, "unreadable .xmp": 1}
    assert left == {".txt": 1, "boxes in .txt": 1, **unread}


@pytest.mark.parametrize(
    "boxes",
    [
        "0 0.5 0.5 0.25 0.25\n1 0.1 0.1 0.2 0.2",
        "dog cat 0.91 48 240 195 371",
    ],
)
@pytest.mark.parametrize("words", ["", "2 dogs, 3 cats, 4 birds, 1 fish"])
def test_boxes_beside_a_picture_are_no_caption(tree, boxes, words):
    photos, _, left = read(tree({"a.jpg": None, "a.txt": words or boxes}))
    assert photos["a.jpg"].metadata == ({"description": words} if words else {})
    assert left == ({} if words else {"boxes in .txt": 1})


@pytest.mark.parametrize(
    ("text", "names", "kind"),
    [
        ("<annotation><object><name>dog</name></object>{}{}</annotation>", "dog|a cat", ""),
        ("<?xml version='1.0'?>\n<annotation>{}<size/></annotation>", "a cat", ""),
        ("<annotation><size/></annotation>", None, ""),
        ("<NonRealTimeMeta/>", None, ".xml"),
        ("<!DOCTYPE x><annotation>{}</annotation>", None, "unreadable .xml"),
        ("<annotation>", None, "unreadable .xml"),
        ("<?xml version='1.0' encoding='idna'?><annotation>{}</annotation>", "a cat", ""),
    ],
)
def test_the_classes_in_vocs_xml_beside_a_picture_are_read(tree, text, names, kind):
    told = "<object><name> a cat </name><bndbox><xmin>1</xmin></bndbox></object>"
    photos, _, left = read(tree({"a.jpg": None, "a.xml": text.replace("{}", told)}))
    assert photos["a.jpg"].metadata.get("label") == names
    assert left == ({kind: 1} if kind else {})


@pytest.mark.parametrize("encoding", ["GBK", "utf-16", "UTF-8", "koi8-r"])
def test_xml_beside_a_picture_is_read_in_the_encoding_that_it_names(tree, encoding):
    words = {"GBK": "自行车", "koi8-r": "велосипед"}.get(encoding, "Fahrräder")
    root = tree({"a.jpg": None, "b.jpg": None})
    told = f"<annotation><object><name>{words}</name></object></annotation>"
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n'
    (root / "a.xml").write_bytes((head + told).encode(encoding))
    place = 'xmlns:p="http://ns.adobe.com/photoshop/1.0/"'
    about = 'rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    told = f"<{about}><rdf:Description {place} p:City='{words}'/></rdf:RDF>"
    (root / "b.xmp").write_bytes((head + told).encode(encoding))
    photos, _, left = read(root)
    assert photos["a.jpg"].metadata["label"] == words
    assert photos["b.jpg"].metadata["city"] == words
    assert not left


def test_what_google_writes_beside_a_picture_is_read(tree):
    about = {
        "title": "IMG_1.jpg",
        "description": "",
        "photoTakenTime": {"timestamp": "1500000000", "formatted": "14 Jul 2017"},
        "geoData": {"latitude": 45.5, "longitude": 4.5},
        "people": [{"name": "Ann"}, {"name": "Bo"}],
    }
    root = tree(
        {"IMG_1.jpg": None, "IMG_1.jpg.supplemental-metad.json": json.dumps(about),
         "IMG_2.jpg": None, "IMG_2.jpg.json": json.dumps(about)}
    )  # fmt: skip
    photos, _, left = read(root)
    assert not left
    for photo in photos.values():
        assert photo.metadata == {"taken": datetime(2017, 7, 14, 2, 40, tzinfo=timezone.utc)}
        assert photo.extra == {"latitude": 45.5, "longitude": 4.5, "people": "Ann, Bo"}


def test_what_google_writes_of_copies_and_of_long_names_is_read(tree):
    about = json.dumps({"title": "t", "photoTakenTime": {"timestamp": "1500000000"}})
    long = "a_name_that_is_much_longer_than_google_lets_it_be.jpg"
    root = tree(
        {"IMG.jpg": None, "IMG.jpg.json": about, "IMG-edited.jpg": None,
         "IMG(1).jpg": None, "IMG.jpg(1).json": about,
         "NEW(2).jpg": None, "NEW.jpg.supplemental-metadata(2).json": about,
         long: None, long[:46] + ".json": about}
    )  # fmt: skip
    photos, _, left = read(root)
    assert not left
    assert len(photos) == 5
    assert all("taken" in photo.metadata for photo in photos.values())


@pytest.mark.parametrize("after", ["", *(f".{SUPPLEMENT}"[:n] for n in range(1, 23))])
@pytest.mark.parametrize(
    ("picture", "told"),
    [
        ("IMG.jpg", "IMG.jpg{}.json"),
        ("IMG(1).jpg", "IMG.jpg{}(1).json"),
        ("IMG-edited.jpg", "IMG.jpg{}.json"),
        ("IMG-edited(1).jpg", "IMG.jpg{}(1).json"),
        ("IMG(1)-edited.jpg", "IMG.jpg{}(1).json"),
        ("IMG(1)-edited.jpg", "IMG(1).jpg{}.json"),
    ],
)
def test_google_tells_of_copies_and_edits_under_these_names(tree, picture, told, after):
    about = json.dumps({"photoTakenTime": {"timestamp": "1500000000"}})
    photos, _, left = read(tree({picture: None, "other.jpg": None, told.format(after): about}))
    assert not left
    assert ["taken" in photos[name].metadata for name in (picture, "other.jpg")] == [True, False]


@pytest.mark.parametrize("number", ["", "(1)"])
@pytest.mark.parametrize("edited", ["", "-edited"])
@pytest.mark.parametrize("length", range(38, 48))
def test_google_cuts_long_names_anywhere(tree, length, edited, number):
    about = json.dumps({"photoTakenTime": {"timestamp": "1500000000"}})
    told = f"{'A' * length}.jpg.{SUPPLEMENT}"[:46]
    picture = f"{'A' * length}{edited}{number}.jpg"
    photos, _, left = read(tree({picture: None, f"{told}{number}.json": about}))
    assert not left
    assert "taken" in photos[picture].metadata


@pytest.mark.parametrize("about", ["", "72157713949253257_6ebf0b7a4b4d_part1/"])
@pytest.mark.parametrize("name", ["cat_51234567890_o.jpg", "51234567890_0a1b2c3d4e_o.jpg"])
def test_flickr_tells_of_a_picture_by_its_number(tree, name, about):
    told = {
        "name": "My cat",
        "description": "She sleeps",
        "date_taken": "2018-06-01 10:11:12",
        "count_views": "12",
        "photopage": "https://www.flickr.com/photos/ann/51234567890/",
        "geo": [{"latitude": "52520000", "longitude": "13.4"}],
        "tags": [{"tag": "cat", "user": "ann"}, {"tag": "sleep", "user": "ann"}],
        "albums": [],
    }
    folder = "data-download-1/" if about else ""
    files = {folder + name: None, f"{about}photo_51234567890.json": json.dumps(told)}
    photos, _, left = read(tree(files))
    assert not left
    photo = photos[folder + name]
    assert photo.metadata == {
        "description": "She sleeps",
        "taken": datetime(2018, 6, 1, 10, 11, 12, tzinfo=timezone.utc),
        "views": 12,
    }
    assert photo.extra.pop("url") == told["photopage"]
    words = {"title": "My cat", "keywords": "cat, sleep"}
    assert photo.extra == {**words, "latitude": 52.52, "longitude": 13.4}


def test_the_pictures_of_a_post_share_its_caption(tree):
    post = "2020-01-01_10-00-00_UTC"
    named = {f"{post}_1.jpg": None, f"{post}_2.jpg": None, f"{post}.txt": "two beaches"}
    photos, _, left = read(tree({**named, f"{post}_2.txt": "the second", "a_1.jpg": None}))
    assert not left
    told = [photo.metadata.get("description") for photo in photos.values()]
    assert told == ["two beaches", "the second", None]


@pytest.mark.parametrize("is_gallerys", [True, False])
def test_the_site_that_a_picture_is_from_is_no_label(tree, is_gallerys):
    about = {"category": "flickr", "subcategory": "album"}
    about |= {"extension": "jpg"} if is_gallerys else {}
    photo = read(tree({"a.jpg": None, "a.jpg.json": json.dumps(about)}))[0]["a.jpg"]
    assert photo.metadata.get("label") == (None if is_gallerys else "flickr")
    assert photo.extra.get("site") == ("flickr" if is_gallerys else None)


def test_the_classes_that_roboflow_lists_by_column_are_the_pictures_labels(tree):
    rows = "filename, cat, big dog\na.jpg, 1, 0\nb.jpg, 1, 1\nc.jpg, 0, 0\n"
    root = tree({"train/a.jpg": None, "train/b.jpg": None, "train/c.jpg": None})
    (root / "train" / "_classes.csv").write_text(rows)
    photos, faults, left = read(root)
    labels = {name: photo.metadata.get("label") for name, photo in photos.items()}
    assert labels == {"train/a.jpg": "cat", "train/b.jpg": "cat|big dog", "train/c.jpg": None}
    assert (faults, left) == ({}, {})


def test_a_row_of_metadata_may_name_several_pictures(tree):
    rows = [{"file_names": ["a.jpg", "x/b.jpg"], "text": "a pair"}, {"file_names": ["gone.jpg"]}]
    lines = "\n".join(map(json.dumps, rows))
    photos, faults, left = read(tree({"a.jpg": None, "x/b.jpg": None, "metadata.jsonl": lines}))
    assert {photo.metadata["description"] for photo in photos.values()} == {"a pair"}
    assert faults == {"gone.jpg": "listed in metadata, but no such file"}
    assert not left


@pytest.mark.parametrize("stem", ["Mr. X.", "vol.s", "vol.supplemental", "vol.(2)", "a(1)"])
@pytest.mark.parametrize("ending", [".txt", ".json"])
def test_names_that_only_look_like_googles_keep_their_captions(tree, stem, ending):
    told = "mine" if ending == ".txt" else '{"caption": "mine"}'
    photos, _, left = read(tree({f"{stem}.jpg": None, stem + ending: told}))
    assert not left
    assert photos[f"{stem}.jpg"].metadata["description"] == "mine"


def test_keywords_in_two_sidecars_of_a_picture_are_all_kept(tree):
    other = XMP.replace("river", "bridges").replace("Lyon", "Paris")
    photos, _, left = read(tree({"a.jpg": None, "a.xmp": XMP, "a.jpg.xmp": other}))
    photo = photos["a.jpg"]
    assert (photo.extra["keywords"], photo.metadata["city"]) == ("river, stone, bridges", "Paris")
    assert not left


@pytest.mark.parametrize(
    ("others", "has_words"),
    [
        (["a.dng"], False),
        (["a.NEF"], False),
        (["a.cr2", "a.cr3"], False),
        (["a.png"], True),
        (["b.dng"], True),
    ],
)
def test_a_sidecar_is_the_raws_alone_where_one_has_its_name(tree, others, has_words):
    named = {"a.xmp": XMP, "a.txt": "both"}
    photos, _, left = read(tree({"a.jpg": None, **dict.fromkeys(others), **named}))
    found = {name: "keywords" in photo.extra for name, photo in photos.items()}
    assert found == {"a.jpg": has_words, **dict.fromkeys(others, others != ["b.dng"])}
    assert photos["a.jpg"].metadata["description"] == "both"
    assert not left


@pytest.mark.parametrize("raw", ["a.dng", "a.NEF"])
def test_a_jpeg_beside_its_raw_has_the_sidecar_of_its_whole_name(tree, raw):
    other = XMP.replace("river", "bridges")
    photos, _, left = read(tree({"a.jpg": None, raw: None, "a.xmp": XMP, "a.jpg.xmp": other}))
    words = {name: photo.extra["keywords"] for name, photo in photos.items()}
    assert words == {"a.jpg": "bridges, stone", raw: "river, stone"}
    assert not left


@pytest.mark.parametrize("ending", [".txt", ".JPG.json", ".JPG.supplemental-meta.json"])
@pytest.mark.parametrize("is_composed", [True, False])
def test_what_stands_beside_a_picture_is_found_however_accents_are_composed(
    tree, ending, is_composed
):
    names = ["E\u0301te\u0301", "\u00c9t\u00e9"]
    told = '{"description": "summer"}' if ending.endswith("json") else "summer"
    picture, beside = names if is_composed else names[::-1]
    photos, _, left = read(tree({f"{picture}.JPG": None, beside + ending: told}))
    assert [photo.metadata["description"] for photo in photos.values()] == ["summer"]
    assert not left


def test_a_caption_in_another_case_is_the_pictures_unless_another_has_that_name(tree):
    root = tree({"IMG_1.JPG": None, "img_1.txt": "one", "b.jpg": None, "B.jpg": None, "b.txt": "b"})
    photos, _, left = read(root)
    found = {name: photo.metadata.get("description") for name, photo in photos.items()}
    assert found == {"IMG_1.JPG": "one", "b.jpg": "b", "B.jpg": None}
    assert not left


def rows_of_pictures(path: Path, seed: int, kind: str = "parquet") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    held = [{"bytes": jpeg(seed + at), "path": None} for at in range(2)]
    table = pa.table({"image": pa.array(held, picture), "label": ["cat", "dog"]})
    if kind == "parquet":
        pq.write_table(table, path)
        return
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def test_a_data_set_of_hugging_face_is_read_from_its_folder(tmp_path, ingest):
    for at in range(2):
        rows_of_pictures(tmp_path / "set" / "data" / f"train-0000{at}-of-00002.parquet", 2 * at)
    (tmp_path / "set" / "README.md").write_text("# a data set")
    assert ingest(tmp_path / "set").inserted == 4


def test_a_data_set_that_was_saved_to_disk_is_read_from_its_folder(tmp_path, ingest):
    for at, split in enumerate(("test", "train")):
        folder = tmp_path / "set" / split
        rows_of_pictures(folder / "data-00000-of-00001.arrow", 2 * at, "arrow")
        (folder / "state.json").write_text("{}")
        (folder / "dataset_info.json").write_text("{}")
        indices = pa.table({"indices": [1, 0]})
        with pa.ipc.new_stream(folder / "cache-1.arrow", indices.schema) as writer:
            writer.write_table(indices)
    (tmp_path / "set" / "dataset_dict.json").write_text('{"splits": ["test", "train"]}')
    assert ingest(tmp_path / "set").inserted == 4
    assert ingest(tmp_path / "set").skipped == 4


def test_a_folder_of_a_lance_data_set_or_of_one_json_is_read(tmp_path, ingest):
    import lance

    (tmp_path / "set" / "images").mkdir(parents=True)
    pictures = pa.table({"image": [jpeg(0), jpeg(1)], "caption": ["x", "y"]})
    lance.write_dataset(pictures, str(tmp_path / "set" / "photos.lance"))
    assert ingest(tmp_path / "set").inserted == 2
    (tmp_path / "other").mkdir()
    cells = [{"image": "data:image/jpeg;base64," + base64.b64encode(jpeg(5)).decode()}]
    (tmp_path / "other" / "photos.json").write_text(json.dumps(cells))
    assert ingest(tmp_path / "other").inserted == 1


@pytest.mark.parametrize("folder", ["", "annotations/"])
def test_a_folder_of_several_json_tables_is_read_less_its_settings(tree, folder):
    root = tree(
        {f"{folder}train.json": '[{"path": "0.jpg", "iso": 1}]',
         f"{folder}val.json": '[{"path": "1.jpg"}]', "config.json": '{"layers": 3, "name": "x"}',
         "empty.json": "[]", "dataset_info.json": "{}",
         "IMG_1.jpg.json": '{"title": "IMG_1.jpg", "url": "https://photos.google.com/photo/1"}'}
    )  # fmt: skip
    assert sorted(Path(photo.address).name for photo in Source(root)) == ["0.jpg", "1.jpg"]
    (root / "empty.json").write_text('[{"path": "2.jpg"}, {"pa')
    with pytest.raises(DamagedSource, match="breaks off"):
        list(Source(root))


def write_rows(path, rows):
    """Write a table of the kind that its name says."""
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows))
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0], delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_an_image_folders_rows_go_to_their_pictures(tree, kind):
    rows = [
        {"file_name": "0.jpg", "text": "caption 0", "split": "train"},
        {"file_name": "sub/1.jpg", "text": "caption, 1", "split": "val"},
        {"file_name": "gone.jpg", "text": "no picture", "split": "val"},
    ]
    root = tree(["train/0.jpg", "train/sub/1.jpg", "train/2.jpg"])
    write_rows(root / "train" / f"metadata.{kind}", rows)
    photos, faults, left = read(root)
    described = {name: photo.metadata.get("description") for name, photo in photos.items()}
    assert described == {
        "train/0.jpg": "caption 0", "train/2.jpg": None, "train/sub/1.jpg": "caption, 1",
    }  # fmt: skip
    assert photos["train/sub/1.jpg"].extra == {"split": "val"}
    assert "label" not in photos["train/0.jpg"].metadata
    assert faults == {"train/gone.jpg": "listed in metadata, but no such file"}
    assert not left


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_values_of_an_image_folders_rows_have_the_types_of_a_tables(tree, kind):
    shot, label = datetime(2021, 1, 2, tzinfo=timezone.utc), "1.50"
    told = {"iso": 400, "ratio": 1.5, "raw": True, "shot": shot, "day": shot.date(), "zip": "007"}
    told |= {"said": "2021-01-02", "mixed": "5", "label": label, "none": "n/a", "taken": shot}
    rows = [{"file_name": "a.jpg", **told}, {"file_name": "b.jpg", **told, "mixed": "x"}]
    root = tree(["a.jpg", "b.jpg"])
    write_rows(root / f"metadata.{kind}", rows)
    write_rows(root / f"same.{kind}", rows)
    photos, faults, _ = read(root)
    table, _, _ = read(root / f"same.{kind}")
    assert not faults
    assert photos["a.jpg"].extra == table["a.jpg"].extra
    assert photos["a.jpg"].metadata == table["a.jpg"].metadata == {"label": label, "taken": shot}
    typed = {"iso": 400, "ratio": 1.5, "raw": True, "shot": shot, "day": shot, "zip": "007"}
    assert photos["a.jpg"].extra == {**typed, "said": shot, "mixed": "5"}
    assert list(read(root, table=Table(where=(condition("shot>=2021"),)))[0]) == [*photos]


def test_times_in_json_beside_a_picture_are_times_and_its_captions_are_none(tree):
    told = {"shot": "2021-01-02", "caption": "2021-01-02", "at": {"day": "2021-01-02"}, "zip": "1"}
    photos, _, _ = read(tree({"a.jpg": None, "a.json": json.dumps(told)}))
    shot = datetime(2021, 1, 2, tzinfo=timezone.utc)
    assert photos["a.jpg"].extra == {"shot": shot, "at.day": shot, "zip": "1"}
    assert photos["a.jpg"].metadata == {"description": "2021-01-02"}


FIFTYONE = {
    "numbers": {"classes": ["cat", "dog"], "labels": {"1": 0, "2.v1": 1, "3": None}},
    "words": {"classes": None, "labels": {"1": "cat", "2.v1": "dog"}},
    "rows": {"labels": {"1": {"label": "cat", "confidence": 0.9}, "2.v1": {"label": "dog"}}},
    "boxes": {
        "classes": ["cat", "dog"],
        "labels": {"1": [{"label": 0, "bounding_box": [0, 0, 1, 1]}], "2.v1": [1, "dog"]},
    },
    "no list of classes": {"classes": {"0": "hen"}, "labels": {"1": "cat", "2.v1": ["dog", {}]}},
    "no words": {"classes": 7, "labels": {"1": "cat", "2.v1": "dog", "3": {"label": [[1]]}}},
}


@pytest.mark.parametrize("told", FIFTYONE.values(), ids=FIFTYONE)
@pytest.mark.parametrize("inside", ["data/", ""])
def test_the_classes_that_fiftyone_exports_are_the_pictures_labels(tree, told, inside):
    pictures = dict.fromkeys(f"set/{inside}{name}.jpg" for name in ("1", "2.v1", "3"))
    name = "Labels.JSON" if inside else "labels.json"
    photos, faults, left = read(tree({**pictures, f"set/{name}": json.dumps(told)}))
    assert [photo.metadata.get("label") for photo in photos.values()] == ["cat", "dog", "set"]
    assert not faults
    assert not left


@pytest.mark.parametrize(
    "text", ["[]", '{"0": "tench"}', "{broken", '{"labels": [1]}', '{"labels": {"0": "tench"}}']
)
def test_a_labels_json_of_another_kind_is_told(tree, text):
    photos, faults, left = read(tree({"a.jpg": None, "labels.json": text}))
    kind = "unreadable labels.json" if text == "{broken" else ".json"
    assert (list(photos), faults, left) == (["a.jpg"], {}, {kind: 1})


@pytest.mark.parametrize(
    "line", ['{"file_name": "a\\ud800.jpg", "text": "x"}', "{broken", '["a.jpg"]', '{"text": "x"}']
)
def test_a_row_that_cannot_be_read_costs_no_other(tree, line):
    root = tree(["a.jpg", "b.jpg"])
    rows = ['{"file_name": "a.jpg", "text": "a lake"}', line, '{"file_name": "b.jpg", "text": "b"}']
    (root / "metadata.jsonl").write_text("\n".join(rows))
    photos, _, left = read(root)
    assert [photos[name].metadata["description"] for name in ("a.jpg", "b.jpg")] == ["a lake", "b"]
    assert sum(left.values()) == 1


def test_bytes_beside_a_picture_become_no_text(tree):
    root = tree(["a.jpg"])
    row = {"file_name": "a.jpg", "sha": b"\xff\x00\xfe", "mood": b"calm"}
    pq.write_table(pa.Table.from_pylist([row]), root / "metadata.parquet")
    assert read(root)[0]["a.jpg"].extra == {"mood": "calm"}


@pytest.mark.parametrize(
    ("header", "name", "file"),
    [
        ("File_Name", "x\\a.jpg", "x/a.jpg"),
        ("image_file_name", "./x/a.jpg", "x/a.jpg"),
        ("file_name", "{root}/x/a.jpg", "x/a.jpg"),
        ("file_name", "/home/bob/set/x/a.jpg", "x/a.jpg"),
        ("file_name", "D:\\set\\x\\a.jpg", "x/a.jpg"),
        ("file_name", "img_1.jpg", "IMG_1.JPG"),
        ("file_name", "img_1", "IMG_1.JPG"),
        ("file_name", "E\u0301te\u0301.jpg", "\u00c9t\u00e9.jpg"),
        ("file_name", "\u00c9t\u00e9.jpg", "E\u0301te\u0301.jpg"),
    ],
)
def test_a_row_finds_its_picture_however_it_is_spelled(tree, header, name, file):
    root = tree([file, "other.jpg"])
    (root / "metadata.csv").write_text(f"{header},text\n{name.format(root=root)},a house\n")
    photos, faults, left = read(root)
    captions = {photo.id: photo.metadata.get("description") for photo in photos.values()}
    assert captions == {file: "a house", "other.jpg": None}
    assert (faults, left) == ({}, {})


def test_a_row_of_another_picture_is_not_taken_and_one_of_none_is_told(tree):
    root = tree(["A.jpg", "a.jpg", "b.jpg"])
    (root / "metadata.csv").write_text("file_name,text\na.jpg,small\n")
    (root / "metadata.jsonl").write_text('{"what": "of b.jpg", "text": "lost"}\n')
    photos, _, left = read(root)
    assert photos["A.jpg"].metadata.get("description") is None
    assert photos["a.jpg"].metadata["description"] == "small"
    assert left == {"row of metadata.jsonl without file_name": 1}


LISTED = "file_name,iso,caption\na.jpg,100,one hat\nb.jpg,800,a dog\ngone.jpg,100,\n"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("iso>=400", ["b"]),
        ("iso!=800", ["a", "sub/c", "gone"]),
        ("caption~HAT", ["a"]),
        ("label=sub", ["sub/c"]),
        ("id~c", ["sub/c"]),
    ],
)
@pytest.mark.parametrize("is_tar", [False, True])
def test_conditions_choose_among_the_pictures_of_folders_and_tars(tree, text, kept, is_tar):
    if is_tar:
        root = tree({"x/y": ""})
        sidecars: dict[str, dict[str, object]] = {"a": {"iso": 100, "caption": "one hat"}}
        sidecars |= {"b": {"iso": 800}, "sub/c": {"label": "sub"}}
        with tarfile.open(root / "t.tar", "w") as archive:
            for name, told in sidecars.items():
                for ending, data in ((".jpg", jpeg(1)), (".json", json.dumps(told).encode())):
                    member = tarfile.TarInfo(name + ending)
                    member.size = len(data)
                    archive.addfile(member, io.BytesIO(data))
        kept = [name for name in kept if name != "gone"]
    else:
        root = tree({"a.jpg": None, "b.jpg": None, "sub/c.jpg": None, "metadata.csv": LISTED})
        kept = [f"{name}.jpg" for name in kept]
    photos, faults, _ = read(root, table=Table(where=(condition(text),)))
    assert [*photos, *faults] == kept


def test_a_condition_on_a_column_that_no_picture_has_is_refused(tree):
    root = tree({"a.jpg": None, "metadata.csv": LISTED})
    for text in ("izo>=100", "caption2=x"):
        said = r"no column .* the columns are description, id, iso.*where it is the source"
        with pytest.raises(SourceError, match=said):
            read(root, table=Table(where=(condition(text),)))
    assert read(root, table=Table(where=(condition("caption=x"),)))[:2] == ({}, {})
    assert list(read(root, table=Table(where=(condition("izo!=1"),)))[0]) == ["a.jpg"]


@pytest.mark.parametrize("name", ["id_column", "label_column", "delimiter", "encoding", "header"])
def test_options_for_tables_are_refused_where_there_is_none(tree, name):
    root, given = tree(["sub/a.jpg"]), dict[str, Any]({name: "x"})
    for source in (root, root / "sub" / "a.jpg"):
        with pytest.raises(SourceError, match=f"--{name.replace('_', '-')} is for tables"):
            read(source, table=Table(**given))


def test_a_label_beside_a_picture_goes_before_its_folders_name(tree):
    root = tree({"x/a.jpg": None, "x/a.json": '{"label": 3}'})
    assert read(root)[0]["x/a.jpg"].metadata["label"] == "3"


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("DCIM/100CANON/1.jpg", None),
        ("Ann.photoslibrary/originals/0/0A3B7C1D-1E2F-4A5B-8C9D-0123456789AB.jpg", None),
        ("upload/ann/3f/a2/3fa2b1c4-1e2f-4a5b-8c9d-0123456789ab.jpg", None),
        ("00012/000120034.jpg", None),
        ("cats/00012/000120034.jpg", "cats"),
        ("signs/00012/00012_00034.jpg", "00012"),
        ("digits/0/0_12.jpg", "0"),
        ("data-download-12/sunset_50123456789_o.jpg", None),
        ("Italy/DCIM/101_PANA/1.jpg", "Italy"),
        ("101MSDCF/1.jpg", None),
        ("10148035/1.jpg", "10148035"),
        ("100 cats/1.jpg", "100 cats"),
        ("train/n01443537/images/n0_0.JPEG", "n01443537"),
        ("Train/images/0.jpg", None),
        ("cat/Photos/jpg/1.jpg", "cat"),
        ("dog/images_001/1.jpg", "dog"),
        ("Images/1.jpg", None),
        ("data/07/1.jpg", "07"),
        ("cat/image_set/1.jpg", "image_set"),
        ("train2017/1.jpg", None),
        ("cat/train_images/1.jpg", "cat"),
        ("cat/train/1.jpg", "cat"),
        ("trains/1.jpg", "trains"),
        ("2019/07/1.jpg", None),
        ("Italy/2019/07-July/21/1.jpg", "Italy"),
        ("2023-07-14/1.jpg", None),
        ("202306_a/1.jpg", None),
        ("202306__/1.jpg", None),
        ("Photos from 2019/1.jpg", None),
        ("Fotos von 2019/1.jpg", None),
        ("Foto's uit 2019/1.jpg", None),
        ("Takeout/Google Fotos/Fotos von 2019/1.jpg", None),
        ("Google Photos/Photos from 2019/1.jpg", None),
        ("Takeout/Google Фото/Italy/1.jpg", "Italy"),
        ("Google/1.jpg", "Google"),
        ("media/upload/1/3f2a1b-cat.jpg", None),
        ("upload/cats/1.jpg", "cats"),
        ("library/admin/2023/2023-01-02/1.jpg", None),
        ("library/3fa85f64-5717-4562-b3fc-2c963f66afa6/2023/1.jpg", None),
        ("library/indoor/1.jpg", "indoor"),
        ("media/posts/202301/1.jpg", None),
        ("Ann/posts/202301/1.jpg", "Ann"),
        ("other/1.jpg", "other"),
        ("wp-content/uploads/2019/07/1.jpg", None),
        ("2019 Paris/1.jpg", "2019 Paris"),
        ("1234/1.jpg", "1234"),
        ("07/1.jpg", "07"),
        ("test tubes/1.jpg", "test tubes"),
    ],
)
def test_a_folder_whose_name_says_nothing_is_no_label(tree, path, label):
    assert read(tree([path]))[0][path].metadata.get("label") == label


@pytest.mark.parametrize(
    ("folders", "labels"),
    [
        (["train", "val"], [None, None]),
        (["train", "masks"], [None, "masks"]),
        (["train", "bus", "tram"], ["train", "bus", "tram"]),
        (["train/cat", "train/dog", "test"], ["cat", "dog", None]),
        (["pets/train/cat", "pets/train/dog", "pets/test"], ["cat", "dog", None]),
        (["cat/train", "cat/test", "dog/train"], ["cat", "cat", "dog"]),
    ],
)
def test_a_folder_called_train_is_a_class_only_beside_others(tree, folders, labels):
    photos, _, _ = read(tree([f"{folder}/{at}.jpg" for at, folder in enumerate(folders)]))
    found = {photo.id: photo.metadata.get("label") for photo in photos.values()}
    assert [found[f"{folder}/{at}.jpg"] for at, folder in enumerate(folders)] == labels


@pytest.mark.parametrize("above", ["", "train/", "data/"])
@pytest.mark.parametrize(
    ("folders", "labels"),
    [
        (["photos", "drawings", "prints"], ["photos", "drawings", "prints"]),
        (["Images", "maps"], ["Images", "maps"]),
        (["photos/1", "drawings"], ["1", "drawings"]),
        (["images", "masks"], [None, "masks"]),
        (["photos", "thumbnails", "photos originals"], [None, "thumbnails", "photos originals"]),
        (["images", "val"], [None, None]),
        (["images_001", "images_002"], [None, None]),
        (["photos", "drawings/photos"], [None, "drawings"]),
        (["dog/photos", "dog/old"], ["dog", "old"]),
    ],
)
def test_a_folder_called_photos_is_a_class_only_beside_others(tree, above, folders, labels):
    photos, _, _ = read(tree([f"{above}{folder}/{at}.jpg" for at, folder in enumerate(folders)]))
    found = [
        photo.metadata.get("label") for photo in sorted(photos.values(), key=lambda p: p.id[::-1])
    ]
    assert sorted(map(str, found)) == sorted(map(str, labels))


def test_a_photo_of_a_file_carries_what_tells_whether_it_changed(tree):
    root = tree(["a.jpg"])
    photo = read(root)[0]["a.jpg"]
    status = (root / "a.jpg").stat()
    assert (photo.modified, photo.size) == (status.st_mtime, status.st_size)


@pytest.mark.parametrize(("name", "kind"), [("failed.csv", "csv"), ("failed.jsonl", "json")])
def test_failures_are_written_to_a_file_again_at_each_run(tree, ingest, tmp_path, name, kind):
    root = tree({"a.jpg": None, 'damaged, "x".jpg': b"\xff\xd8\xff nothing", "b.mov": b"0"})
    (root / "gone.jpg").symlink_to("nowhere")
    path = tmp_path / name
    for inserted in (1, 0):
        summary = ingest(root, options={"failures": path})
        assert summary.inserted == inserted
        assert summary.left_out == {".mov": 1}
        text = path.read_text("utf-8")
        if kind == "json":
            rows = [json.loads(line) for line in text.splitlines()]
        else:
            rows = list(csv.DictReader(text.splitlines()))
        assert sorted((row["id"], row["reason"]) for row in rows)[1] == (
            "gone.jpg", "a link that leads nowhere",
        )  # fmt: skip
        assert rows[0]["address"].startswith(str(root))
        assert len(rows) == 2
    assert summary.examples["a link that leads nowhere"] == ["gone.jpg"]
