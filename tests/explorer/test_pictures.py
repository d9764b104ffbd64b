import base64
import io

import numpy as np
import pytest
from PIL import Image

from explorer.errors import ExplorerError
from explorer.pictures import picture_from, picture_from_text


def saved(kind, exif=None):
    values = np.arange(24, dtype=np.uint8).reshape(4, 6) * 10
    data = io.BytesIO()
    Image.fromarray(values).convert("RGB").save(data, kind, exif=exif or Image.Exif())
    return data.getvalue()


def test_a_picture_taken_with_the_camera_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    lying, upright = picture_from(saved("PNG")), picture_from(saved("PNG", exif))
    assert (lying.size, upright.size) == ((6, 4), (4, 6))
    assert np.array_equal(np.asarray(upright), np.rot90(np.asarray(lying), -1))


def test_base64_is_read_plain_and_as_an_address():
    text = base64.b64encode(saved("PNG")).decode()
    for given in (text, f"data:image/png;base64,{text}"):
        assert picture_from_text(given).size == (6, 4)
    with pytest.raises(ExplorerError, match="not base64"):
        picture_from_text("data:image/png;base64,a")


@pytest.mark.parametrize(
    "data", [b"", b"no picture", saved("PNG")[:-30], saved("JPEG")[:200], saved("EPS")]
)
def test_what_is_damaged_or_would_run_a_program_is_refused_in_a_sentence(data):
    with pytest.raises(ExplorerError, match="cannot be read"):
        picture_from(data)
