"""Keywords in sidecars: merged with what is there, read by exiftool, taken back whole."""

import hashlib
import json
import os
import shutil
import struct
import subprocess
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from encoder.pictures import read_picture
from explorer.__main__ import main
from explorer.errors import BadInput, NothingThere, NothingToTurn
from explorer.explorer import Explorer
from explorer.keywords import describe_written, undo_keywords, write_keywords
from explorer.keywords.files import SidecarNames
from explorer.keywords.own import read_own
from explorer.keywords.packet import EMPTY, Keyword, add_keyword, remove_keyword
from explorer.keywords.report import Undone, Written, describe_undone
from explorer.keywords.writing import _write_one
from explorer.places import Places
from ingest.embedded import read_embedded
from ingest.embedded.xmp import read_xmp
from ingest.sources.folders import PictureFolder
from tests.encoder.pictures.samples import dng
from tests.explorer.conftest import DIM, disk_full_after
from tests.ingest.pictures import encoded, noise
from tests.ingest.test_embedded import IPTC, PACKET, camera_exif

NAME = "a house, été"
ADOBE = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0">
 <!-- kept -->
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="4" crs:Exposure2012="+0.35">
   <dc:subject><rdf:Bag><rdf:li>holiday</rdf:li></rdf:Bag></dc:subject>
   <dc:description><rdf:Alt>
    <rdf:li xml:lang="x-default">By the lake</rdf:li>
   </rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "photos été"
    folder.mkdir()
    for at, name in enumerate(("a.jpg", "b#1 50%.png", "c.jpg", "c.tif", "d.jpg", "no.jpg")):
        Image.new("RGB", (20, 20), (at, 0, 0)).save(folder / name)
    return folder


@pytest.fixture
def explorer(embedded, tmp_path, folder):
    """Five photos that match and are files, one that matches and is none, one that does not."""
    with Explorer(embedded, store=tmp_path / "data" / "store") as explorer:
        names = sorted(path.name for path in folder.iterdir())
        urls = [(folder / name).as_uri() for name in names] + ["https://example.org/x.jpg"]
        vectors = np.tile(np.eye(DIM, dtype=np.float32)[0], (len(urls), 1))
        vectors[names.index("no.jpg")] *= -1
        made = explorer.database.create_collection("things", "offline", DIM)
        made.insert(pa.table({"id": [*names, "web"], "url": urls, "vector": list(vectors)}))
        concept = explorer.concepts.create(NAME, "things", "")
        explorer.concepts.update(concept.id, weights=np.eye(DIM, dtype=np.float32)[0])
        yield explorer


@pytest.fixture
def concept(explorer):
    return explorer.concepts.list()[0]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_match_has_a_sidecar_and_no_picture_is_touched(explorer, concept, folder):
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    done = write_keywords(explorer, concept)
    assert (done.photos, done.written, done.elsewhere, done.refused) == (6, 5, 1, 0)
    sidecars = {path.name for path in folder.glob("*.xmp")}
    # Two pictures called c have one each.
    assert sidecars == {"a.xmp", "b#1 50%.xmp", "c.jpg.xmp", "c.tif.xmp", "d.xmp"}
    after = (
        {n: (folder / n).read_bytes() for n in before},
        {n: (folder / n).stat().st_mtime_ns for n in before},
    )
    assert after == ({n: b for n, (b, _) in before.items()}, {n: t for n, (_, t) in before.items()})
    for name in sidecars:
        assert read_xmp((folder / name).read_bytes())["keywords"] == NAME
    again = write_keywords(explorer, concept)
    assert (again.written, again.already) == (0, 5)
    undo_keywords(explorer, concept.id)
    assert not list(folder.glob("*.xmp"))
    with pytest.raises(NothingToTurn):
        undo_keywords(explorer, concept.id)


@pytest.mark.parametrize(
    ("names", "there", "expected"),
    [
        (["p.NEF", "p.JPG"], "", ["p.xmp", "p.JPG.xmp"]),
        (["p.NEF", "p.JPG"], "p.xmp", ["p.xmp", "p.JPG.xmp"]),
        (["p.CR3", "p.heic"], "p.CR3.xmp", ["p.CR3.xmp", "p.heic.xmp"]),
        (["p.dng", "p.cr2"], "p.xmp", ["p.dng.xmp", "p.cr2.xmp"]),
        (["p.jpg", "p.tif"], "p.xmp", ["p.jpg.xmp", "p.tif.xmp"]),
        (["p.NEF"], "", ["p.xmp"]),
    ],
)
def test_the_usual_sidecar_is_the_raws_where_several_pictures_share_a_name(
    tmp_path, names, there, expected
):
    for name in filter(None, [*names, there]):
        (tmp_path / name).touch()
    found = SidecarNames()
    assert [found.find(tmp_path / name).name for name in names] == expected


