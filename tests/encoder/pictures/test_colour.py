import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from encoder.pictures import read_picture, to_rgb
from tests.encoder.pictures.samples import heic, psd
from tests.ingest.pictures import encoded, noise

RAMP = np.tile(np.arange(64, dtype=np.float64), (48, 1))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def wide_profile() -> bytes:
    """A profile of pure red, green and blue primaries far outside sRGB's, with a gamma of 1.8."""

    def number(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def point(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(number, values))

    curve = b"curv\0\0\0\0\0\0\0\1" + struct.pack(">H", round(1.8 * 256)) + b"\0\0"
    tags = {
        b"rXYZ": point(0.7977, 0.2880, 0),
        b"gXYZ": point(0.1352, 0.7119, 0),
        b"bXYZ": point(0.0313, 0.0001, 0.8249),
        b"wtpt": point(0.9642, 1, 0.8249),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    at, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        table += name + struct.pack(">II", at + len(body), len(value))
        body += value
    head = bytearray(128)
    head[0:4] = struct.pack(">I", at + len(body))
    head[8:24] = b"\2\x10\0\0mntrRGB XYZ "
    head[36:40] = b"acsp"
    head[68:80] = number(0.9642) + number(1) + number(0.8249)
    return bytes(head) + table + body


def grey_profile() -> bytes:
    """A grey profile with a gamma of 1."""
    profile = bytearray(wide_profile())
    profile[16:20] = b"GRAY"
    return bytes(profile).replace(b"rTRC", b"kTRC").replace(struct.pack(">H", 461), b"\1\0")


def saved(values: np.ndarray, kind: str = "TIFF") -> bytes:
    return encoded(Image.fromarray(values), kind)


def seen(data: bytes) -> np.ndarray:
    return np.asarray(read_picture(data).image)[..., 0].astype(int)


DEEP = {
    "10 bits": RAMP.astype(np.uint16) * 16,
    "12 bits": RAMP.astype(np.uint16) * 65,
    "16 bits": RAMP.astype(np.uint16) * 1040,
    "16 bits, far up": RAMP.astype(np.uint16) + 40_000,
    "16 bits, the other end first": (RAMP * 65).astype(">u2"),
    "32 bits": RAMP.astype(np.int32) * 100_000,
    "below zero": RAMP.astype(np.int32) - 500,
    "fractions": (RAMP / 64).astype(np.float32),
    "kelvin": (RAMP / 4 + 280).astype(np.float32),
    "metres": (RAMP * 20 - 50).astype(np.float32),
}


@pytest.mark.parametrize("depth", DEEP)
def test_deep_grey_is_stretched_over_its_own_range(depth):
    grey = seen(saved(DEEP[depth]))
    assert np.abs(grey - RAMP * 255 / 63).max() <= 1


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_deep_grey_in_a_png_or_a_pgm_is_stretched(bits):
    values = (RAMP * (2**bits - 1) / 63).astype(np.uint16)
    pgm = b"P5 64 48 %d\n" % (2**bits - 1) + values.astype(">u2").tobytes()
    for data in (saved(values, "PNG"), pgm):
        assert np.abs(seen(data) - RAMP * 255 / 63).max() <= 1


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf, -3.4e38, 3.4e38])
def test_what_is_no_number_does_not_count(hole):
    values = (RAMP + 300).astype(np.float32)
    values[:4, :4] = hole
    grey = seen(saved(values))
    assert (grey[:4, :4] == 0).all()
    assert np.abs(grey[4:] - RAMP[4:] * 255 / 63).max() <= 1


def test_a_maps_own_number_for_no_data_does_not_count():
    values = RAMP.astype(np.float32)
    values[0] = -9999
    out = io.BytesIO()
    Image.fromarray(values).save(out, "TIFF", tiffinfo={42113: "-9999"})
    grey = seen(out.getvalue())
    assert (grey[0] == 0).all()
    assert np.abs(grey[1:] - RAMP[1:] * 255 / 63).max() <= 1


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 7.5])
def test_a_map_of_one_number_is_a_picture(value):
    assert seen(saved(np.full((8, 8), value, np.float32))).shape == (8, 8)


