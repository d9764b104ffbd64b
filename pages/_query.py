"""What a user typed and dropped, as the parts of a query."""

import base64
import binascii
import io
import re

from PIL import Image

_WEIGHTED = re.compile(r"^([+-])\s*(\d+(?:\.\d+)?)?\s*(.*)$")


def picture_of(data_url: str) -> Image.Image:
    """Read a picture that the browser sent as a `data:image/jpeg;base64,...` address.

    Raises:
        ValueError: it is not one.
    """
    try:
        picture = Image.open(io.BytesIO(base64.b64decode(data_url.partition(",")[2])))
        picture.load()
    except (binascii.Error, OSError, Image.DecompressionBombError) as error:
        raise ValueError("The picture could not be read; try a JPEG or PNG file.") from error
    return picture


def parse_phrases(prompt: str, more: str = "") -> list[tuple[str, float]]:
    """Read a prompt and, one a line, further phrases such as `+ wooden` and `-0.5 snow`."""
    phrases = [(prompt.strip(), 1.0)] if prompt.strip() else []
    for line in more.splitlines():
        if not line.strip():
            continue
        match = _WEIGHTED.match(line.strip())
        sign, number, text = match.groups() if match else ("+", None, line.strip())
        if text:
            phrases.append((text, float(f"{sign}{number or 1}")))
    return phrases
