import struct
from datetime import datetime, timezone

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from encoder.pictures import read_picture
from ingest.decode import decode
from ingest.embedded import read_embedded, read_exif, read_iptc, read_xmp
from ingest.embedded.words import name_camera, read_moment
from tests.encoder.pictures.samples import dng, heic, jxl, psd
from tests.ingest.pictures import encoded, noise

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
 photoshop:City="Orléans" photoshop:Country="France" xmp:Rating="4"
 tiff:Make="NIKON CORPORATION" tiff:Model="NIKON D850"
 exif:DateTimeOriginal="1987-03-02T08:05:06+02:00"
 exif:GPSLatitude="47,54.0N" exif:GPSLongitude="1,54.6W">
<dc:subject><rdf:Bag><rdf:li>barn</rdf:li><rdf:li>dusk</rdf:li><rdf:li>barn</rdf:li></rdf:Bag></dc:subject>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">A red barn</rdf:li>
<rdf:li xml:lang="fr">Une grange</rdf:li></rdf:Alt></dc:description>
<dc:creator><rdf:Seq><rdf:li>Ada</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Barn</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def camera_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon EOS 5D"
    exif[0x010E], exif[0x013B] = "A red barn at dusk", "A Photographer"
    exif.get_ifd(0x8769).update({0x9003: "2019:07:05 12:30:00", 0x9011: "-04:00"})
    sixtieths = tuple(IFDRational(n, d) for n, d in ((48, 1), (30, 1), (0, 1)))
    exif.get_ifd(0x8825).update({1: "N", 2: sixtieths, 3: "W", 4: sixtieths})
    return exif


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[arg-type, misc]


CAMERA = {
    "camera": "Canon EOS 5D",
    "photographer": "A Photographer",
    "description": "A red barn at dusk",
    "taken": utc(2019, 7, 5, 16, 30),
}
PLACE = {"latitude": 48.5, "longitude": -48.5}


def tiff(exif: Image.Exif) -> bytes:
    tags = ImageFileDirectory_v2()
    for tag, value in exif.items():
        tags[tag] = value
    for group in (0x8769, 0x8825):
        tags[group] = exif.get_ifd(group)
    return encoded(noise(), "TIFF", tiffinfo=tags)


SAVED = {
    "JPEG": lambda exif: encoded(noise(), exif=exif),
    "PNG": lambda exif: encoded(noise(), "PNG", exif=exif),
    "WebP": lambda exif: encoded(noise(), "WEBP", exif=exif),
    "AVIF": lambda exif: encoded(noise(), "AVIF", exif=exif),
    "TIFF": tiff,
    "HEIC": lambda exif: heic(exif=exif.tobytes()),
    "JPEG XL": lambda exif: jxl(exif=exif.tobytes()),
    "PSD": lambda exif: psd(resources={1058: exif.tobytes()[6:]}),
}


@pytest.mark.parametrize("kind", SAVED)
def test_what_a_camera_wrote_is_read_from_every_kind(kind):
    found = decode(SAVED[kind](camera_exif()))
    assert (found.metadata, found.extra) == (CAMERA, PLACE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "PSD"])
def test_what_a_photo_manager_wrote_is_read_from_every_kind(kind):
    packet = PACKET.encode()
    if kind == "PSD":
        data = psd(resources={1060: packet})
    elif kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        text = PngInfo()
        text.add_itxt("XML:com.adobe.xmp", PACKET)
        data = encoded(noise(), "PNG", pnginfo=text)
    elif kind == "TIFF":
        data = encoded(noise(), "TIFF", tiffinfo={700: packet})
    else:
        data = encoded(noise(), kind, xmp=packet)
    found = decode(data)
    assert found.metadata == {
        "camera": "NIKON D850",
        "photographer": "Ada, Bob",
        "description": "A red barn",
        "city": "Orléans",
        "country": "France",
        "taken": utc(1987, 3, 2, 6, 5, 6),
    }
    assert found.extra == {
        "keywords": "barn, dusk",
        "title": "Barn",
        "rating": 4.0,
        "latitude": 47.9,
        "longitude": -1.91,
    }