def read_with_exiftool(sidecar):
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed: apt-get install libimage-exiftool-perl")
    answer = subprocess.run(
        ["exiftool", "-json", "-struct", "-charset", "filename=utf8", str(sidecar)],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    [tags] = json.loads(answer.stdout)
    return tags


def test_exiftool_reads_both_properties_and_what_was_there(explorer, concept, folder):
    (folder / "a.xmp").write_text(ADOBE, "utf-8")
    write_keywords(explorer, concept)
    write_keywords(explorer, concept, "Buildings|House")
    for name in ("a.xmp", "d.xmp"):
        tags = read_with_exiftool(folder / name)
        own = ["holiday"] if name == "a.xmp" else []
        assert tags["Subject"] == [*own, NAME, "House"]
        assert tags["HierarchicalSubject"] == [f"Concepts|{NAME}", "Buildings|House"]
        assert "Warning" not in tags
        if own:
            assert (tags["Rating"], tags["Description"]) == (4, "By the lake")
            assert float(tags["Exposure2012"]) == 0.35


@pytest.mark.parametrize("name", ["cat|dog", "cat | dog", "a/b", "a > b", "<a> & b", "|"])
@pytest.mark.parametrize("typed", [True, False])
def test_a_concepts_name_is_one_keyword_whatever_it_holds(explorer, folder, name, typed):
    concept = explorer.concepts.update(explorer.concepts.list()[0].id, name=name)
    write_keywords(explorer, concept, name if typed else "")
    tags = read_with_exiftool(folder / "a.xmp")
    assert tags["Subject"] == [name]
    assert tags["HierarchicalSubject"] == ["Concepts|" + name.replace("|", "-")]
    assert read_xmp((folder / "a.xmp").read_bytes())["keywords"] == name
    undo_keywords(explorer, concept.id)
    assert not list(folder.glob("*.xmp"))


def test_what_others_wrote_stays_byte_for_byte_after_undo(explorer, concept, folder):
    (folder / "a.xmp").write_text(ADOBE, "utf-8")
    (folder / "d.jpg.xmp").write_text(ADOBE.replace("holiday", "sea"), "utf-16")
    before = contents(folder)
    write_keywords(explorer, concept)
    assert "d.xmp" not in contents(folder)  # the one that was there is the one
    written = (folder / "a.xmp").read_bytes()
    for kept in (b"<!-- kept -->", b"xpacket begin", b'crs:Exposure2012="+0.35"', b"holiday"):
        assert kept in written
    undo_keywords(explorer, concept.id)
    assert contents(folder) == before


def test_a_sidecar_that_was_changed_since_loses_the_keyword_alone(explorer, concept, folder):
    (folder / "a.xmp").write_text(ADOBE, "utf-8")
    write_keywords(explorer, concept)
    (folder / "a.xmp").write_bytes((folder / "a.xmp").read_bytes().replace(b"holiday", b"sea"))
    (folder / "d.xmp").unlink()
    done = undo_keywords(explorer, concept.id)
    assert (done.restored, done.edited, done.gone) == (3, 1, 1)
    found = read_xmp((folder / "a.xmp").read_bytes())
    assert (found["keywords"], found["description"]) == ("sea", "By the lake")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no xml at all", "it is no XML"),
        (b"", "it is no XML"),
        (b"<html/>", "it is no XMP"),
        (
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + ADOBE[60:].encode(),
            "it is no XM",
        ),
    ],
)
def test_a_sidecar_that_is_no_xmp_is_left_and_the_others_are_written(
    explorer, concept, folder, content, reason
):
    (folder / "a.xmp").write_bytes(content)
    done = write_keywords(explorer, concept)
    assert (done.written, done.refused) == (4, 1)
    assert reason in done.first[0]
    assert (folder / "a.xmp").read_bytes() == content
    assert any("1 sidecar was left as it is" in line for line in describe_written(done))


