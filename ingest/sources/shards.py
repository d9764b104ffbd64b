"""Which files a source is made of: itself, the shards of one table, or the files of a folder."""

import re
from pathlib import Path

from ingest.sources.folders import picture_paths
from ingest.sources.text import is_table

SHARD = re.compile(r"(.+\.[ct]sv)(\d{3})(\.gz|\.zip)?", re.IGNORECASE)


def list_files(path: Path) -> list[Path]:
    """Return the files of a source; none where it is a folder of pictures."""
    if path.is_dir():
        found = sorted(
            p
            for p in path.iterdir()
            if p.suffix.lower() in {".parquet", ".tar"} or is_table(p.name)
        )
        shards = [p for p in found if SHARD.fullmatch(p.name)]
        return [] if next(picture_paths(path), None) else _photos_only(shards) or found
    shard = SHARD.fullmatch(path.name)
    if shard and shard[2] == "000":
        same = re.compile(re.escape(shard[1]) + r"\d{3}" + re.escape(shard[3] or ""))
        return sorted(p for p in path.parent.iterdir() if same.fullmatch(p.name))
    return [path]


def _photos_only(shards: list[Path]) -> list[Path]:
    # Unsplash's folder also holds keywords, colors, collections and conversions.
    return [path for path in shards if path.name.lower().startswith("photos.")] or shards
