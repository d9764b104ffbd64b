import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from ingest.decode import decode
from ingest.errors import Rejected
from tests.ingest.pictures import encoded, huge_png, jpeg, noise, pdf, svg, web_page


def reason(data):
    with pytest.raises(Rejected) as caught:
        decode(data)
    assert caught.value.permanent
    return caught.value.reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM"])
def test_every_usual_format_is_decoded(kind):
    picture = decode(encoded(noise(), kind))
    assert picture.image.mode == "RGB"
    assert (picture.width, picture.height) == picture.image.size == (48, 40)


def test_heic_is_decoded_where_its_library_is_installed():
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    assert decode(encoded(noise(), "HEIF")).image.size == (48, 40)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty file"),
        (web_page(), "a web page, not a picture"),
        (svg(), "an SVG drawing, not a photo"),
        (pdf(), "a PDF, not a picture"),
        (b"hello", "not a picture"),
        (jpeg()[: len(jpeg()) // 2], "damaged JPEG"),
        (encoded(noise(), "PNG")[:300], "damaged PNG"),
        (huge_png(), "too many pixels"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not a picture"),
    ],
)
def test_what_is_not_a_whole_picture_has_a_reason(data, expected):
    assert reason(data) == expected


def test_one_pixel_is_a_picture():
    assert decode(encoded(noise(1, 1), "PNG")).image.size == (1, 1)


def test_the_first_frame_of_an_animation_is_taken():
    out = io.BytesIO()
    red, blue = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    red.save(out, "GIF", save_all=True, append_images=[blue])
    assert decode(out.getvalue()).image.getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize("kind", [1, 2, 7])  # bytes, text, undefined: not the number it should be
def test_a_turn_of_the_wrong_type_costs_no_photo(kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    tag, number = b"\x01\x12", bytes([0, kind])
    odd = exif.tobytes().replace(tag + b"\x00\x03", tag + number)
    assert tag + number in odd
    assert decode(encoded(noise(48, 40), exif=odd)).image.size == (48, 40)


def test_a_picture_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side
    picture = decode(encoded(noise(48, 40), exif=exif))
    assert (picture.width, picture.height) == picture.image.size == (40, 48)
    assert Image.open(io.BytesIO(picture.thumbnail)).size == (40, 48)


def test_transparency_is_laid_on_white_and_sixteen_bits_are_scaled():
    assert decode(encoded(Image.new("RGBA", (4, 4), (9, 9, 9, 0)), "PNG")).image.getpixel(
        (0, 0)
    ) == (255, 255, 255)
    deep = Image.fromarray(np.full((4, 4), 32896, np.uint16))
    assert decode(encoded(deep, "PNG")).image.getpixel((0, 0)) == (128, 128, 128)


def test_cmyk_is_converted():
    assert decode(encoded(Image.new("CMYK", (8, 8), (0, 0, 0, 255)))).image.getpixel((0, 0)) == (
        0,
        0,
        0,
    )


def test_a_large_jpeg_is_decoded_small_but_its_size_is_told_as_it_is():
    picture = decode(jpeg(width=4000, height=3000))
    assert (picture.width, picture.height) == (4000, 3000)
    assert 448 <= min(picture.image.size) < 1000


def test_a_large_jpeg_decoded_small_gives_nearly_the_same_pixels():
    from encoder.pixels import Window

    rng = np.random.default_rng(0)
    smooth = Image.fromarray(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8))
    large = encoded(smooth.resize((3200, 2400), Image.Resampling.BICUBIC), quality=95)
    window = Window(224, 224, 224)
    whole = window.cut(Image.open(io.BytesIO(large)).convert("RGB")).astype(float)
    assert np.abs(window.cut(decode(large).image) - whole).mean() < 1.5


def test_thumbnails_are_jpegs_of_at_most_384_pixels():
    picture = decode(encoded(noise(1000, 500), "PNG"))
    thumbnail = Image.open(io.BytesIO(picture.thumbnail))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (384, 192))


def test_a_small_jpeg_is_its_own_thumbnail():
    assert decode(jpeg()).thumbnail == jpeg()


def test_a_thin_strip_has_a_thumbnail_too():
    assert Image.open(io.BytesIO(decode(encoded(noise(3000, 1), "PNG")).thumbnail)).size == (384, 1)


def test_the_digest_is_of_the_bytes():
    assert decode(jpeg()).digest == hashlib.sha256(jpeg()).hexdigest()