def test_one_photo_is_told_of_in_the_singular():
    one = " ".join(describe_written(Written(1, photos=1, written=1, elsewhere=1)))
    assert "beside 1 of 1 photo; 0 had it" in one
    assert "1 photo is no file of this machine. 1 sidecar was left as it is:" in one
    told = "1 sidecar is as it was before; from 2 that were changed since, the keyword alone was"
    assert f"{told} taken; 1 is gone." in describe_undone(Undone(restored=1, edited=2, gone=1))


def test_a_locked_sidecar_and_a_folder_out_of_bounds_are_left(explorer, concept, folder, tmp_path):
    (folder / "a.xmp").write_text(ADOBE, "utf-8")
    os.chmod(folder / "a.xmp", 0o444)
    done = write_keywords(explorer, concept)
    assert (done.written, done.refused) == (4, 1)
    assert "it is locked" in done.first[0]
    assert (folder / "a.xmp").read_text("utf-8") == ADOBE
    undo_keywords(explorer, concept.id)
    nowhere = write_keywords(explorer, concept, places=Places((tmp_path / "other",)))
    assert (nowhere.written, nowhere.refused) == (0, 5)
    assert "DATA_FOLDERS" in nowhere.first[0]


def test_a_linked_sidecar_stays_a_link(explorer, concept, folder, tmp_path):
    (tmp_path / "real.xmp").write_text(ADOBE, "utf-8")
    (folder / "a.xmp").symlink_to(tmp_path / "real.xmp")
    write_keywords(explorer, concept)
    assert (folder / "a.xmp").is_symlink()
    assert NAME in str(read_xmp((tmp_path / "real.xmp").read_bytes())["keywords"])


RATED = ADOBE.replace("dc:subject", "dc:type")  # as developing programs write them


def windows_words():
    exif = Image.Exif()
    exif[0x9C9E], exif[0x010E] = "boats;Paris, France\0".encode("utf-16-le"), "A boat"
    exif[0x4746] = 3
    return exif


def with_iptc(picture):
    segment = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC + b"\0"
    return picture[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + picture[2:]


def with_much_before(picture):
    """A picture whose own words stand far behind its beginning."""
    return picture[:2] + (b"\xff\xec\xff\xff" + bytes(65_533)) * 6 + picture[2:]


def with_xmp_in_png():
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", PACKET)
    return encoded(noise(), "PNG", pnginfo=text)


WORDS = {
    "xmp": ("jpg", lambda: encoded(noise(), xmp=PACKET.encode())),
    "iptc": ("jpg", lambda: with_iptc(encoded(noise()))),
    "exif": ("jpg", lambda: encoded(noise(), exif=windows_words())),
    "rated": ("jpg", lambda: with_iptc(encoded(noise(), xmp=RATED.encode()))),
    "time": ("jpg", lambda: encoded(noise(), xmp=PACKET.encode(), exif=camera_exif())),
    "far": ("jpg", lambda: with_much_before(encoded(noise(), xmp=PACKET.encode()))),
    "png": ("png", with_xmp_in_png),
    "tiff": ("tif", lambda: encoded(noise(), "TIFF", tiffinfo={700: PACKET.encode()})),
    "raw": ("dng", lambda: dng(tags={700: (1, len(PACKET.encode()), PACKET.encode())})),
    "broken": ("jpg", lambda: with_iptc(encoded(noise(), xmp=b"<x:xmpmeta <"))),
    "nothing": ("jpg", lambda: encoded(noise())),
}


@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("beside", ["", RATED, EMPTY.decode()])
def test_a_sidecar_displaces_nothing_that_the_picture_says_itself(tmp_path, kind, beside):
    ending, make = WORDS[kind]
    picture, sidecar = tmp_path / f"a.{ending}", tmp_path / "a.xmp"
    picture.write_bytes(make())
    if beside:
        sidecar.write_text(beside, "utf-8")
    own, others = read_embedded(read_picture(picture.read_bytes()).blocks)
    [before] = PictureFolder(tmp_path, (), print)
    done = Written()
    with (tmp_path / "journal").open("wb", buffering=0) as journal:
        _write_one(SidecarNames(), picture, Keyword("House", "A|House"), journal, done)
    assert (done.written, done.refused) == (1, 0)
    [photo] = PictureFolder(tmp_path, (), print)
    assert photo.extra["keywords"] == ", ".join(filter(None, [others.get("keywords"), "House"]))
    told = {**own, **others, **before.metadata, **before.extra}
    shown = {**own, **others, **photo.metadata, **photo.extra}
    assert {n: v for n, v in shown.items() if n != "keywords"} == {
        n: v for n, v in told.items() if n != "keywords"
    }


def test_keywords_of_a_picture_stay_one_by_one_and_the_rest_of_its_xmp_stays(tmp_path):
    packet = PACKET.replace("dusk", "Paris, France").replace(
        "<dc:title>", "<dc:rights>mine</dc:rights><dc:title>"
    )
    (tmp_path / "a.jpg").write_bytes(encoded(noise(), xmp=packet.encode()))
    (tmp_path / "b.jpg").write_bytes(encoded(noise(), exif=windows_words()))
    for name, words in {
        "a": ["barn", "Paris, France", "barn"],
        "b": ["boats", "Paris, France"],
    }.items():
        written = read_own(tmp_path / f"{name}.jpg")
        (tmp_path / f"{name}.xmp").write_bytes(add_keyword(written, Keyword("x", "A|x"))[0])
        assert read_with_exiftool(tmp_path / f"{name}.xmp")["Subject"] == [*words, "x"]
    assert read_with_exiftool(tmp_path / "a.xmp")["Rights"] == "mine"


@pytest.mark.parametrize("text", ["", " | ", "|"])
def test_an_empty_keyword_is_refused(text):
    with pytest.raises(BadInput, match="keyword is empty"):
        Keyword.read(text, "Concepts")


def test_a_keyword_may_hold_what_xml_cannot():
    word = Keyword.read("a\x00b <&> \x0b", "Concepts")
    packet, added = add_keyword(EMPTY, word)
    assert len(added) == 2
    assert read_xmp(packet)["keywords"] == "a b <&>"
    assert b"subject" not in remove_keyword(packet, word, added)


@pytest.mark.parametrize("kind", ["Bag", "Seq", "Alt", ""])
def test_lists_of_every_kind_and_single_words_are_added_to(kind):
    item = "<rdf:li>sea</rdf:li>"
    held = f"<rdf:{kind}>{item}</rdf:{kind}>" if kind else "sea"
    packet = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject>{held}</dc:subject>'
        "</rdf:Description></rdf:RDF>"
    ).encode()
    found, _ = add_keyword(packet, Keyword("House", "Concepts|House"))
    assert read_xmp(found)["keywords"] == "sea, House"


