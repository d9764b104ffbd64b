"""`python -m ingest`: source, fetch, decode, encode, store."""

import commandline.limits  # noqa: F401  # before numpy and its kind
from ingest.errors import DamagedSource, IngestError, SourceError
from ingest.options import Options
from ingest.photo import Photo
from ingest.progress import Progress, Summary
from ingest.run import run

__all__ = [
    "DamagedSource",
    "IngestError",
    "Options",
    "Photo",
    "Progress",
    "SourceError",
    "Summary",
    "run",
]