def record(number: int, value: bytes, of: int = 2) -> bytes:
    return struct.pack(">BBBH", 0x1C, of, number, len(value)) + value


IPTC = b"".join(
    [
        record(5, b"Barn"),
        record(25, b"barn"),
        record(25, b"dusk"),
        record(55, b"19240229"),
        record(60, b"101112+0100"),
        record(80, b"Ada"),
        record(90, "Orléans".encode("cp1252")),
        record(101, b"France"),
        record(120, b"A red barn"),
    ]
)


def test_what_a_newsroom_wrote_is_read():
    resources = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC + b"\0" * (len(IPTC) % 2)
    segment = b"Photoshop 3.0\0" + resources
    data = encoded(noise())
    data = data[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + data[2:]
    for found in (decode(data), decode(psd(resources={1028: IPTC}))):
        assert found.metadata == {
            "photographer": "Ada",
            "city": "Orléans",
            "country": "France",
            "description": "A red barn",
            "taken": utc(1924, 2, 29, 9, 11, 12),
        }
        assert found.extra == {"title": "Barn", "keywords": "barn, dusk"}


def test_iptc_in_utf_8_is_read_as_it_says():
    block = record(90, b"\x1b%G", of=1) + record(90, "Łódź".encode())
    assert read_iptc(block) == {"city": "Łódź"}


def test_a_photo_manager_goes_before_the_camera_but_not_for_the_camera_itself():
    exif = camera_exif()
    found = decode(encoded(noise(), exif=exif, xmp=PACKET.encode()))
    assert found.metadata["description"] == "A red barn"
    assert found.metadata["photographer"] == "Ada, Bob"
    assert found.metadata["camera"] == "Canon EOS 5D"
    assert found.metadata["taken"] == utc(2019, 7, 5, 16, 30)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1935:06:01 10:20:30", utc(1935, 6, 1, 10, 20, 30)),
        ("1969:12:31 23:59:60", utc(1969, 12, 31, 23, 59, 59)),
        ("2019-07-05T12:30:00.25Z", utc(2019, 7, 5, 12, 30)),
        ("2019-07-05T12:30:00-0400", utc(2019, 7, 5, 16, 30)),
        ("2019-07-05T12:30+05:30", utc(2019, 7, 5, 7)),
        ("2019:7:5", utc(2019, 7, 5)),
        ("2019", utc(2019, 1, 1)),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2019:13:40 12:00:00", None),
        ("9999:12:31 23:59:59", None),
        ("0001:01:01 00:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments_are_read_as_cameras_write_them(text, moment):
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    ("make", "model", "name"),
    [
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("NIKON CORPORATION", "NIKON D850", "NIKON D850"),
        ("SONY", "ILCE-7M3", "SONY ILCE-7M3"),
        ("Apple", "", "Apple"),
        ("", "Pixel 8", "Pixel 8"),
        (" ", " ", ""),
    ],
)
def test_a_camera_is_named_once(make, model, name):
    assert name_camera(make, model) == name


@pytest.mark.parametrize(
    "text",
    [
        "OLYMPUS DIGITAL CAMERA         ",
        *('{"shape": [40, 60]}', "ImageJ=1.53\nimages=3", '<?xml version="1.0"?><OME/>'),
    ],
)
def test_captions_that_cameras_and_programs_put_into_every_picture_are_none(text):
    exif = Image.Exif()
    exif[0x010E] = text
    assert read_exif(exif.tobytes()) == {}


def test_windows_own_words_are_read():
    exif = Image.Exif()
    for tag, text in {0x9C9B: "Łódź", 0x9C9D: "Ada;Bob", 0x9C9E: "barn;dusk"}.items():
        exif[tag] = (text + "\0").encode("utf-16-le")
    found = read_exif(exif.tobytes())
    assert found == {"title": "Łódź", "photographer": "Ada,Bob", "keywords": "barn, dusk"}


@pytest.mark.parametrize(
    ("exif", "packet", "expected"),
    [
        ({0x9003: 2001, 0x9004: 2015, 0x0132: 2020}, "DateCreated", 2001),
        ({0x9004: 2015, 0x0132: 2020}, "DateCreated", 1923),  # a scan
        ({0x9004: 2015}, "CreateDate", 2015),
        ({0x0132: 2020}, "CreateDate", 1923),
        ({0x9004: 2015, 0x0132: 2020}, "Nothing", 2015),
        ({0x0132: 2020}, "Nothing", 2020),
    ],
)
def test_when_a_picture_was_taken_goes_before_when_it_was_scanned_or_changed(
    exif, packet, expected
):
    written = Image.Exif()
    for tag, year in exif.items():
        (written if tag == 0x0132 else written.get_ifd(0x8769))[tag] = f"{year}:05:01 10:00:00"
    told = PACKET.replace("exif:DateTimeOriginal", f"photoshop:{packet}").replace("1987-", "1923-")
    metadata, extra = read_embedded({"exif": written.tobytes(), "xmp": told.encode()})
    assert metadata["taken"].year == expected
    assert not {"digitized", "changed"} & {*metadata, *extra}


def test_keywords_in_a_raw_itself_are_read():
    for preview in (b"", encoded(noise(), xmp=PACKET.replace("dusk", "dawn").encode())):
        packet = PACKET.encode()
        data = dng(preview, tags={700: (1, len(packet), packet)})
        assert decode(data).extra["keywords"] == "barn, dusk"


@pytest.mark.parametrize("degrees", [(0, 0), (95, 10), (10, 181)])
def test_a_place_that_is_none_is_left_out(degrees):
    exif = Image.Exif()
    parts = [tuple(IFDRational(n) for n in (part, 0, 0)) for part in degrees]
    exif.get_ifd(0x8825).update({1: "N", 2: parts[0], 3: "E", 4: parts[1]})
    assert read_exif(exif.tobytes()) == {}


def lol_bomb() -> bytes:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><x:xmpmeta>&l9;</x:xmpmeta>'.encode()


@pytest.mark.parametrize(
    "packet",
    [
        lol_bomb(),
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><rdf:RDF>&f;</rdf:RDF>',
        lol_bomb().decode().encode("utf-16"),
        b"<x:xmpmeta " + b"<a>" * 200_000,
        PACKET.encode()[:300],
        b"\xff" * 500,
        PACKET.replace("</dc:title>", "</dc:tille>").encode(),
    ],
)
def test_xmp_that_is_a_bomb_or_broken_is_not_read(packet):
    assert read_xmp(packet) == {}


def test_of_translations_the_default_one_is_taken():
    own = '<rdf:li xml:lang="x-default">A red barn'
    assert own in PACKET
    packet = PACKET.replace(own, '<rdf:li xml:lang="de">Eine Scheune</rdf:li>' + own)
    assert read_xmp(packet.encode())["description"] == "A red barn"


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_xmp_is_read_with_zeros_and_padding_around_it(coding):
    packet = PACKET.replace("A red", "A\x01 red").encode(coding) + "  \0".encode(coding)[2:] * 400
    assert read_xmp(packet)["description"] == "A red barn"


@pytest.mark.parametrize("block", ["exif", "xmp", "iptc"])
def test_flipped_bytes_cost_words_at_most(block):
    whole = {"exif": camera_exif().tobytes(), "xmp": PACKET.encode(), "iptc": IPTC}[block]
    rng = np.random.default_rng(0)
    for _ in range(300):
        data = np.frombuffer(whole, np.uint8).copy()
        places = rng.integers(0, len(data), rng.integers(1, 20))
        data[places] = rng.integers(0, 256, len(places))
        metadata, extra = read_embedded({block: data.tobytes()[: rng.integers(1, len(data) + 1)]})
        assert all(isinstance(value, str | float | datetime) for value in extra.values())
        assert set(metadata) <= {*CAMERA, "city", "country"}


def test_long_words_are_cut_and_control_characters_dropped():
    packet = PACKET.replace("A red barn", "x" * 50_000).replace("Barn<", "Ba&#9;rn<")
    metadata, extra = read_embedded({"xmp": packet.encode()})
    assert len(metadata["description"]) == 20_000
    assert extra["title"] == "Ba\trn"


def test_a_block_that_is_too_long_is_not_kept():
    data = psd(resources={1060: b" " * (2 << 20)})
    assert read_picture(data).blocks == {}
