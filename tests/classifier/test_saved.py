import math
from pathlib import Path

import clickhouse_connect
import numpy as np
import pytest

from classifier import (
    ClassifierError,
    DimensionMismatch,
    Head,
    OtherEncoder,
    SavedClassifier,
    load,
    save,
    to_sql,
)

HEAD = Head(np.array([1.5, -2.0, 0.25, 1e-7], np.float32), -0.125, 0.4)
SAVED = SavedClassifier(HEAD, "offline", "a café", 12, 30, {"precision": 0.9}, "2026-01-02")


@pytest.mark.parametrize("name", ["house.safetensors", "house.npz"])
def test_a_saved_classifier_comes_back_whole(tmp_path: Path, name: str):
    save(tmp_path / name, SAVED)
    back = load(tmp_path / name, encoder="offline", dim=4)
    assert np.array_equal(back.head.weights, HEAD.weights)
    assert (back.head.bias, back.head.threshold) == (-0.125, 0.4)
    assert (back.encoder, back.prompt, back.yes, back.no) == ("offline", "a café", 12, 30)
    assert dict(back.calibration) == {"precision": 0.9}
    assert back.created == "2026-01-02"


def test_another_encoder_or_dimension_is_refused(tmp_path: Path):
    save(tmp_path / "house.npz", SAVED)
    with pytest.raises(OtherEncoder, match="offline"):
        load(tmp_path / "house.npz", encoder="openai/clip-vit-base-patch32")
    with pytest.raises(DimensionMismatch):
        load(tmp_path / "house.npz", dim=512)


@pytest.mark.parametrize("name", ["broken.npz", "broken.safetensors"])
def test_a_file_that_is_no_classifier_is_named(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"not a classifier at all")
    with pytest.raises(ClassifierError, match="broken"):
        load(tmp_path / name)
    with pytest.raises(ClassifierError, match=r"missing.* cannot be read \(No such file or dir"):
        load(tmp_path / f"missing-{name}")


@pytest.mark.parametrize(
    ("saved", "called"), [("a.npz", "a.safetensors"), ("a.safetensors", "a.npz"), ("a.npz", "a")]
)
def test_a_saved_classifier_may_be_renamed(tmp_path: Path, saved: str, called: str):
    save(tmp_path / saved, SAVED)
    (tmp_path / saved).rename(tmp_path / called)
    assert np.array_equal(load(tmp_path / called).head.weights, HEAD.weights)


@pytest.mark.parametrize("name", ["cut.npz", "cut.safetensors"])
@pytest.mark.parametrize(
    "damage", [lambda raw: raw[: len(raw) // 2], lambda raw: raw[:-60] + raw[:60]]
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str, damage):
    save(tmp_path / name, SAVED)
    (tmp_path / name).write_bytes(damage((tmp_path / name).read_bytes()))
    with pytest.raises(ClassifierError, match="not a saved classifier"):
        load(tmp_path / name)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_numbers_of_numpy_are_written_as_plain_ones(tmp_path: Path, kind: type):
    head = Head(HEAD.weights, kind(-0.125), kind(0.5))
    save(tmp_path / "house.npz", SavedClassifier(head, "offline"))
    assert load(tmp_path / "house.npz").head.bias == -0.125
    assert "np." not in to_sql(head, "photos")


def test_another_ending_is_refused(tmp_path: Path):
    with pytest.raises(ClassifierError, match="safetensors"):
        save(tmp_path / "house.pickle", SAVED)


def test_the_statement_scores_in_a_database_as_the_head_does_in_memory(tmp_path: Path):
    rows = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    client = clickhouse_connect.get_client(dsn=f"chdb://{tmp_path / 'db'}")
    try:
        client.command(
            "CREATE TABLE photos (id String, vector Array(Float32)) ENGINE = MergeTree ORDER BY id"
        )
        client.insert("photos", [[f"p{i:02}", row.tolist()] for i, row in enumerate(rows)])
        result = client.query(to_sql(HEAD, "photos")).result_rows
        answer = {str(row[0]): float(row[1]) for row in result}
    finally:
        client.close()
    chances = HEAD.probabilities(rows)
    expected = {f"p{i:02}": p for i, p in enumerate(chances) if p >= 0.4}
    assert set(answer) == set(expected)
    assert all(math.isclose(answer[id], p, rel_tol=1e-5) for id, p in expected.items())
    assert list(answer.values()) == sorted(answer.values(), reverse=True)


def test_a_table_name_with_sql_in_it_is_refused():
    with pytest.raises(ClassifierError, match="table name"):
        to_sql(HEAD, "photos; DROP TABLE photos")
