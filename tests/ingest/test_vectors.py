"""Vectors that exist already: stored as they are, with the encoder named, and nothing fetched."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from encoder.offline import OfflineEncoder
from ingest import IngestError, Progress, SourceError, run
from ingest.errors import DamagedSource
from ingest.options import Options
from ingest.vectors import find_vectors
from tests.encoder.tiny_clip import save_tiny_clip
from tests.ingest.pictures import jpeg
from tests.vecdb.servers import Servers, fresh_database
from vecdb import Collection, Database, connect
from vecdb.errors import QueryFailed

DIM = 32


@pytest.fixture
def database(embedded: str):
    with connect(embedded) as opened:
        yield opened


@pytest.fixture
def vectors() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(60, DIM)).astype(np.float32)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def write_parts(folder: Path, vectors: np.ndarray, parts: int = 3) -> list[str]:
    """Write clip-retrieval's layout; return the paths in order."""
    paths = [f"pictures/{at:03d}.jpg" for at in range(len(vectors))]
    for name in ("img_emb", "metadata"):
        (folder / name).mkdir(parents=True)
    for part, rows in enumerate(np.array_split(np.arange(len(vectors)), parts)):
        np.save(folder / "img_emb" / f"img_emb_{part}.npy", vectors[rows].astype(np.float16))
        table = {
            "image_path": [paths[at] for at in rows],
            "caption": [f"number {at}" if at else None for at in rows],
            "width": [640] * len(rows),
            "score": [float(at) if at % 2 else None for at in rows],
            "split": ["val" if at % 3 else "train" for at in rows],
        }
        pq.write_table(pa.table(table), folder / "metadata" / f"metadata_{part}.parquet")
    return paths


def test_the_parts_of_clip_retrieval_are_stored_with_what_their_tables_tell(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    paths = write_parts(tmp_path / "out", vectors)
    told: list[str] = []
    summary = run(tmp_path / "out", table="t", encoder="m", database=database, tell=told.append)
    assert (summary.seen, summary.inserted) == (60, 60)
    assert "32 numbers" in told[0]
    collection = database.collection("t")
    assert np.allclose(collection.vectors(paths), unit(vectors), atol=2e-3)
    first, second = collection.photos(paths[:2])
    assert (first["description"], second["description"]) == ("", "number 1")
    assert first["extra"] == {"split": "train"}
    assert second["extra"] == {"score": 1, "split": "val"}
    assert first["url"] == (tmp_path / "out" / paths[0]).as_uri()
    again = run(tmp_path / "out", table="t", database=database)
    assert (again.inserted, again.skipped) == (0, 60)


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "json", "object", "arrow", "npz", "npy"])
def test_a_table_with_a_column_of_vectors_is_stored_without_a_picture(
    tmp_path: Path, database: Database, vectors: np.ndarray, kind: str
):
    file = tmp_path / f"table.{'json' if kind == 'object' else kind}"
    ids = [f"photo {at}" for at in range(60)]
    rows = pa.table({"id": ids, "label": ["cat", "dog"] * 30, "embedding": list(vectors)})
    if kind == "parquet":
        pq.write_table(rows, file, row_group_size=7)
    elif kind == "jsonl":
        file.write_text("\n".join(json.dumps(row) for row in rows.to_pylist()))
    elif kind in {"json", "object"}:
        told = rows.to_pylist()
        file.write_text(json.dumps(told if kind == "json" else {"meta": {}, "data": told}))
    elif kind == "arrow":
        with pa.ipc.new_file(str(file), rows.schema) as writer:
            writer.write_table(rows)
    elif kind == "npz":
        np.savez(file, ids=ids, vectors=vectors, labels=["cat", "dog"] * 30)
    else:
        np.save(file, vectors)
        ids = [f"row-{at}" for at in range(60)]
    assert run(file, table="t", encoder="m", database=database).inserted == 60
    collection = database.collection("t")
    assert np.allclose(collection.vectors(ids), unit(vectors), atol=1e-5)
    assert collection.photos(ids[:1])[0]["label"] == (None if kind == "npy" else "cat")


@pytest.mark.parametrize("kind", ["json", "jsonl"])
@pytest.mark.parametrize("ids", [["a", "b", "c"], [1, 2, "c"]])
@pytest.mark.parametrize("nothing", [np.nan, "NaN", None])
def test_json_lines_of_vectors_are_read_whatever_their_file_is_called(
    tmp_path: Path, database: Database, vectors: np.ndarray, kind: str, ids: list[Any], nothing: Any
):
    held = vectors[:3].tolist()
    held[0][3] = nothing
    rows = zip(ids, held, strict=True)
    lines = [json.dumps({"id": one, "embedding": vector}) for one, vector in rows]
    (tmp_path / f"t.{kind}").write_text("\ufeff" * (kind == "json") + "\n".join(lines) + "\n\n")
    summary = run(tmp_path / f"t.{kind}", table="t", encoder="m", database=database)
    assert (summary.inserted, summary.failed) == (2, 1)
    assert summary.reasons == {"vector that is not finite": 1}
    stored = database.collection("t").vectors([str(ids[1]), "c"])
    assert np.allclose(stored, unit(vectors[1:3]), atol=1e-5)


