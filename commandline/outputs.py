"""Where the command lines write: files and folders, never standard output."""

import argparse
import re
from pathlib import Path

LONGEST = 1 << 20  # bytes of a line


def output_name(text: str) -> str:
    """Return the name of a file or folder to write.

    Raises:
        ArgumentTypeError: it is `-`, which elsewhere stands for standard output, or empty, which
            is the folder that one is in.
    """
    if not text:
        raise argparse.ArgumentTypeError("the name is empty: name a file or a folder")
    if text == "-":
        raise argparse.ArgumentTypeError("- is no file here: name one, or ./- for one called so")
    return text


def output_path(text: str) -> Path:
    """Return the path of a file or folder to write.

    Raises:
        ArgumentTypeError: see `output_name`.
    """
    return Path(output_name(text))


def holds_other(path: Path, ours: re.Pattern[bytes]) -> bool:
    """Tell whether a file holds what no run of this program wrote: it must not be spoilt.

    Args:
        ours: how the first line of a file begins that one wrote.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.readline(LONGEST)
    except OSError:
        return False  # whoever writes it says why it cannot be
    return bool(start) and not ours.match(start)
