"""A concept's photos, labels and classifier as files that other tools read."""

from explorer.exports.choice import BOTH, PHOTOS, Choice
from explorer.exports.concept_file import as_classifier
from explorer.exports.formats import (
    FORMATS,
    Exported,
    describe_export,
    export_concept,
    export_to_download,
    name_file,
)
from explorer.exports.selection import select_photos

__all__ = [
    "BOTH",
    "FORMATS",
    "PHOTOS",
    "Choice",
    "Exported",
    "as_classifier",
    "describe_export",
    "export_concept",
    "export_to_download",
    "name_file",
    "select_photos",
]
