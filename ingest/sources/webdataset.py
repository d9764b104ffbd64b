"""Photos from webdataset tars."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ingest.errors import DamagedSource
from ingest.photo import LONGEST_TEXT, Photo, short_id
from ingest.sources.columns import Columns
from ingest.sources.folders import PICTURES, is_picture

LARGEST_TEXT = 1 << 20


def tar(path: Path) -> Iterator[Photo]:
    """Read a webdataset: files of one key are one photo, .txt its caption, .json its columns.

    Raises:
        DamagedSource: the tar breaks off.
    """
    key: str | None = None
    parts: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                if not member.isfile():
                    continue
                name = PurePosixPath(member.name)
                stem, _, ending = name.name.partition(".")
                if str(name.parent / stem) != key:
                    yield from _sample(key, parts)
                    key, parts = str(name.parent / stem), {}
                file = archive.extractfile(member)
                if file and (is_picture(name.name) or member.size <= LARGEST_TEXT):
                    parts["." + ending.lower()] = file.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        yield from _sample(key, parts)
        raise DamagedSource(
            f"{path} breaks off or is damaged ({error}): what came before is ingested; fetch the "
            "file again for the rest."
        ) from error
    yield from _sample(key, parts)


def _sample(key: str | None, parts: dict[str, bytes]) -> Iterator[Photo]:
    payload = next((parts[ending] for ending in parts if ending in PICTURES), None)
    if key is None or payload is None:
        return
    row = _columns_of(parts.get(".json", b""))
    caption = parts.get(".txt", b"").decode("utf-8", "replace").strip()
    if caption:
        row["caption"] = caption
    # Whatever address the json holds, the picture itself is here.
    described = Columns([*row, "url"]).photo({**row, "url": row.get("url", "")})
    label = parts.get(".cls", b"").decode("utf-8", "replace").strip()[:LONGEST_TEXT]
    metadata = {**described.metadata, **({"label": label} if label else {})}
    yield Photo(short_id(key), described.address, metadata, described.extra, payload)


def _columns_of(text: bytes) -> dict[str, str]:
    try:
        found = json.loads(text or b"{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): str(value) for name, value in found.items() if value is not None}
