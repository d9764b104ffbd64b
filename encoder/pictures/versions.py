"""What reads pictures here, so that what failed is tried again where something else reads them."""

import functools
from importlib.metadata import PackageNotFoundError, version

from encoder.pictures.limit import most_pixels_allowed

OWN = "4"  # rises when more pictures can be read than before
LIBRARIES = (
    *("pillow", "pillow-heif", "pillow-jxl-plugin", "rawpy", "tifffile", "imagecodecs"),
    "psd-tools",
)


def reader_versions(most_pixels: int | None = None) -> str:
    """Name the versions of what reads pictures here, and the limit of their pixels.

    Args:
        most_pixels: the limit; None is the environment's.
    """
    return f"{_describe_installed()}, {most_pixels or most_pixels_allowed():,} pixels"


@functools.cache
def _describe_installed() -> str:
    found = [OWN]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
