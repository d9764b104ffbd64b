"""Records of libraries and archives beside pictures: Dublin Core, MODS, IIIF, Wikimedia Commons."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingest.sources import Photo, Source, preview
from ingest.sources.folders import PictureFolder
from ingest.sources.left_out import keep_silent
from tests.ingest.pictures import jpeg

RIGHTS = "http://creativecommons.org/publicdomain/mark/1.0/"
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
MODS = 'xmlns="http://www.loc.gov/mods/v3"'


def put(root: Path, *names: str) -> Path:
    for at, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(jpeg(at))
    return root


def read(path: Path) -> tuple[dict[str, Photo], Counter[str]]:
    left: list[str] = []
    return {photo.id: photo for photo in Source(path, leave_out=left.append)}, Counter(left)


@pytest.mark.parametrize(
    "spelled",
    ["dc:{}", "dc.{}", "dcterms:{}", "Dublin Core:{}", "DC.{}", "dc.{}[de]", "dc.{}[]", "{}"],
)
def test_columns_of_dublin_core_are_known_in_every_spelling(tmp_path, spelled):
    names = [spelled.format(name) for name in ("title", "creator", "date", "description")]
    put(tmp_path, "a.jpg")
    path = tmp_path / "t.csv"
    path.write_text(f"file,{','.join(names)}\na.jpg,Harbour,Ann Lee,1923,At sea\n")
    metadata = read(path)[0]["a.jpg"].metadata
    assert (metadata["description"], metadata["photographer"]) == ("At sea", "Ann Lee")
    assert metadata["taken"].year == 1923


@pytest.mark.parametrize("column", ["dc:rights", "Licence", "record", "edmIsShownAt"])
@pytest.mark.parametrize("name", ["a.jpg", "a"])
def test_files_that_are_there_go_before_addresses_that_may_be_pages(tmp_path, column, name):
    put(tmp_path, "scans/a.jpg", "scans/b.jpg")
    path = tmp_path / "t.csv"
    other = name.replace("a", "b")
    path.write_text(f"{column},title,scan\n{RIGHTS}1,A,{name}\n{RIGHTS}2,B,{other}\n")
    files = [Path(photo.address).name for photo in Source(path)]
    assert files == ["a.jpg", "b.jpg"]
    assert "address: scan" in preview(path).choices
    assert "pictures in: scans" in preview(path).choices


def test_an_address_of_pictures_stays_one_where_files_are_called_as_another_column_says(tmp_path):
    put(tmp_path, "scans/a.jpg")
    path = tmp_path / "t.csv"
    path.write_text("image_url,title\nhttps://x.org/a.jpg,a\n")
    assert [photo.address for photo in Source(path)] == ["https://x.org/a.jpg"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<p>A <em>red</em> house&amp;barn</p><p>1923</p>", "A red house&barn 1923"),
        ('<a href="x">Port</a> view', "Port view"),
        ("one<br/>two", "one two"),
        ("a <person> on 3 < 5 &amp; x", "a <person> on 3 < 5 &amp; x"),
    ],
)
def test_captions_come_without_the_markup_of_web_pages(tmp_path, text, kept):
    put(tmp_path, "a.jpg")
    (tmp_path / "t.json").write_text(json.dumps([{"file": "a.jpg", "description": text}]))
    (photo,) = Source(tmp_path / "t.json")
    assert (photo.metadata["description"], photo.captions) == (kept, (kept,))


def test_files_of_wikimedia_commons_come_with_what_is_said_of_them(tmp_path):
    told = {"ImageDescription": "<p>A port</p>", "Artist": "<bdi>Ann</bdi>"}
    told |= {"DateTimeOriginal": "1923-05-06"}
    info = {
        "url": "https://x.org/a.jpg",
        "timestamp": "2015-01-02T03:04:05Z",
        "extmetadata": {name: {"value": value, "source": "x"} for name, value in told.items()},
    }
    page = {"pageid": 7, "title": "File:A.jpg", "imageinfo": [info]}
    (tmp_path / "t.json").write_text(json.dumps({"query": {"pages": {"7": page, "8": page}}}))
    metadata = next(iter(Source(tmp_path / "t.json"))).metadata
    assert (metadata["description"], metadata["photographer"]) == ("A port", "Ann")
    assert metadata["taken"].isoformat() == "1923-05-06T00:00:00+00:00"


def test_a_person_is_named_and_not_their_address(tmp_path):
    row = {"edmIsShownBy": ["https://x.org/a.jpg"], "dcCreator": ["http://d.eu/agent/1", "Ann"]}
    (tmp_path / "t.json").write_text(json.dumps({"items": [row, row]}))
    assert next(iter(Source(tmp_path / "t.json"))).metadata["photographer"] == "Ann"


def page_of_2(at: int) -> dict:
    resource = {"@id": f"https://x.org/iiif/{at}/full/full/0/default.jpg", "@type": "dctypes:Image"}
    small = {"@id": f"https://x.org/iiif/{at}/full/90,/0/default.jpg"}
    images = [{"@type": "oa:Annotation", "resource": resource}]
    return {"@id": f"c{at}", "label": f"p. {at}", "thumbnail": small, "images": images}


def page_of_3(at: int) -> dict:
    body = {"id": f"https://x.org/iiif/{at}/full/max/0/default.jpg", "type": "Image"}
    small = [{"id": f"https://x.org/iiif/{at}/full/90,/0/default.jpg", "type": "Image"}]
    notes = [{"type": "AnnotationPage", "items": [{"type": "Annotation", "body": body}]}]
    return {"id": f"c{at}", "label": {"en": [f"p. {at}"]}, "thumbnail": small, "items": notes}


LOGO = [{"id": "https://x.org/logo.jpg", "type": "Image"}]


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("pages", [1, 3])
def test_a_manifest_of_iiif_is_its_pages_however_many(tmp_path, version, pages):
    told: dict[str, Any]
    label: Any
    if version == 2:
        label = [{"@value": "An atlas", "@language": "en"}, {"@value": "Ein Atlas"}]
        told = {"sequences": [{"canvases": [page_of_2(at) for at in range(pages)]}]}
        told["metadata"] = [{"label": "Date", "value": "1650"}]
    else:
        label = {"en": ["An atlas"], "de": ["Ein Atlas"]}
        told = {"type": "Manifest", "items": [page_of_3(at) for at in range(pages)]}
        told["metadata"] = [{"label": {"en": ["Date"]}, "value": {"en": ["1650"]}}]
    told |= {"label": label, "provider": [{"id": "x", "logo": LOGO}]}
    (tmp_path / "t.json").write_text(json.dumps({"logo": LOGO[0]["id"], **told}))
    photos, _ = read(tmp_path / "t.json")
    assert list(photos) == [f"c{at}" for at in range(pages)]
    for at, photo in enumerate(photos.values()):
        assert photo.address.startswith(f"https://x.org/iiif/{at}/full/")
        assert "90," not in photo.address
        assert (photo.metadata["description"], photo.metadata.get("label")) == (f"p. {at}", None)
        assert photo.extra["manifest"] == "An atlas"
        assert photo.extra["manifest.Date"] == "1650"


@pytest.mark.parametrize(
    "text",
    [
        f"<record {DC}><dc:title>Port</dc:title><dc:description>At sea</dc:description>"
        "<dc:creator>Ann Lee</dc:creator><dc:date>1923</dc:date></record>",
        f"<mods {MODS}><titleInfo><title>Port</title></titleInfo><name><namePart>Ann Lee"
        "</namePart></name><originInfo><dateCreated>1923</dateCreated></originInfo>"
        "<abstract>At sea</abstract></mods>",
        f'<mets xmlns="http://www.loc.gov/METS/"><xmlData><x {DC}><dc:title>Port</dc:title>'
        "<dc:description>At sea</dc:description><dc:creator>Ann Lee</dc:creator>"
        "<dc:date>1923</dc:date></x></xmlData></mets>",
    ],
)
@pytest.mark.parametrize("name", ["a.xml", "a.jpg.xml"])
def test_a_record_in_xml_beside_a_picture_describes_it(tmp_path, text, name):
    put(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / name).write_text(text)
    (tmp_path / "b.xml").write_text("<alto><String CONTENT='words'/></alto>")
    photos, left = read(tmp_path)
    metadata = photos["a.jpg"].metadata
    assert (metadata["description"], metadata["photographer"]) == ("At sea", "Ann Lee")
    assert metadata["taken"].year == 1923
    assert photos["a.jpg"].extra == {"title": "Port"}
    assert left == {".xml": 1}


def read_folder(root: Path) -> list[Photo]:
    """The photos of a folder, those that cannot be read among them."""
    return list(PictureFolder(root, (), keep_silent))


@pytest.mark.parametrize(
    ("listing", "start"),
    [
        ("bag/data/metadata/metadata.csv", "objects/"),  # as Archivematica has it
        ("bag/data/Metadata/metadata.csv", "../objects/"),
        ("metadata/metadata.csv", "bag/data/objects/"),
        ("bag/data/objects/metadata.csv", ""),
        ("bag/data/objects/masters/lists/metadata.csv", "objects/"),
    ],
)
def test_a_listing_in_a_folder_of_its_own_names_pictures_from_above(tmp_path, listing, start):
    put(tmp_path, "bag/data/objects/masters/a.jpg", "bag/data/objects/masters/b.jpg")
    path = tmp_path / listing
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [f"{start}masters/{name}.jpg" for name in ("a", "b", "gone")]
    path.write_text("filename,dc.description\n" + "".join(f"{n},of {n[-5:]}\n" for n in names))
    photos = {photo.id: photo for photo in read_folder(tmp_path)}
    said = {Path(name).stem: photo.metadata.get("description") for name, photo in photos.items()}
    assert (said["a"], said["b"]) == ("of a.jpg", "of b.jpg")
    assert [name for name, photo in photos.items() if photo.broken] == [
        "bag/data/objects/masters/gone.jpg"
    ]


def test_a_listing_that_names_no_file_stands_where_it_lies(tmp_path):
    put(tmp_path, "a.jpg")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "metadata.csv").write_text(f"file_name,text\nb.jpg,x\n{'n' * 300}.jpg,y\n")
    broken = [photo.id for photo in read_folder(tmp_path) if photo.broken]
    assert (broken[0], len(broken)) == ("set/b.jpg", 2)
