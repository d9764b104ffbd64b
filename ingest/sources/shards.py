"""Which files a source is made of: itself, the shards of one table, or the files of a folder."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingest.errors import DamagedSource, NamesNoPictures, SourceError
from ingest.sources.arrow_rows import is_lance
from ingest.sources.folders import picture_names
from ingest.sources.kinds import TAR_ENDING, is_tar
from ingest.sources.left_out import Exclusion, keep_silent
from ingest.sources.place import is_far, is_in_store
from ingest.sources.tables import Table
from ingest.sources.text import is_table, magic
from ingest.sources.walk import Walk

# What Hugging Face's library writes beside a data set.
SETTINGS = {"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"}
MEDIA = "multimedia.txt"  # the table of pictures in GBIF's archives
SHARD = re.compile(r"(.+\.[ct]sv)(\d{3})(\.gz|\.zip)?", re.IGNORECASE)


def list_files(path: Path, table: Table) -> list[Path]:
    """Return the files of a source; none where it is a folder of pictures, or of tars alone.

    Args:
        table: how tables are read.
    """
    if is_far(str(path)):
        return _list_far(path)
    if path.is_dir():
        tables, tars = _tables_and_tars(sorted(path.iterdir()))
        shards = [p for p in tables if SHARD.fullmatch(p.name)]
        if next(picture_names(path), None):
            return []
        if not tables:
            return _find_tables(path, table)
        return _photos_only(shards) or sorted(tables + tars)
    shard = SHARD.fullmatch(path.name)
    if shard and shard[2] == "000":
        same = re.compile(re.escape(shard[1]) + r"\d{3}" + re.escape(shard[3] or ""))
        return sorted(p for p in path.parent.iterdir() if same.fullmatch(p.name))
    return [path]


def _list_far(path: Path) -> list[Path]:
    """Return the files of a source far away.

    Raises:
        SourceError: it is a folder without tables and tars, and pictures are not read from there.
    """
    # What answers over HTTP is a file: its folders are pages of links.
    if str(path).startswith("http") or not path.is_dir():
        return [path]
    tables, tars = _tables_and_tars(sorted(path.iterdir(), key=str))
    if not tables + tars and not is_in_store(str(path)):
        raise SourceError(
            f"{path} holds no tables and no tars, which alone are looked for there: give a list of "
            "the addresses of its pictures, or copy it to this machine."
        )
    return sorted(tables + tars, key=str)


def _tables_and_tars(inside: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    tars = [path for path in inside if is_tar(path.name)]
    # A table beside a tar of its name tells of the same pictures, which are in the tar.
    told = {TAR_ENDING.sub("", path.name) for path in tars}
    return [path for path in inside if _is_listed(path) and path.stem not in told], tars


def _find_tables(root: Path, table: Table) -> list[Path]:
    """Return the tables deep in a folder, as Hugging Face's data sets have them, else its JSON.

    None are returned where there are tars: they hold the pictures.
    """
    tables: list[Path] = []
    others: list[Path] = []
    for folder in Walk(root, Exclusion(), keep_silent):
        if any(is_tar(file.name) for file in folder.files):
            return []
        if is_lance(folder.path):
            tables.append(folder.path)
        tables += [file.path for file in folder.files if _is_listed(file.path)]
        found = (file.path for file in folder.files if file.path.suffix.lower() == ".json")
        others += [path for path in found if path.name not in SETTINGS]
    if len(others) > 1:
        others = [path for path in others if not tables and _names_pictures(path, table)]
    return sorted(tables or others)


def _names_pictures(path: Path, table: Table) -> bool:
    """Tell whether a JSON file is a table of pictures, or a damaged one, of which is to be told.

    One object alone is what stood beside a picture, or holds settings.
    """
    is_list = magic(path).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    try:
        with replace(table, where=()).open(path) as (rows, _):
            return len(rows.sample) > (0 if is_list else 1)
    except SourceError:
        return False
    except DamagedSource:
        return True


def find_pages(files: Sequence[Path], table: Table) -> list[Path]:
    """Return the tables whose addresses are no pictures', where other tables beside them name some.

    GBIF's and iNaturalist's archives have the pages of observations beside the list of pictures.
    Tables of the same columns are parts of one, whatever their addresses look like.
    """
    texts = [path for path in files if _is_text(path) and not is_far(str(path))]
    if len(texts) < 2 or table.url_column:
        return []
    told = {path: _look_for_pictures(path, table) for path in texts}
    pictured = [names for names, may_name_pictures in told.values() if may_name_pictures]
    pages = [path for path, (names, _) in told.items() if names not in pictured]
    return pages if pictured else []


def _look_for_pictures(path: Path, table: Table) -> tuple[list[str], bool]:
    """Return a table's columns, and whether its addresses may be pictures'."""
    try:
        with replace(table, where=()).open(path) as (rows, columns):
            is_bare = not rows.named or not rows.sample
            return sorted(rows.names), columns.may_name_pictures or is_bare
    except NamesNoPictures:
        return [], False
    except (SourceError, DamagedSource):
        return [str(path)], True  # of which is to be told


def _is_text(path: Path) -> bool:
    return is_table(path.name) or path.name.lower() == MEDIA


def _is_listed(path: Path) -> bool:
    if path.suffix.lower() in {".arrow", ".feather"}:
        return not path.name.startswith("cache-")  # indices that Hugging Face's library keeps
    return path.suffix.lower() == ".parquet" or _is_text(path)


def _photos_only(shards: list[Path]) -> list[Path]:
    # Unsplash's folder also holds keywords, colors, collections and conversions.
    return [path for path in shards if path.name.lower().startswith("photos.")] or shards
