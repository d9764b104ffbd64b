"""Corrections in a file of the Classes page, as far as tuning needs them."""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open

from tuning.errors import TuningError


def read_corrections(path: Path) -> dict[str, str]:
    """Return the class that a person gave each photo, by photo id.

    Photos that are of none of the classes are left out.

    Raises:
        TuningError: there is no such file, or it holds no saved classes.
    """
    try:
        with safe_open(str(path), framework="numpy") as file:
            about = json.loads((file.metadata() or {})["classes"])
        names, corrected = about["names"], about["corrected"]
        return {photo: names[number] for photo, number in corrected.items() if number >= 0}
    except FileNotFoundError as error:
        raise TuningError(f"There is no file {path}: save it on the Classes page.") from error
    except (OSError, SafetensorError, KeyError, ValueError, IndexError) as error:
        raise TuningError(
            f"{path} holds no saved classes: save them on the Classes page."
        ) from error
