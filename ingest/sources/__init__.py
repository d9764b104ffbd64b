"""What a source is: a file, a folder or a table, read as a stream of photos."""

from ingest.photo import Photo
from ingest.sources.preview import preview
from ingest.sources.source import Source
from ingest.sources.stream import first, shuffle_photos
from ingest.sources.tables import Table

__all__ = ["Photo", "Source", "Table", "first", "preview", "shuffle_photos"]