@pytest.mark.parametrize("kind", ["parquet", "csv", "tsv", "jsonl"])
@pytest.mark.parametrize("stem", ["emb_", "Feature ", "", "f"])
def test_vectors_of_a_number_a_column_are_read_as_pandas_writes_them(
    tmp_path: Path, database: Database, kind: str, stem: str
) -> None:
    rows = np.random.default_rng(0).normal(size=(3, 64)).astype(np.float32)
    rows[:, 5] = 0  # whole numbers all along
    frame = pd.DataFrame(rows).add_prefix(stem)
    frame.insert(0, "id", ["007", "008", "a, b"])
    frame.insert(1, "rating", [1, 2, 3])
    frame = frame[[*reversed(frame.columns)]]
    path = tmp_path / f"photos.{kind}"
    match kind:
        case "parquet":
            frame.to_parquet(path)
        case "jsonl":
            frame.to_json(path, orient="records", lines=True, double_precision=15)
        case "csv" | "tsv":
            frame.to_csv(path, index=False, sep="\t" if kind == "tsv" else ",")
    assert run(path, table="t", encoder="m", database=database).inserted == 3
    collection, ids = database.collection("t"), ["007", "008", "a, b"]
    assert np.allclose(collection.vectors(ids), unit(rows), atol=1e-5)
    assert [photo["extra"]["rating"] for photo in collection.photos(ids)] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("form", ["json", "numpy", "postgresql"])