def test_answers_decide_where_there_are_some(explorer, concept, folder):
    from vecdb import Label

    rows = [Label("a.jpg", -1), Label("no.jpg", 1)]
    explorer.concepts.label(concept.id, rows, action="x")
    write_keywords(explorer, concept)
    names = {path.name for path in folder.glob("*.xmp")}
    assert "no.xmp" in names
    assert "a.xmp" not in names
    nothing = explorer.concepts.create("nothing", "things", "")
    nothing = explorer.concepts.update(
        nothing.id, weights=np.eye(DIM, dtype=np.float32)[0], threshold=1.0
    )
    with pytest.raises(NothingThere):
        write_keywords(explorer, nothing)


def test_the_commands_write_and_take_back(explorer, concept, folder, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "data" / "store"))
    explorer.close()
    place = ["--dsn", explorer._dsn, "--json"]
    before = {name: hashlib.sha256(data).hexdigest() for name, data in contents(folder).items()}
    assert main(["keywords", "write", NAME, "--keyword", "House", *place]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == 5
    assert main(["keywords", "undo", concept.id, *place]) == 0
    assert json.loads(capsys.readouterr().out)["restored"] == 5
    after = {name: hashlib.sha256(data).hexdigest() for name, data in contents(folder).items()}
    assert after == before


@pytest.mark.parametrize("size", [0, 150])
def test_a_full_disk_hides_no_earlier_writing_and_what_was_noted_can_be_taken_back(
    explorer, concept, folder, size
):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    for word in ("one", "two"):
        assert write_keywords(explorer, concept, word).written
    with disk_full_after(size), suppress(OSError):
        assert not write_keywords(explorer, concept, "three").written
    with disk_full_after(size), suppress(OSError):
        assert not undo_keywords(explorer, concept.id).restored
    for word in ("two", "one"):
        assert any(word.encode() in path.read_bytes() for path in folder.iterdir())
        assert undo_keywords(explorer, concept.id).restored
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
