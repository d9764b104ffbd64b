"""Where the command lines write: files and folders, never standard output."""

import argparse


def output_name(text: str) -> str:
    """Return the name of a file or folder to write.

    Raises:
        ArgumentTypeError: it is `-`, which elsewhere stands for standard output.
    """
    if text == "-":
        raise argparse.ArgumentTypeError("- is no file here: name one, or ./- for one called so")
    return text
