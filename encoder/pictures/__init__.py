"""Pictures of every kind that is read, told by their bytes: the one place that opens any."""

from encoder.pictures.colour import to_rgb
from encoder.pictures.errors import UnreadablePicture
from encoder.pictures.kinds import ENDINGS, HEAD, RAW_ENDINGS, picture_kind
from encoder.pictures.limit import most_pixels_allowed
from encoder.pictures.reading import Picture, read_picture, read_picture_blocks
from encoder.pictures.versions import reader_versions

__all__ = [
    "ENDINGS",
    "HEAD",
    "RAW_ENDINGS",
    "Picture",
    "UnreadablePicture",
    "most_pixels_allowed",
    "picture_kind",
    "read_picture",
    "read_picture_blocks",
    "reader_versions",
    "to_rgb",
]
