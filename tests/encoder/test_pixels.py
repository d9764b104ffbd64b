import numpy as np
import pytest
from PIL import Image

from encoder.pictures import to_rgb


def colour(image):
    assert image.mode == "RGB"
    return image.getpixel((0, 0))


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("RGB", (1, 2, 3), (1, 2, 3)),
        ("L", 7, (7, 7, 7)),
        ("1", 1, (255, 255, 255)),
        ("RGBA", (255, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (255, 0, 0, 255), (255, 0, 0)),
        ("LA", (0, 0), (255, 255, 255)),
        ("CMYK", (0, 0, 0, 255), (0, 0, 0)),
        ("I;16", 65535, (255, 255, 255)),
        ("I;16", 32896, (128, 128, 128)),
        ("I;16", 200, (0, 0, 0)),
        ("I", 65535, (255, 255, 255)),
        ("I", 200, (200, 200, 200)),
        ("F", 1.0, (255, 255, 255)),
        ("F", 90.0, (90, 90, 90)),
        ("F", float("nan"), (0, 0, 0)),
        ("YCbCr", (255, 128, 128), (255, 255, 255)),
    ],
)
def test_every_mode_becomes_rgb(mode, value, expected):
    assert colour(to_rgb(Image.new(mode, (2, 2), value))) == expected


def test_a_transparent_palette_is_laid_on_white():
    image = Image.new("P", (2, 2), 0)
    image.putpalette([200, 0, 0, 0, 200, 0])
    image.info["transparency"] = 0
    assert colour(to_rgb(image)) == (255, 255, 255)


def test_a_transparent_colour_is_laid_on_white():
    image = Image.fromarray(np.full((2, 2, 3), 9, np.uint8))
    image.info["transparency"] = (9, 9, 9)
    assert colour(to_rgb(image)) == (255, 255, 255)
