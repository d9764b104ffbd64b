import contextlib
import io

import numpy as np
import pytest
from PIL import Image

from encoder.errors import BadSetting
from encoder.pictures import UnreadablePicture, read_picture, read_picture_blocks
from tests.encoder.pictures.samples import dng, heic, jxl, one_of_each_kind, pages, psd
from tests.ingest.pictures import encoded, huge_png, noise

KINDS = one_of_each_kind()
LOSSLESS = {"PNG", "BMP", "TIFF", "PSD", "TGA", "PNM"}


def tilted(turn: object, kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = turn
    return encoded(noise(), kind, exif=exif)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_whatever_its_name(kind):
    picture = read_picture(KINDS[kind])
    assert (picture.kind, picture.image.mode, picture.image.size) == (kind, "RGB", (48, 40))
    seen, true = (np.asarray(each).astype(int) for each in (picture.image, noise()))
    assert np.abs(seen - true).mean() < (1 if kind in LOSSLESS else 40)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_breaks_off_is_read_or_refused_with_a_reason(kind):
    data = KINDS[kind]
    for end in range(0, len(data), max(1, len(data) // 40)):
        assert outcome(data[:end]) in {"RGB", "empty file", "not a picture", *damaged(kind)}


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bytes_give_a_picture_or_a_reason(kind):
    rng = np.random.default_rng(0)
    for _ in range(60):
        data = np.frombuffer(KINDS[kind], np.uint8).copy()
        places = rng.integers(
            0, min(len(data), rng.choice([64, 400, len(data)])), rng.integers(1, 9)
        )
        data[places] = rng.integers(0, 256, len(places))
        assert outcome(data.tobytes()) in {"RGB", "not a picture", "too many pixels", *damaged()}


def described(kind, size=0):
    """A picture with EXIF, and where its writer can, XMP of `size` bytes and more."""
    exif = Image.Exif()
    exif[0x010E] = "a boat"
    xmp = b"<x:xmpmeta>" + b" " * size + b"</x:xmpmeta>"
    image = noise(2000, 1500) if kind == "JPEG" else noise()
    if kind == "HEIC":
        return heic(image, exif=exif.tobytes(), xmp=xmp)
    if kind in {"RAW", "TIFF"}:
        tags = {700: (1, len(xmp), xmp)}
        return (
            dng(encoded(noise()), tags=tags)
            if kind == "RAW"
            else encoded(image, "TIFF", tiffinfo={700: xmp, 0x010E: "a boat"})
        )
    if kind == "JPEG XL":
        return jxl(image, exif=exif.tobytes())
    return encoded(image, {"WebP": "WEBP"}.get(kind, kind), exif=exif, xmp=xmp)


DESCRIBED = ("JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC", "JPEG XL", "RAW")


@pytest.mark.parametrize("kind", DESCRIBED)
def test_what_stands_beside_the_pixels_is_read_alone(kind):
    data = described(kind)
    blocks = read_picture(data).blocks
    assert blocks
    assert read_picture_blocks(data) == blocks


@pytest.mark.parametrize("size", [0, 40_000])
def test_the_beginning_of_a_jpeg_holds_what_stands_beside_its_pixels(monkeypatch, size):
    data = described("JPEG", size)
    blocks = read_picture(data).blocks
    assert set(blocks) == {"exif", "xmp"}
    monkeypatch.setattr(Image.Image, "load", lambda image: pytest.fail("pixels were decoded"))
    assert read_picture_blocks(data[:100_000]) == blocks


@pytest.mark.parametrize("kind", DESCRIBED)
def test_what_stands_beside_damaged_pixels_is_read_or_refused(kind):
    data = described(kind)
    for end in range(0, len(data), max(1, len(data) // 40)):
        with contextlib.suppress(UnreadablePicture):
            assert isinstance(read_picture_blocks(data[:end]), dict)


def outcome(data):
    try:
        return read_picture(data).image.mode
    except UnreadablePicture as error:
        return error.reason


def damaged(*kinds):
    return {f"damaged {kind}" for kind in (kinds or KINDS)} | {"damaged TIFF"}


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIC", "JPEG XL"])
def test_every_orientation_is_turned_upright(kind, turn):
    # A picture whose upright quarters are red, green, blue and white, laid as the camera lay.
    upright = Image.new("RGB", (64, 48), "white")
    for box, colour in {(0, 0): "red", (32, 0): "lime", (0, 24): "blue"}.items():
        upright.paste(Image.new("RGB", (32, 24), colour), box)
    back = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
    exif = Image.Exif()
    exif[0x0112] = back.get(turn, 1)
    out = io.BytesIO()
    upright.save(out, "PNG", exif=exif)
    from PIL import ImageOps

    lying = ImageOps.exif_transpose(Image.open(out))
    lying.info.clear()
    lying.getexif().clear()
    exif[0x0112] = turn
    if kind == "JPEG XL":  # its pixels are stored upright or turned by itself; EXIF only tells
        data = jxl(upright, exif=exif.tobytes())
    elif kind == "HEIC":
        data = heic(lying, exif=exif.tobytes())
    else:
        data = encoded(lying, kind, exif=exif)
    picture = read_picture(data)
    assert (picture.width, picture.height) == picture.image.size == (64, 48)
    corners = [picture.image.getpixel(at) for at in ((8, 8), (56, 8), (8, 40), (56, 40))]
    wanted = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    assert np.abs(np.array(corners) - np.array(wanted)).max() < 60


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("turn", [0, 9, 65_535])
def test_an_orientation_that_does_not_exist_is_upright(kind, turn):
    assert read_picture(tilted(turn, kind)).image.size == (48, 40)


EXIF_RUBBISH = {
    "nothing": b"",
    "words": b"garbage!" * 4,
    "cut": b"Exif\0\0II*\0\x08\0\0\0\x05\0\x12\x01\x03\0",
    "far": b"Exif\0\0II*\0\xff\xff\xff\x7f",
    "doubled": b"Exif\0\0" * 2 + b"II*\0\x08\0\0\0\0\0",
    "zeros": bytes(64),
    "loop": b"Exif\0\0II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\x08\0\0\0",
    "huge count": b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\xff\xff\xff\xff\0\6\0\0\0\0\0\0",
}


@pytest.mark.parametrize("rubbish", EXIF_RUBBISH)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIC", "JPEG XL"])
def test_rubbish_for_exif_costs_no_photo(kind, rubbish):
    exif = EXIF_RUBBISH[rubbish]
    if kind == "JPEG XL":
        data = jxl(noise(), exif=exif)
    elif kind in {"AVIF", "HEIC"}:  # their writers refuse rubbish: it is put in afterwards
        mark = marked_exif()
        data = heic(exif=mark) if kind == "HEIC" else encoded(noise(), "AVIF", exif=mark)
        assert mark in data
        data = data.replace(mark, exif.removeprefix(b"Exif\0\0").ljust(len(mark), b"\0"))
    else:
        data = encoded(noise(), kind, exif=exif)
    assert read_picture(data).image.size == (48, 40)


def test_an_orientation_beside_rubbish_is_obeyed():
    exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\3\0\1\0\0\0\6\0\0\0\x32\1\2\0\xff\xff\xff\0"
    assert read_picture(encoded(noise(), exif=exif)).image.size == (40, 48)


def marked_exif() -> bytes:
    """An EXIF block long enough to be written over."""
    exif = Image.Exif()
    exif[0x010E] = "a mark " * 8
    return exif.tobytes()[6:]


def test_a_tiff_with_a_broken_directory_of_exif_is_read():
    tags = {0x8769: 0xFFFFFF, 0x8825: 0x7FFFFFFF}
    out = io.BytesIO()
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    directory = ImageFileDirectory_v2()
    for tag, value in tags.items():
        directory.tagtype[tag] = 4
        directory[tag] = value
    noise().save(out, "TIFF", tiffinfo=directory)
    assert read_picture(out.getvalue()).image.size == (48, 40)


def test_the_largest_page_of_a_tiff_is_taken():
    small, large, middle = (Image.new("RGB", size, c) for size, c in SIZES.items())
    for order in ([small, large, middle], [large, small, middle], [middle, small, large]):
        picture = read_picture(pages(*order))
        assert (picture.width, picture.height) == (90, 80)
        assert picture.image.getpixel((0, 0)) == (0, 255, 0)


SIZES = {(9, 8): "red", (90, 80): "lime", (60, 50): "blue"}


def test_a_raw_file_is_its_preview_turned_upright():
    for turn, size in {1: (48, 40), 3: (48, 40), 6: (40, 48), 8: (40, 48)}.items():
        picture = read_picture(dng(encoded(noise()), turn=turn))
        assert (picture.kind, picture.image.size) == ("RAW", size)
        assert (picture.width, picture.height) == (64, 64)


def test_a_preview_that_tells_its_own_turn_is_turned_once():
    assert read_picture(dng(tilted(6), turn=6)).image.size == (40, 48)


def test_a_raw_file_without_a_preview_is_developed():
    picture = read_picture(dng())
    assert (picture.width, picture.height) == (64, 64)
    assert np.asarray(picture.image).std() > 10


def test_jpegs_of_any_size_are_read_small():
    data = encoded(Image.new("L", (20_000, 4_200), 130), quality=50)
    picture = read_picture(data, needed=448, most_pixels=1_000_000)
    assert (picture.width, picture.height) == (20_000, 4_200)
    assert picture.image.width < 4_000
    with pytest.raises(UnreadablePicture, match="too many pixels"):
        read_picture(encoded(Image.new("L", (2_000, 600)), progressive=True), most_pixels=1_000_000)


def test_other_kinds_have_a_limit_that_can_be_set(monkeypatch):
    data = encoded(Image.new("L", (1_100, 1_000)), "PNG")
    with pytest.raises(UnreadablePicture, match="too many pixels"):
        read_picture(data, most_pixels=1_000_000)
    monkeypatch.setenv("PICTURE_MEGAPIXELS", "1")
    with pytest.raises(UnreadablePicture, match="too many pixels"):
        read_picture(data)
    for value in ("1.2", " "):
        monkeypatch.setenv("PICTURE_MEGAPIXELS", value)
        assert read_picture(data).width == 1_100
    for value in ("200MP", "0", "-3", "nan", "inf"):
        monkeypatch.setenv("PICTURE_MEGAPIXELS", value)
        with pytest.raises(BadSetting, match=f"PICTURE_MEGAPIXELS is '{value}': write"):
            read_picture(data)


@pytest.mark.parametrize("size", [(12_000, 8_000), (4_600, 3_500)])
def test_huge_pictures_are_reduced_but_told_as_they_are(size):
    picture = read_picture(encoded(Image.new("1", size, 1), "PNG"), needed=448)
    assert (picture.width, picture.height) == size
    assert 448 <= min(picture.image.size) < 1_000
    assert picture.image.getpixel((5, 5)) == (255, 255, 255)


def bomb_jxl() -> bytes:
    """A JPEG XL that declares 2^30 x 2^30 pixels."""
    bits, at = 0, 0
    for value, length in ((0, 1), (3, 2), (2**30 - 1, 30), (1, 3)):
        bits, at = bits | value << at, at + length
    return b"\xff\x0a" + bits.to_bytes(10, "little") + bytes(20)


def bomb_psd() -> bytes:
    data = bytearray(psd())
    data[14:22] = (30_000).to_bytes(4, "big") * 2
    return bytes(data)


def bomb_bmp() -> bytes:
    data = bytearray(encoded(noise(), "BMP"))
    data[18:26] = (60_000).to_bytes(4, "little") * 2
    return bytes(data)


@pytest.mark.parametrize("data", [huge_png(), bomb_jxl(), bomb_psd(), bomb_bmp()])
def test_bombs_are_refused_before_they_unpack(data):
    with pytest.raises(UnreadablePicture, match="too many pixels"):
        read_picture(data)


def test_long_text_and_profiles_in_a_png_cost_no_photo():
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("workflow", "many words " * 300_000, zip=True)
    assert read_picture(encoded(noise(), "PNG", pnginfo=text)).image.size == (48, 40)
    assert read_picture(encoded(noise(), "PNG", icc_profile=bytes(3 << 20))).image.size == (48, 40)


def test_a_targa_whose_alpha_is_empty_is_opaque():
    image = noise().convert("RGBA")
    image.putalpha(0)
    assert read_picture(encoded(image, "TGA")).image.tobytes() == noise().tobytes()


def test_only_bytes_that_a_browser_shows_alike_are_said_to_be_as_stored():
    profile = {"icc_profile": b"any"}
    assert read_picture(encoded(noise())).is_as_stored
    for data in (
        encoded(noise(), **profile),
        encoded(noise(), "PNG"),
        tilted(6),
        encoded(noise(4_000, 3_000)),
        encoded(noise().convert("CMYK")),
    ):
        assert not read_picture(data).is_as_stored


def test_a_broken_chunk_beside_a_pngs_pixels_costs_no_photo():
    data = encoded(noise(), "PNG")
    broken = data[:33] + b"\0\0\0\4tEXtabcd" + b"\0\0\0\0" + data[33:]
    assert read_picture(broken).image.tobytes() == read_picture(data).image.tobytes()
    at = data.index(b"IDAT") + 10
    with pytest.raises(UnreadablePicture, match="damaged PNG"):
        read_picture(data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :])