def test_eight_bits_are_not_stretched():
    values = np.full((8, 8), 100, np.uint8)
    values[0] = 120
    assert set(np.unique(seen(saved(values, "PNG")))) == {100, 120}


PROFILED = {
    "JPEG": lambda image, profile: encoded(image, quality=98, subsampling=0, icc_profile=profile),
    "PNG": lambda image, profile: encoded(image, "PNG", icc_profile=profile),
    "TIFF": lambda image, profile: encoded(image, "TIFF", icc_profile=profile),
    "WebP": lambda image, profile: encoded(image, "WEBP", lossless=True, icc_profile=profile),
    "AVIF": lambda image, profile: encoded(image, "AVIF", quality=98, icc_profile=profile),
    "HEIC": lambda image, profile: heic(image, quality=98, icc_profile=profile),
    "PSD": lambda image, profile: psd(image, resources={1039: profile}),
}


@pytest.mark.parametrize("kind", PROFILED)
def test_a_profile_is_converted_to_srgb(kind):
    colour = Image.new("RGB", (48, 40), (120, 140, 110))
    plain = np.asarray(read_picture(PROFILED[kind](colour, SRGB)).image).astype(int)
    assert np.abs(plain - (120, 140, 110)).max() <= 4
    converted = np.asarray(read_picture(PROFILED[kind](colour, wide_profile())).image).astype(int)
    by_hand = ImageCms.profileToProfile(
        colour, ImageCms.ImageCmsProfile(io.BytesIO(wide_profile())), ImageCms.createProfile("sRGB")
    )
    assert np.abs(converted - np.asarray(by_hand)).max() <= 6
    assert np.abs(converted - plain).max() > 15


def test_a_profile_is_converted_once_only():
    image = read_picture(encoded(noise(), "PNG", icc_profile=wide_profile())).image
    assert to_rgb(image).tobytes() == image.tobytes()


def test_transparent_pictures_with_a_profile_are_converted_and_laid_on_white():
    image = Image.new("RGBA", (8, 8), (120, 140, 110, 255))
    image.putpixel((0, 0), (0, 0, 0, 0))
    opaque = encoded(Image.new("RGB", (8, 8), (120, 140, 110)), "PNG", icc_profile=wide_profile())
    found = read_picture(encoded(image, "PNG", icc_profile=wide_profile())).image
    assert found.getpixel((0, 0)) == (255, 255, 255)
    assert found.getpixel((4, 4)) == read_picture(opaque).image.getpixel((4, 4))


def test_a_grey_profile_is_converted():
    image = Image.new("L", (8, 8), 64)
    found = read_picture(encoded(image, "PNG", icc_profile=grey_profile())).image
    assert found.getpixel((0, 0)) == pytest.approx((137, 137, 137), abs=3)  # linear .25 in sRGB


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "RGB"])
@pytest.mark.parametrize(
    "profile", [b"rubbish", b"", wide_profile(), grey_profile(), wide_profile()[:200]]
)
def test_a_profile_that_is_broken_or_of_another_mode_costs_no_photo(mode, profile):
    data = encoded(noise().convert(mode), "TIFF", icc_profile=profile)
    assert read_picture(data).image.mode == "RGB"


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "F"]
)
def test_every_mode_is_read(mode):
    image = noise().convert("RGB").convert(mode) if mode != "LAB" else lab()
    for kind in ("TIFF", "PNG"):
        try:
            data = encoded(image, kind)
            Image.open(io.BytesIO(data)).load()
        except (OSError, DeprecationWarning):
            continue  # not a mode of this kind, or not in this Pillow
        assert read_picture(data).image.mode == "RGB"


def lab() -> Image.Image:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    return to_lab.apply(noise())


def test_lab_keeps_its_colours():
    seen_as = np.asarray(read_picture(encoded(lab(), "TIFF")).image).astype(int)
    assert np.abs(seen_as - np.asarray(noise())).mean() < 6


@pytest.mark.parametrize("save", [encoded, psd])
def test_a_print_of_a_press_is_converted(save):
    red = np.asarray(read_picture(save(Image.new("CMYK", (8, 8), (0, 255, 255, 0)))).image)[4, 4]
    assert red[0] > 200
    assert max(red[1:]) < 90