def test_vectors_in_texts_are_read_as_pandas_and_databases_write_them(
    tmp_path: Path, database: Database, kind: str, form: str
) -> None:
    rows = np.random.default_rng(0).normal(size=(3, 64)).astype(np.float32)
    match form:
        case "json":
            texts = [str(row.tolist()) for row in rows]
        case "numpy":
            texts = [str(row) for row in rows]
        case "postgresql":
            texts = ["{" + ",".join(map(str, row)) + "}" for row in rows]
    ids = ["007", "a, b", "008", "odd", "none"]
    frame = pd.DataFrame({"id": ids, "rating": [1, 2, 3, 4, 5], "tags": "[1, 2]"})
    frame["embedding"] = [*texts, "[1, 2, dog]", None]
    path = tmp_path / f"photos.{kind}"
    match kind:
        case "parquet":
            frame.to_parquet(path, row_group_size=1)
        case "jsonl":
            frame.to_json(path, orient="records", lines=True)
        case "csv":
            frame.to_csv(path, index=False)
    summary = run(path, table="t", encoder="m", database=database)
    assert (summary.inserted, summary.reasons) == (3, {"no vector": 2})
    collection = database.collection("t")
    assert np.allclose(collection.vectors(ids[:3]), unit(rows), atol=1e-5)
    assert [photo["extra"]["rating"] for photo in collection.photos(ids[:3])] == [1, 2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_a_csv_of_vectors_is_read_in_its_encoding(
    tmp_path: Path, database: Database, encoding: str
) -> None:
    rows = np.random.default_rng(0).normal(size=(2, 64)).astype(np.float32)
    frame = pd.DataFrame({"id": ["a", "b"], "label": ["caf\xe9", "tea"], "emb": rows.tolist()})
    frame.to_csv(tmp_path / "photos.csv", index=False, encoding=encoding)
    assert run(tmp_path / "photos.csv", table="t", encoder="m", database=database).inserted == 2
    labels = [photo["label"] for photo in database.collection("t").photos(["a", "b"])]
    assert labels == ["caf\xe9", "tea"]


def test_a_ragged_table_with_lists_of_numbers_is_left_to_its_own_reader(tmp_path: Path) -> None:
    polygon = list(range(20))
    (tmp_path / "areas.csv").write_text(f'name,area\nx,"{polygon}"\ny,"{polygon}",more,cells\n')
    (tmp_path / "photos.csv").write_text("url\nhttps://x.org/1.jpg\n")
    assert find_vectors(tmp_path) is None


@pytest.mark.parametrize(("stem", "count"), [("pixel", 64), ("emb_", 63), ("views_", 64)])
def test_numbered_columns_of_other_things_are_no_vectors(
    tmp_path: Path, stem: str, count: int
) -> None:
    frame = pd.DataFrame(np.ones((2, count))).add_prefix(stem)
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_csv(tmp_path / "a.csv")
    assert find_vectors(tmp_path / "a.parquet") is find_vectors(tmp_path / "a.csv") is None


@pytest.mark.parametrize("column", [None, "features.clip.v"])
@pytest.mark.parametrize("kind", ["parquet", "arrow", "jsonl", "json", "lance"])
def test_vectors_within_other_columns_are_found(
    tmp_path: Path, database: Database, vectors: np.ndarray, kind: str, column: str | None
):
    file = tmp_path / f"table.{kind}"
    told = [
        {"id": f"p{at}", "features": {"clip": {"v": each.tolist(), "model": "m"}, "iso": at}}
        for at, each in enumerate(vectors)
    ]
    rows = pa.Table.from_pylist([*told, {"id": "none", "features": None}])
    if kind == "parquet":
        pq.write_table(rows, file)
    elif kind == "arrow":
        with pa.ipc.new_file(str(file), rows.schema) as writer:
            writer.write_table(rows)
    elif kind == "lance":
        pytest.importorskip("lance").write_dataset(rows, str(file))
    else:
        lines = [json.dumps(row) for row in rows.to_pylist()]
        file.write_text("\n".join(lines) if kind == "jsonl" else f"[{','.join(lines)}]")
    options = Options(vector_column=column, where=("features.iso!=3",))
    summary = run(file, table="t", encoder="m", database=database, options=options)
    assert (summary.inserted, summary.reasons) == (59, {"no vector": 1})
    collection = database.collection("t")
    assert np.allclose(collection.vectors(["p7"]), unit(vectors[7:8]), atol=1e-5)
    assert collection.photos(["p7"])[0]["extra"] == {"features.clip.model": "m", "features.iso": 7}
    again = run(file, table="t", database=database, options=options)
    assert (again.inserted, again.skipped, again.failed) == (0, 59, 1)


def test_a_database_that_takes_no_more_vectors_is_one_sentence_and_the_next_run_goes_on(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
):
    np.save(tmp_path / "a.npy", np.random.default_rng(0).normal(size=(20_100, 16)))
    stored: list[int] = []
    insert = Collection.insert

    def insert_once(self: Collection, *given: Any, **how: Any) -> int:
        if stored:
            raise QueryFailed("The disk is full.", 243)
        stored.append(insert(self, *given, **how))
        return stored[0]

    with monkeypatch.context() as patch:
        patch.setattr(Collection, "insert", insert_once)
        with pytest.raises(IngestError, match=r"The disk is full\. What was stored is safe"):
            run(tmp_path / "a.npy", table="t", encoder="m", database=database)
    assert run(tmp_path / "a.npy", table="t", database=database).inserted == 20_100 - stored[0]


@pytest.mark.parametrize("sources", [("a", "a"), ("a", "b")])
def test_two_imports_at_once_double_no_photo_and_lose_none(
    tmp_path: Path, database: Database, sources: tuple[str, str]
):
    for seed, name in enumerate(sources):
        vectors = np.random.default_rng(seed if sources == ("a", "b") else 0).normal(
            size=(5000, 16)
        )
        rows = pa.table({"id": [str(at) for at in range(5000)], "emb": list(vectors)})
        pq.write_table(rows, tmp_path / f"{name}.parquet", row_group_size=100)
    database.create_collection("t", "m", 16)

    def bring(name: str) -> Any:
        return run(tmp_path / f"{name}.parquet", table="t", encoder="m", database=database)

    with ThreadPoolExecutor(2) as pool:
        inserted = sum(summary.inserted for summary in pool.map(bring, sources))
    collection = database.collection("t")
    assert inserted == collection.count() == 5000 * len(set(sources))
    assert len(set(collection.sample(20_000, seed=0).ids)) == inserted


def test_the_encoder_must_be_named_and_must_be_the_collections(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    np.save(tmp_path / "a.npy", vectors)
    with pytest.raises(SourceError, match="--encoder"):
        run(tmp_path / "a.npy", table="t", database=database)
    run(tmp_path / "a.npy", table="t", encoder="first/model", database=database)
    with pytest.raises(Exception, match="first/model"):
        run(tmp_path / "a.npy", table="t", encoder="second/model", database=database)


@pytest.mark.parametrize(
    ("fingerprint", "usual", "words"),
    [
        ("f", "first/model", "t was made of pictures: say which"),
        ("f", "second/model", "t holds those of first/model while ENCODER is second/model: say"),
        ("", "second/model", "t holds those of first/model while ENCODER is second/model: say"),
        ("", "first/model", ""),
        (None, "first/model", ""),
        (None, None, "say which encoder made them with --encoder"),
    ],
)
def test_what_encodes_pictures_lets_no_vectors_into_a_collection_of_them(
    tmp_path: Path, database: Database, vectors: np.ndarray,
    fingerprint: str | None, usual: str | None, words: str,
):  # fmt: skip
    np.save(tmp_path / "a.npy", vectors)
    if fingerprint is not None:
        database.create_collection("t", "first/model", 32, fingerprint)
    options = Options(default_encoder=usual)
    if words:
        with pytest.raises(SourceError, match=words):
            run(tmp_path / "a.npy", table="t", database=database, options=options)
    named = "first/model" if words else None
    made = run(tmp_path / "a.npy", table="t", encoder=named, database=database, options=options)
    assert made.inserted == 60


@pytest.mark.parametrize(
    ("config", "length"),
    [
        ({"model_type": "clip", "projection_dim": 24}, 24),
        ({"model_type": "siglip", "vision_config": {"hidden_size": 48}}, 48),
        ({"model_type": "dual-encoder", "projection_dim": 40}, 40),
        ("offline", 512),
        ("unknown/model", None),
        ({"model_type": "siglip_vision_model"}, None),
        ({"model_type": "clip", "projection_dim": "many"}, None),
    ],
)
def test_vectors_of_another_length_than_their_encoders_are_refused_before_any_is_stored(
    tmp_path: Path, database: Database, vectors: np.ndarray, config: Any, length: int | None
):
    name, length, is_known = config, length or 32, length is not None
    if isinstance(config, dict):
        name = str(tmp_path / "model")
        (tmp_path / "model").mkdir()
        (tmp_path / "model" / "config.json").write_text(json.dumps(config))
    for dim in (8, length):
        np.save(tmp_path / f"{dim}.npy", np.tile(vectors, 16)[:, :dim])
    if is_known:
        words = f"have 8 numbers each, and those of the encoder {name} have {length}: name the"
        with pytest.raises(SourceError, match=words):
            run(tmp_path / "8.npy", table="t", encoder=name, database=database)
        assert not database.collections()
    assert run(tmp_path / f"{length}.npy", table="t", encoder=name, database=database).inserted
    with pytest.raises(SourceError, match=f"8 numbers each, .* have {length}: name the encoder"):
        run(tmp_path / "8.npy", table="t", database=database)
    assert database.collection("t").count() == 60


def test_a_column_that_is_named_must_hold_vectors(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    pq.write_table(
        pa.table({"url": ["https://x.org/a.jpg"] * 60, "q": list(vectors)}), tmp_path / "t.parquet"
    )
    options = Options(vector_column="q")
    run(tmp_path / "t.parquet", table="t", encoder="m", database=database, options=options)
    assert database.collection("t").count() == 1
    for name, words in (("nothing", "no column 'nothing'"), ("url", "holds no vectors")):
        with pytest.raises(SourceError, match=words):
            run(
                tmp_path / "t.parquet", table="u", encoder="m", database=database,
                options=Options(vector_column=name),
            )  # fmt: skip


def test_a_model_without_sense_does_not_hinder_vectors(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    config = save_tiny_clip(tmp_path / "clip") / "config.json"
    parts = json.loads(config.read_text())
    config.write_text(json.dumps({**parts, "vision_config": {"num_attention_heads": 0}}))
    pq.write_table(pa.table({"id": ["a"], "emb": list(vectors[:1])}), tmp_path / "t.parquet")
    clip = str(tmp_path / "clip")
    assert run(tmp_path / "t.parquet", table="t", encoder=clip, database=database).inserted == 1


@pytest.mark.parametrize("dim", [32, None])
def test_pictures_of_a_table_with_vectors_are_read_where_that_is_asked(
    tmp_path: Path, database: Database, vectors: np.ndarray, dim: int | None
):
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    source = tmp_path / "t.parquet"
    own = np.tile(vectors, 64)[:1, : dim or OfflineEncoder.dim]
    pq.write_table(pa.table({"path": ["a.jpg"], "emb": list(own)}), source)
    with pytest.raises(SourceError, match="read the pictures instead with --vector-column none"):
        run(source, table="t", database=database)
    options = Options(vector_column="none")
    made = run(source, table="t", encoder="offline", database=database, options=options)
    assert made.inserted == 1
    before = database.collection("t").vectors(["a.jpg"])
    with pytest.raises(SourceError, match="--vector-column none"):
        run(source, table="t", database=database)
    assert run(source, table="t", database=database, options=options).skipped == 1
    assert np.array_equal(database.collection("t").vectors(["a.jpg"]), before)


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        (None, "no vector"),
        ([np.nan] * DIM, "vector that is not finite"),
        ([1.0] * (DIM - 1) + [np.inf], "vector that is not finite"),
        ([0.0] * DIM, "vector of length 0"),
        ([1.0] * 31, "vector of 31 numbers, not 32"),
        ("id", "control characters in the id"),
    ],
)
def test_a_row_that_cannot_be_stored_fails_by_name_and_the_others_go_in(
    tmp_path: Path, database: Database, vectors: np.ndarray, spoiled: Any, reason: str
):
    held, ids = list(vectors[:5]), ["a", "b", "c", "d", "e"]
    if spoiled == "id":
        ids[1] = "b\nb"
    else:
        held[1] = spoiled
    rows = pa.table({"id": ids, "url": [f"https://x.org/{at}.jpg" for at in range(5)], "emb": held})
    # A group of the failed row alone, and one before it.
    pq.write_table(rows, tmp_path / "t.parquet", row_group_size=1)
    options = Options(failures=tmp_path / "failed.jsonl")
    summary = run(
        tmp_path / "t.parquet", table="t", encoder="m", database=database, options=options
    )
    assert (summary.seen, summary.inserted, summary.error) == (5, 4, None)
    assert (summary.reasons, summary.examples) == ({reason: 1}, {reason: [ids[1]]})
    told = json.loads((tmp_path / "failed.jsonl").read_text())
    assert told == {"id": ids[1], "address": "https://x.org/1.jpg", "reason": reason}
    (failure,) = database.failures.list("t")
    assert (failure.photo_id, failure.reason) == (ids[1], reason)
    collection = database.collection("t")
    assert np.allclose(collection.vectors(["a", "e"]), unit(vectors[[0, 4]]), atol=1e-6)


def test_a_source_of_which_no_row_can_be_stored_is_one_sentence(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    for name, spoil in (("nan", np.nan), ("zero", 0.0)):
        np.save(tmp_path / f"{name}.npy", vectors * spoil)
        summary = run(tmp_path / f"{name}.npy", table=name, encoder="m", database=database)
        assert (summary.seen, summary.failed) == (0, 0)
        assert "None of 60 rows can be stored (60 vector" in (summary.error or "")
        assert not database.failures.list(name)


@pytest.mark.parametrize("kind", ["parquet", "arrow", "jsonl", "json", "npz", "npy"])
def test_a_file_of_vectors_that_breaks_off_is_one_sentence_with_its_remedy(
    tmp_path: Path, database: Database, vectors: np.ndarray, kind: str
):
    file = tmp_path / f"t.{kind}"
    rows = pa.table({"id": [str(at) for at in range(60)], "emb": list(vectors)})
    if kind == "parquet":
        pq.write_table(rows, file)
    elif kind == "arrow":
        with pa.ipc.new_file(str(file), rows.schema) as writer:
            writer.write_table(rows)
    elif kind.startswith("json"):
        lines = [json.dumps(row) for row in rows.to_pylist()]
        file.write_text("\n".join(lines) if kind == "jsonl" else f"[{','.join(lines)}]")
    else:
        (np.savez if kind == "npz" else np.save)(file, vectors)
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    column = None if kind.startswith("np") else "emb"
    try:
        options = Options(vector_column=column)
        told = run(file, table="t", encoder="m", database=database, options=options).error
    except DamagedSource as error:
        told = str(error)
    assert str(told).startswith(str(file))
    assert str(told).endswith("make it or fetch it again.")


def test_a_limit_and_conditions_hold_for_rows_that_fail(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    vectors[[1, 30, 40]] = np.nan
    rows = pa.table({"part": ["x"] * 20 + ["y"] * 40, "emb": list(vectors)})
    pq.write_table(rows, tmp_path / "t.parquet")
    for options, inserted, failed in (
        (Options(limit=10), 9, 1),
        (Options(where=("part=y",), limit=15), 14, 1),
    ):
        summary = run(
            tmp_path / "t.parquet", table="t", encoder="m", database=database, options=options
        )
        assert (summary.inserted, summary.failed) == (inserted, failed)
    assert database.collection("t").photos(["row-20", "row-34"])[1]["extra"] == {"part": "y"}


@pytest.mark.parametrize("kind", ["csv", "folder", "npz", "far", "-"])
def test_a_source_without_columns_of_vectors_does_not_take_one(
    tmp_path: Path, database: Database, vectors: np.ndarray, kind: str
):
    source: Any = tmp_path / f"v.{kind}"
    if kind == "csv":
        source.write_text('url,emb\na.jpg,"[0.1, 0.2]"\n')
    elif kind == "folder":
        source.mkdir()
    elif kind == "npz":
        np.savez(source, vectors=vectors)
    else:
        source = "memory://set/v.parquet" if kind == "far" else "-"
    with pytest.raises(SourceError, match="no column of vectors named 'emb'"):
        run(source, table="t", database=database, options=Options(vector_column="emb"))


def test_parts_that_do_not_go_together_are_refused_in_words(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    write_parts(tmp_path / "dims", vectors)
    np.save(tmp_path / "dims" / "img_emb" / "img_emb_1.npy", vectors[:20, :16])
    with pytest.raises(SourceError, match="different encoders"):
        run(tmp_path / "dims", table="t", encoder="m", database=database)
    write_parts(tmp_path / "alone", vectors)
    (tmp_path / "alone" / "metadata" / "metadata_2.parquet").unlink()
    with pytest.raises(SourceError, match="run its part again"):
        run(tmp_path / "alone", table="t", encoder="m", database=database)
    write_parts(tmp_path / "short", vectors)
    cut = tmp_path / "short" / "img_emb" / "img_emb_1.npy"
    cut.write_bytes(cut.read_bytes()[:200])
    with pytest.raises(IngestError, match="no whole file"):
        run(tmp_path / "short", table="t", encoder="m", database=database)
    write_parts(tmp_path / "fewer", vectors)
    np.save(tmp_path / "fewer" / "img_emb" / "img_emb_1.npy", vectors[:19].astype(np.float16))
    summary = run(tmp_path / "fewer", table="t", encoder="m", database=database)
    assert summary.inserted == 20
    assert "19 vectors" in (summary.error or "")


@pytest.mark.parametrize("name", ["features", "img", "arr_0"])
def test_the_only_rows_of_an_npz_are_its_vectors_and_names_in_the_plural_its_columns(
    tmp_path: Path, database: Database, vectors: np.ndarray, name: str
):
    files = np.array([f"{at}.jpg" for at in range(60)])
    arrays: dict[str, Any] = {name: vectors, "filenames": files, "labels": files}
    np.savez(tmp_path / "v.npz", **arrays)
    assert run(tmp_path / "v.npz", table="t", encoder="m", database=database).inserted == 60
    (photo,) = database.collection("t").photos(["7.jpg"])
    assert photo["url"] == (tmp_path / "7.jpg").as_uri()
    assert photo["label"] == "7.jpg"


def test_an_npz_tells_what_can_be_stored_whatever_its_bytes_order(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    file = tmp_path / "a.npz"
    spectrum = np.arange(60) * 1j
    boxes = np.zeros(60, [("left", "f4")])
    ids = np.arange(60).astype(">i8")
    told = {"": ids, "spectrum": spectrum, "boxes": boxes, "views": ids.astype(">f8")}
    np.savez(file, ids=ids, vectors=vectors.astype(">f8"), **told)  # type: ignore[arg-type]
    assert run(file, table="t", encoder="m", database=database).inserted == 60
    collection = database.collection("t")
    assert np.allclose(collection.vectors(["7"]), unit(vectors)[7:8], atol=1e-5)
    assert collection.photos(["7"])[0]["views"] == 7


@pytest.mark.parametrize("kind", ["U10", "complex64", "bool"])
@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_arrays_of_anything_but_numbers_are_refused_in_words(
    tmp_path: Path, database: Database, vectors: np.ndarray, kind: str, ending: str
):
    file, held = tmp_path / f"a.{ending}", vectors.astype(kind)
    if ending == "npy":
        np.save(file, held)
    else:
        np.savez(file, vectors=held)
    with pytest.raises(SourceError, match=r"a\.np. holds an array of .*, not of numbers: make it"):
        run(file, table="t", encoder="m", database=database)


@pytest.mark.parametrize("names", [["id", ""], ["id", "id"]])
def test_columns_of_no_name_or_one_name_stand_beside_vectors(
    tmp_path: Path, database: Database, vectors: np.ndarray, names: list[str]
):
    np.save(tmp_path / "a.npy", vectors)
    ids = [f"photo {at}" for at in range(60)]
    pq.write_table(pa.Table.from_arrays([pa.array(ids)] * 2, names), tmp_path / "a.parquet")
    assert run(tmp_path / "a.npy", table="t", encoder="m", database=database).inserted == 60
    assert database.collection("t").records.known_ids(ids) == set(ids)


def test_an_empty_table_holds_up_no_others_of_its_folder(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    rows = pa.table({"id": [f"photo {at}" for at in range(60)], "embedding": list(vectors)})
    pq.write_table(rows, tmp_path / "part-1.parquet")
    pq.write_table(rows.slice(0, 0), tmp_path / "part-2.parquet")
    options = Options(vector_column="embedding")
    summary = run(tmp_path, table="t", encoder="m", database=database, options=options)
    assert summary.inserted == 60


@pytest.mark.parametrize("column", [None, "embedding"])
@pytest.mark.parametrize("files", [("data/0", "data/1"), ("train/0", "test/0"), ("0", "1")])
def test_the_vectors_of_all_tables_in_a_folder_are_read_as_hugging_face_lays_them(
    tmp_path: Path,
    database: Database,
    vectors: np.ndarray,
    files: tuple[str, ...],
    column: str | None,
):
    for at, name in enumerate(files):
        file = tmp_path / "set" / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        part = list(vectors[30 * at : 30 * at + 30])
        pq.write_table(pa.table({"label": [f"c{at}"] * 30, "embedding": part}), file)
    options = Options(vector_column=column)
    for inserted in (60, 0):
        summary = run(tmp_path / "set", table="t", encoder="m", database=database, options=options)
        assert (summary.inserted, summary.updated, summary.failed) == (inserted, 0, 0)
    [(ids, held)] = database.collection("t").pages_of_vectors(100)
    assert len(set(ids)) == 60
    assert np.allclose(np.sort(held, axis=0), np.sort(unit(vectors), axis=0), atol=1e-6)


@pytest.mark.parametrize("column", [None, "embedding"])
def test_folders_called_by_a_column_say_what_it_holds_of_the_vectors_in_them(
    tmp_path: Path, database: Database, vectors: np.ndarray, column: str | None
):
    for at, label in enumerate(("a%20cat", "dog")):
        (tmp_path / f"label={label}").mkdir()
        rows = pa.table({"id": [f"{at}-{n}" for n in range(30)], "embedding": list(vectors[:30])})
        pq.write_table(rows, tmp_path / f"label={label}" / "part-0.parquet")
    options = Options(vector_column=column, where=("label=a cat",))
    summary = run(tmp_path, table="t", encoder="m", database=database, options=options)
    assert summary.inserted == 30
    assert database.collection("t").photos(["0-7"])[0]["label"] == "a cat"


@pytest.mark.parametrize(
    ("column", "name"),
    [
        *[(None, "counts.csv"), ("embedding", "counts.csv"), (None, "counts.parquet")],
        *[(None, "empty.csv"), (None, "url.csv")],
    ],
)
def test_tables_of_other_things_are_left_out_of_a_folder_of_vectors_and_named(
    tmp_path: Path, vectors: np.ndarray, column: str | None, name: str
):
    (tmp_path / "data").mkdir()
    pq.write_table(pa.table({"embedding": list(vectors)}), tmp_path / "data" / "0.parquet")
    if name.endswith("csv"):
        texts = {"empty.csv": "", "url.csv": "url\n"}
        (tmp_path / "data" / name).write_text(texts.get(name, "class,count\ncat,3\n"))
    else:
        pq.write_table(pa.table({"class": ["cat"], "count": [3]}), tmp_path / "data" / name)
    found = find_vectors(tmp_path, column)
    assert found is not None
    assert f", without {name};" in found.describe()
    assert [len(rows) for rows in found.batches()] == [60]
    (tmp_path / "data" / "photos.csv").write_text("url\nhttp://a/0.jpg\n")
    assert (find_vectors(tmp_path, column) is None) == (column is None)


def test_the_pictures_of_all_tables_in_a_folder_go_before_their_vectors(
    tmp_path: Path, vectors: np.ndarray
):
    (tmp_path / "data").mkdir()
    rows = {"url": [f"http://a/{at}.jpg" for at in range(60)], "embedding": list(vectors)}
    pq.write_table(pa.table(rows), tmp_path / "data" / "0.parquet")
    assert find_vectors(tmp_path) is None
    asked = find_vectors(tmp_path, "embedding")
    assert asked is not None
    assert asked.dim == DIM


def test_a_part_alone_is_refused_for_what_its_table_tells(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    write_parts(tmp_path / "out", vectors)
    with pytest.raises(SourceError, match=r"img_emb_1.npy is a part of .*out, whose tables tell"):
        run(tmp_path / "out/img_emb/img_emb_1.npy", table="t", encoder="m", database=database)


def test_what_an_npz_tells_must_be_of_all_its_vectors(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    np.savez(tmp_path / "v.npz", vectors=vectors, ids=np.arange(59))
    with pytest.raises(DamagedSource, match="60 vectors and 59 of id"):
        run(tmp_path / "v.npz", table="t", encoder="m", database=database)
    np.savez(tmp_path / "v.npz", left=vectors, right=vectors)
    with pytest.raises(SourceError, match=r"2 arrays of rows, .* embeddings\.$"):
        run(tmp_path / "v.npz", table="t", encoder="m", database=database)
    np.savez(tmp_path / "v.npz", x_train=np.zeros((5, 28, 28)), y_train=np.arange(5))
    np.save(tmp_path / "v.npy", np.zeros((5, 28, 28)))
    for name in ("v.npz", "v.npy"):
        with pytest.raises(SourceError, match="write pictures as PNG files, and give their folder"):
            run(tmp_path / name, table="t", encoder="m", database=database)


def test_a_table_beside_an_array_of_its_name_tells_of_it(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    np.save(tmp_path / "v.npy", vectors)
    pq.write_table(pa.table({"id": [f"p{at}" for at in range(60)]}), tmp_path / "v.parquet")
    run(tmp_path / "v.npy", table="t", encoder="m", database=database)
    assert database.collection("t").photos(["p7"])


@pytest.mark.parametrize("kind", ["parts", "parquet", "npy"])
def test_a_vector_that_changed_is_updated_and_derived_collections_follow(
    tmp_path: Path,
    database: Database,
    vectors: np.ndarray,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("ingest.heads.load_head", lambda name: Turned())
    source = tmp_path / ("parts" if kind == "parts" else f"table.{kind}")

    def store(vectors: np.ndarray, label: str = "dog") -> tuple[int, int, int]:
        if kind == "parts":
            shutil.rmtree(source, ignore_errors=True)
            write_parts(source, vectors, parts=2)
        elif kind == "parquet":
            rows = {"id": list(range(60)), "label": ["cat", label] * 30, "vector": list(vectors)}
            pq.write_table(pa.table(rows), source)
        else:
            np.save(source, vectors)
        summary = run(source, table="t", encoder="m", database=database)
        assert summary.error is None
        return summary.inserted, summary.updated, summary.skipped

    assert store(vectors) == (60, 0, 0)
    collection, derived = database.collection("t"), database.derive("t", "turned")
    assert store(vectors) == (0, 0, 60)
    changed = vectors.copy()
    changed[7] = -vectors[7]
    assert store(changed) == (0, 1, 59)
    ids = sorted(collection.sample(60, seed=0).ids)
    assert len(ids) == 60
    for each, sign in ((collection, 1), (derived, -1)):
        stored = each.vectors(ids)
        moved = np.abs(stored - sign * collection.vectors(ids)).max()
        assert moved == 0
        assert np.isclose(stored @ unit(changed)[7] * sign, 1, atol=1e-3).sum() == 1
    if kind == "parquet":
        assert store(changed, label="lynx") == (0, 30, 30)
        assert collection.photos(["1"])[0]["label"] == "lynx"
    assert store(changed, label="lynx") == (0, 0, 60)


class Turned:
    def apply(self, vectors: np.ndarray) -> np.ndarray:
        return -vectors


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_renamed_table_of_vectors_still_brings_what_changed(
    tmp_path: Path, database: Database, vectors: np.ndarray, is_gone: bool
):
    rows = {"id": list(range(60)), "url": [f"https://x.org/{at}.jpg" for at in range(60)]}
    for name, moved, updated in (("monday", 1, 0), ("tuesday", -1, 60 * is_gone)):
        file = tmp_path / f"{name}.parquet"
        pq.write_table(pa.table({**rows, "vector": list(vectors * moved)}), file)
        summary = run(file, table="t", encoder="m", database=database)
        assert summary.updated == updated
        if is_gone:
            file.unlink()


def test_vectors_of_texts_are_not_taken_for_the_pictures(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    rows = {"id": ["a"], "text_embedding": [vectors[0]], "embedding_b": [vectors[1]]}
    pq.write_table(pa.table(rows), tmp_path / "t.parquet")
    run(tmp_path / "t.parquet", table="t", encoder="m", database=database)
    assert np.allclose(database.collection("t").vectors(["a"]), unit(vectors[1:2]), atol=1e-6)


def test_vectors_of_two_files_that_number_their_rows_are_all_stored(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    np.save(tmp_path / "one.npy", vectors[:30])
    np.save(tmp_path / "two.npy", vectors[30:])
    for name, inserted, renamed in (("one", 30, 0), ("two", 30, 30), ("one", 0, 0), ("two", 0, 0)):
        summary = run(tmp_path / f"{name}.npy", table="t", encoder="m", database=database)
        assert (summary.inserted, summary.renamed) == (inserted, renamed)
    collection = database.collection("t")
    ids = ["row-3", "two/row-3"]
    assert np.allclose(collection.vectors(ids), unit(vectors[[3, 33]]), atol=1e-6)
    (tmp_path / "one.npy").rename(tmp_path / "renamed.npy")
    again = run(tmp_path / "renamed.npy", table="t", encoder="m", database=database)
    assert (again.inserted, collection.count()) == (0, 60)


@pytest.mark.parametrize("kind", ["layout", "tables"])
def test_a_part_added_before_others_changes_no_photo_of_these(
    tmp_path: Path, database: Database, vectors: np.ndarray, kind: str
):
    folder = tmp_path / "out" / ("img_emb" if kind == "layout" else "")
    folder.mkdir(parents=True)
    options = Options(vector_column=None if kind == "layout" else "vec")
    stored: dict[str, list[float]] = {}
    for at, name in enumerate(("1", "2", "0", "10")):  # a part alone was numbered as before
        part = vectors[15 * at : 15 * at + 15]
        if kind == "layout":
            np.save(folder / f"img_emb_{name}.npy", part)
        else:
            rows = pa.table({"city": ["x"] * 15, "vec": list(part)})
            pq.write_table(rows, folder / f"{name}.parquet")
        summary = run(tmp_path / "out", table="t", encoder="m", database=database, options=options)
        assert (summary.inserted, summary.updated, summary.skipped) == (15, 0, 15 * at)
        [(ids, held)] = database.collection("t").pages_of_vectors(100)
        now = dict(zip(ids, held.tolist(), strict=True))
        assert stored.items() <= now.items()
        stored = now


def test_a_second_row_of_one_photo_does_not_count_and_is_told(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    rows = {"id": ["a", "b", "a"], "vector": list(vectors[:3])}
    pq.write_table(pa.table(rows), tmp_path / "t.parquet")
    for inserted in (2, 0):
        summary = run(tmp_path / "t.parquet", table="t", encoder="m", database=database)
        assert (summary.inserted, summary.updated, summary.doubles) == (inserted, 0, ["a"])
    stored = database.collection("t").vectors(["a"])
    assert np.allclose(stored, unit(vectors[:1]), atol=1e-6)


def test_an_ordinary_column_of_lists_is_no_vector(tmp_path: Path, database: Database):
    rows = {"path": ["a.jpg"] * 3, "bbox": [[1.0, 2.0, 3.0, 4.0]] * 3, "colors": [[0.5] * 48] * 3}
    pq.write_table(pa.table(rows), tmp_path / "t.parquet")
    summary = run(tmp_path / "t.parquet", table="t", encoder="offline", database=database)
    assert summary.inserted == 0
    assert summary.failed + summary.skipped == summary.seen


def test_the_index_of_a_large_collection_is_begun_once_all_vectors_are_stored(
    tmp_path: Path, database: Database, vectors: np.ndarray
):
    write_parts(tmp_path / "out", vectors)
    collection = database.create_collection("t", "m", DIM)
    collection.index.above = 10
    begun: list[bool] = []

    def note(progress: Progress) -> None:
        begun.append(bool(collection.index.status().kind))

    run(tmp_path / "out", table="t", encoder="m", database=database, progress=note)
    assert begun == [False] * 3
    assert collection.index.status().kind


@contextmanager
def stopping(servers: Servers) -> Iterator[None]:
    try:
        yield
    finally:
        servers.stop()


def test_what_another_process_stored_meanwhile_on_a_server_is_one_photo_each_at_the_end(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, vectors: np.ndarray
):
    np.save(tmp_path / "v.npy", vectors)
    servers = Servers(tmp_path_factory)
    with (
        stopping(servers),
        fresh_database(servers.dsn("clickhouse")) as dsn,
        connect(dsn) as ours,
        connect(dsn) as other,
    ):
        theirs = other.create_collection("t", "m", 32)
        found = find_vectors(tmp_path / "v.npy")
        assert found is not None
        rows = next(found.batches())

        def store(progress: Progress) -> None:
            theirs.insert(rows, normalize=True, known=set())
            assert theirs.count() == 120

        run(tmp_path / "v.npy", table="t", encoder="m", database=ours, progress=store)
        assert theirs.count() == 60
