"""An export with its pictures packed into few files: Hugging Face's Parquet, webdataset's tars."""

import io
import json
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from commandline.words import count_things
from explorer.exports.choice import Selected
from explorer.exports.pictures import READ_ANYWHERE, Pictures, name_picture
from explorer.exports.rows import Rows
from explorer.exports.splits import SPLITS
from explorer.exports.tables import write_json
from explorer.exports.targets import Target
from vecdb import Store

SHARD_BYTES = 500_000_000
SHARD_SAMPLES = 10_000
ROWS_IN_GROUP = 100
IMAGE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def write_huggingface(selected: Selected, target: Target, store: Store) -> Iterator[str]:
    """Write a data set as the Hub has it: Parquet with the pictures inside, and a card."""
    pictures = Pictures(selected, store, READ_ANYWHERE)
    rows = Rows(selected)
    schema = _features_schema(rows.schema, selected.class_names)
    found = []
    for split, name in enumerate(SPLITS):
        with tempfile.TemporaryDirectory(dir=store.path.parent) as folder:
            shards = _Shards(Path(folder), schema)
            for rank, (row, picture) in enumerate(pictures.rows(rows, split), 1):
                file_name = name_picture(rank, row["id"], picture.suffix)
                row["image"] = {"bytes": picture.read(), "path": file_name}
                row["class"] = selected.class_names.index(row["class"])
                shards.add(row)
            files = shards.close()
            for at, file in enumerate(files):
                target.put(f"data/{name}-{at:05d}-of-{len(files):05d}.parquet", file)
            found += [name] if files else []
    target.put("README.md", _card(selected, found).encode())
    yield from pictures.notes()


def write_webdataset(selected: Selected, target: Target, store: Store) -> Iterator[str]:
    """Write tars of samples: .jpg, .json of all columns, .cls (1 yes, 0 no) and .txt (caption)."""
    # One kind for every picture: readers want the same fields in every sample.
    pictures = Pictures(selected, store, {"JPEG": ".jpg"})
    rows = Rows(selected)
    for split, name in enumerate(SPLITS):
        with tempfile.TemporaryDirectory(dir=store.path.parent) as folder:
            path, shard, count, tar = Path(folder) / "shard.tar", 0, 0, None
            for rank, (row, picture) in enumerate(pictures.rows(rows, split)):
                if tar is None:
                    tar = tarfile.open(path, "w")  # noqa: SIM115, one of many
                _add_sample(tar, f"{rank:08d}", row, picture.read(), selected)
                count += 1
                if count >= SHARD_SAMPLES or tar.offset > SHARD_BYTES:
                    tar.close()
                    target.put(f"{name}-{shard:06d}.tar", path)
                    shard, count, tar = shard + 1, 0, None
            if tar is not None:
                tar.close()
                target.put(f"{name}-{shard:06d}.tar", path)
    yield from pictures.notes()


def _add_sample(
    tar: tarfile.TarFile, key: str, row: dict[str, Any], data: bytes, selected: Selected
) -> None:
    parts = {
        "jpg": data,
        "json": write_json(row).encode(),
        "cls": str(selected.class_names.index(row["class"])).encode(),
        "txt": row["description"].encode(),
    }
    for ending, content in parts.items():
        member = tarfile.TarInfo(f"{key}.{ending}")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))


@dataclass
class _Shards:
    """Parquet files of one split, a new one where the last is large enough."""

    folder: Path
    schema: pa.Schema
    files: list[Path] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    writer: pq.ParquetWriter | None = None
    size: int = 0

    def add(self, row: dict[str, Any]) -> None:
        """Write a row, together with others."""
        self.held.append(row)
        self.size += len(row["image"]["bytes"])
        if len(self.held) == ROWS_IN_GROUP:
            self._flush()
        if self.size > SHARD_BYTES:
            self.close()

    def close(self) -> list[Path]:
        """End the file that is open; return all."""
        self._flush()
        if self.writer is not None:
            self.writer.close()
            self.writer, self.size = None, 0
        return self.files

    def _flush(self) -> None:
        if not self.held:
            return
        if self.writer is None:
            self.files.append(self.folder / f"{len(self.files)}.parquet")
            self.writer = pq.ParquetWriter(self.files[-1], self.schema)
        self.writer.write_table(pa.Table.from_pylist(self.held, self.schema))
        self.held = []


def _features_schema(schema: pa.Schema, classes: tuple[str, ...]) -> pa.Schema:
    """Return the schema with a column of pictures, and what `datasets` must know of it."""
    fields = [pa.field("image", IMAGE)]
    fields += [pa.field("class", pa.int64()) if f.name == "class" else f for f in schema]
    features: dict[str, Any] = {f.name: {"dtype": _dtype(f.type), "_type": "Value"} for f in fields}
    features["image"] = {"_type": "Image"}
    features["class"] = {"names": list(classes), "_type": "ClassLabel"}
    told = json.dumps({"info": {"features": features}})
    return pa.schema(fields, metadata={"huggingface": told})


def _dtype(kind: pa.DataType) -> str:
    """Return what `datasets` calls a type of Arrow."""
    return {"double": "float64", "float": "float32"}.get(str(kind), str(kind))


def _card(selected: Selected, splits: list[str]) -> str:
    paths = "".join(f"  - split: {name}\n    path: data/{name}-*\n" for name in splits)
    concept = selected.concept
    return (
        f"---\nconfigs:\n- config_name: default\n  data_files:\n{paths}---\n"
        f"# {concept.name}\n\n{count_things(len(selected), 'photo')} of the collection "
        f"{concept.collection}: "
        f"`class` is {selected.class_names[1]} or {selected.class_names[0]}, by the `answer` "
        "where one was given, else by whether the `score` reaches the threshold "
        f"({concept.threshold:.2f}).\n"
    )
