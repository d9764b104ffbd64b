"""JSON and Parquet as nobody would write them, nested and cut off: nothing lost or doubled."""

import json
import random
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest import IngestError
from ingest.sources import Source
from vecdb.photos import stored_extra

WORDS = ("", " ", "NULL", "nan", "\\N", "é", "日本", "🦊", "\x00", "\u2028", "a\nb", "1e999", "-1")
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1.5,
    float("nan"),
    float("inf"),
    [],
    [1.0] * 9,
    ["a"],
    {},
    [[{}]],
)


def write_json(folder: Path, n: int, seed: int = 0) -> tuple[list[Path], set[str]]:
    """Write n rows as a list and as lines, most of them odd, and say which ids must be read."""
    chance = random.Random(seed)
    rows: list[Any] = []
    for at in range(n):
        if chance.random() < 0.4:
            rows.append({"id": f"good{at}", "url": f"http://a/{at}.jpg", "more": _value(chance, 3)})
        else:
            rows.append(_value(chance, 4))
    rows.insert(0, {"id": "first", "url": "http://a/first.jpg"})
    good = {row["id"] for row in rows if isinstance(row, dict) and "more" in row} | {"first"}
    listed, lines = folder / "rows.json", folder / "rows.jsonl"
    listed.write_text(json.dumps(rows, indent=chance.choice((None, 1))))
    lines.write_text("\n".join([*map(json.dumps, rows), "{broken", '"']))
    return [listed, lines], good


def write_parquet(folder: Path, n: int, seed: int = 0) -> tuple[Path, set[str]]:
    """Write n rows with nested columns, arrays, odd times and bytes that are no text."""
    chance = random.Random(seed)
    ids = [f"good{at}" for at in range(n)]
    times = [chance.choice((None, -(2**62), 0, 2**62, 10**12)) for _ in ids]
    columns = {
        "id": pa.array(ids),
        "url": pa.array([f"http://a/{name}.jpg" for name in ids]),
        "when": pa.array(times, pa.timestamp("us")),
        "bytes": pa.array([chance.randbytes(chance.randint(0, 9)) for _ in ids], pa.binary()),
        "exif": pa.array([chance.choice((None, {"iso": 1, "in": {"x": "y"}})) for _ in ids]),
        "boxes": pa.array([chance.choice((None, [], [[1, 2]], [None])) for _ in ids]),
        "words": pa.array([chance.choice((None, "", "\x00", "NaN", "é")) for _ in ids]),
        "taken": pa.array([chance.choice((None, datetime(1, 1, 1))) for _ in ids]),
    }
    path = folder / "rows.parquet"
    pq.write_table(pa.table(columns), path)
    return path, set(ids)


def _value(chance: random.Random, depth: int) -> Any:
    if depth and chance.random() < 0.5:
        names = [chance.choice(("url", "id", "label", "taken", *WORDS)) for _ in range(3)]
        return {name: _value(chance, depth - 1) for name in names}
    return chance.choice(VALUES) if chance.random() < 0.5 else chance.choice(WORDS)


def read_table(path: Path) -> Counter[str]:
    """Read a table to its end or its first break; every value can be stored.

    Returns:
        How often each id is there, and each kind of row that is left out.
    """
    ids: Counter[str] = Counter()
    try:
        for photo in Source(path, leave_out=lambda kind: ids.update([kind])):
            stored_extra(photo.extra)
            ids[photo.id] += 1
    except IngestError:
        return ids  # it says in a sentence that the file is damaged
    return ids


def read_tables(folder: Path, n: int) -> int:
    """Read whole tables and damaged ones; return how many rows there were."""
    files, good = write_json(folder, n)
    parquet, all_ids = write_parquet(folder, n)
    read = 0
    for path, expected in [*((file, good) for file in files), (parquet, all_ids)]:
        ids = read_table(path)
        assert {name: ids[name] for name in expected} == dict.fromkeys(expected, 1), path
        read += ids.total()
        _damage(path, random.Random(0))
    return read


def _damage(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    for at in range(10):
        data = bytearray(content)
        for _ in range(chance.randint(1, 9)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = path.with_name(f"damaged{at}-{path.name}")
        cut.write_bytes(bytes(data[: chance.randrange(len(data))] if at % 2 else data))
        read_table(cut)
