"""Pictures that Pillow does not read, or reads wrongly."""

import io
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from encoder.pictures import UnreadablePicture, read_picture
from tests.encoder.pictures.samples import psd
from tests.ingest.pictures import encoded, noise

WIDTH, HEIGHT = 64, 48
RAMP = np.tile(np.linspace(0, 1, WIDTH), (HEIGHT, 1))
COLOURS = np.array([[[220, 30, 30], [30, 200, 30]], [[30, 30, 220], [230, 220, 40]]], np.uint8)
QUARTERS = COLOURS.repeat(HEIGHT // 2, 0).repeat(WIDTH // 2, 1)


def tiff(values: np.ndarray, photometric: str = "minisblack", **options) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, values, photometric=photometric, **options)
    return out.getvalue()


def row(data: bytes) -> list[int]:
    """The red of the left end, the middle and the right end."""
    reds = np.asarray(read_picture(data).image)[HEIGHT // 2, :, 0]
    assert len(reds) == WIDTH
    return [int(reds[x]) for x in (0, WIDTH // 2, WIDTH - 1)]


def quarters(data: bytes) -> np.ndarray:
    image = np.asarray(read_picture(data).image).astype(int)
    assert image.shape == (HEIGHT, WIDTH, 3)
    return image[HEIGHT // 4 :: HEIGHT // 2, WIDTH // 4 :: WIDTH // 2]


def is_near(found, expected, most=3) -> bool:
    return np.abs(np.asarray(found).astype(int) - np.asarray(expected).astype(int)).max() <= most


GREYS: dict[str, np.ndarray] = {
    "half floats": RAMP.astype(np.float16),
    "double floats": RAMP * 1e3 - 500,
    "bytes with a sign": (RAMP * 200 - 100).astype(np.int8),
    "32 bits without a sign": (RAMP * 4e9).astype(np.uint32),
    "64 bits": (RAMP * 1e15).astype(np.uint64),
    "complex": (RAMP * -7j).astype(np.complex64),
}


@pytest.mark.parametrize("numbers", GREYS)
@pytest.mark.parametrize("options", [{}, {"compression": "lzw", "predictor": True}])
def test_grey_of_any_numbers_is_stretched(numbers, options):
    values = GREYS[numbers]
    if values.dtype in (np.uint64, np.complex64):
        options = {}
    assert is_near(row(tiff(values, **options)), [0, 129, 255])


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_negative_whose_zero_is_white_is_turned(kind):
    values = (RAMP * np.iinfo(kind).max).astype(kind)
    assert is_near(row(tiff(values, "miniswhite")), [255, 126, 0])


def test_what_a_map_says_stands_for_no_data_does_not_count():
    values = RAMP.copy()
    values[:8] = -9999
    told = [(42113, "s", 0, "-9999", True)]
    assert is_near(row(tiff(values, extratags=told)), [0, 129, 255])


DEEP: dict[str, np.ndarray] = {
    "16 bits": QUARTERS.astype(np.uint16) * 257,
    "12 bits of a sensor": QUARTERS.astype(np.uint16) * 16,
    "fractions": QUARTERS.astype(np.float32) / 255,
    "doubles": QUARTERS / 255,
}


@pytest.mark.parametrize("numbers", DEEP)
@pytest.mark.parametrize("planes", ["contig", "separate"])
def test_deep_colours_keep_their_places_and_brightness(numbers, planes):
    values = DEEP[numbers]
    if planes == "separate":
        values = np.moveaxis(values, -1, 0)
    assert is_near(quarters(tiff(values, "rgb", planarconfig=planes)), COLOURS)


def test_light_beyond_white_is_brought_into_range():
    values = QUARTERS.astype(np.float32)
    values[0, 0] = 1000
    values[0, 1] = np.nan
    assert is_near(quarters(tiff(values, "rgb")), (COLOURS - 30.0) / 970 * 255)


def test_deep_transparency_lies_on_white():
    clear = np.dstack([DEEP["16 bits"], np.zeros((HEIGHT, WIDTH), np.uint16)])
    found = quarters(tiff(clear, "rgb", extrasamples=["unassalpha"]))
    assert (found == 255).all()


# Lightness, and how far to red and to yellow: white, grey, a red and a green.
LAB = np.array([[[100, 0, 0], [53.6, 0, 0]], [[53.8, 78.2, 63.5], [50, -50, 48]]])
AS_RGB = [[[255, 255, 255], [128, 128, 128]], [[250, 19, 22], [15, 139, 19]]]


@pytest.mark.parametrize(("photometric", "middle"), [("cielab", 0), ("icclab", 128)])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("planes", ["contig", "separate"])
def test_colours_by_lightness_are_read(photometric, middle, kind, planes):
    scale = 256 ** (np.dtype(kind).itemsize - 1)
    parts = (LAB * [2.55, 1, 1] + [0, middle, middle]) * scale
    values = parts.round().astype(np.int32).astype(kind)
    values = values.repeat(HEIGHT // 2, 0).repeat(WIDTH // 2, 1)
    values = values if planes == "contig" else np.moveaxis(values, -1, 0).copy()
    assert is_near(quarters(tiff(values, photometric, planarconfig=planes)), AS_RGB, 8)


def test_webp_in_a_tiff_is_unpacked():
    data = tiff(QUARTERS, "rgb", compression="webp", compressionargs={"level": -1})
    assert is_near(quarters(data), COLOURS)


def test_bands_beyond_the_colours_are_left_out():
    infrared = np.full((HEIGHT, WIDTH), 9_999, np.uint16)
    bands = np.dstack([DEEP["16 bits"], infrared, infrared])
    data = tiff(bands, "rgb", extrasamples=["unspecified", "unspecified"])
    assert is_near(quarters(data), COLOURS)
    several = np.stack([(RAMP * 3_000).astype(np.uint16)] * 5, axis=-1)
    assert is_near(row(tiff(several, planarconfig="contig")), [0, 129, 255])


def test_the_largest_page_of_floats_is_taken_and_turned_upright():
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        for values in (RAMP[:8, :8], RAMP):
            writer.write(values, photometric="minisblack", contiguous=False)
    assert is_near(row(out.getvalue()), [0, 129, 255])
    turned = tiff(RAMP.T.copy(), extratags=[(274, "H", 1, 6, True)])
    image = read_picture(turned).image
    assert image.size == (HEIGHT, WIDTH)[::-1]


def test_the_limit_of_pixels_holds_for_arrays():
    with pytest.raises(UnreadablePicture, match="too many pixels"):
        read_picture(tiff(RAMP), most_pixels=WIDTH * HEIGHT - 1)


def pam(values: np.ndarray, most: int) -> bytes:
    head = f"P7\nWIDTH {WIDTH}\nHEIGHT {HEIGHT}\nDEPTH {values.shape[2]}\nMAXVAL {most}\nENDHDR\n"
    return head.encode() + values.tobytes()


def test_portable_maps_of_any_depth_are_read():
    assert is_near(quarters(pam(QUARTERS, 255)), COLOURS)
    assert is_near(quarters(pam((QUARTERS.astype(">u2") * 257), 65_535)), COLOURS)
    clear = np.dstack([QUARTERS, np.zeros((HEIGHT, WIDTH), np.uint8)])
    assert (quarters(pam(clear, 255)) == 255).all()
    floats = (QUARTERS[::-1] / 255).astype("<f4").tobytes()
    assert is_near(quarters(f"PF\n{WIDTH} {HEIGHT}\n-1.0\n".encode() + floats), COLOURS)
    with pytest.raises(UnreadablePicture, match="damaged PNM"):
        read_picture(pam(QUARTERS, 255)[:500])


def deep_psd(depth: int, version: int) -> bytes:
    """A flattened PSD, or PSB for version 2, of colours without compression."""
    head = struct.pack(">4sH6xHIIHH", b"8BPS", version, 3, HEIGHT, WIDTH, depth, 3)
    kind = {8: ("u1", 1), 16: (">u2", 257), 32: (">f4", 0)}[depth]
    values = QUARTERS * np.uint16(kind[1]) if kind[1] else (QUARTERS / 255) ** 2.2
    bands = np.moveaxis(values.astype(kind[0]), -1, 0).tobytes()
    return head + bytes(8) + bytes(4 if version == 1 else 8) + b"\0\0" + bands


@pytest.mark.parametrize(("depth", "version"), [(16, 1), (32, 1), (8, 2), (16, 2)])
def test_deep_and_large_psds_are_read(depth, version):
    assert is_near(quarters(deep_psd(depth, version)), COLOURS, 12 if depth == 32 else 3)


def test_a_broken_psd_is_still_refused_with_its_reason():
    with pytest.raises(UnreadablePicture, match="damaged PSD"):
        read_picture(deep_psd(16, 1)[:60])
    assert read_picture(psd(noise())).kind == "PSD"


@pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"restart_marker_rows": 1}])
def test_a_jpeg_that_lacks_nothing_but_its_end_is_read(options):
    data = encoded(Image.fromarray(QUARTERS), quality=95, **options)
    assert is_near(quarters(data[:-2]), COLOURS, 12)
    assert not read_picture(data[:-2]).is_as_stored
    with pytest.raises(UnreadablePicture, match="damaged JPEG"):
        read_picture(encoded(noise(300, 200), quality=95, **options)[:-200])
