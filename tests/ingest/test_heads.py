from pathlib import Path

import numpy as np
import pytest

from encoder.similarity import SimilarityHead, head_path
from ingest import SourceError, run
from tests.ingest.pictures import jpeg
from tuning.serve import serve
from vecdb import Store, connect


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENCODER_HEADS", str(tmp_path / "heads"))
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(jpeg(seed=1))
    return tmp_path


def test_photos_ingested_later_reach_the_tuned_collection(folder: Path) -> None:
    store = Store(folder / "store")
    said: list[str] = []
    with connect(f"chdb://{folder / 'db'}") as database:
        run(folder / "photos", table="t", encoder="offline", database=database, store=store)
        dim = database.collection("t").dim
        turn = np.roll(np.eye(dim, dtype=np.float32), 1, axis=0)
        head = SimilarityHead(turn, np.zeros(dim, np.float32), "offline")
        tuned = serve(database, "t", "look", head)
        (folder / "photos" / "two.jpg").write_bytes(jpeg(seed=2))
        run(folder / "photos", table="t", database=database, store=store, warn=said.append)
        both = database.collection("t").sample(9, seed=0).ids
        assert len(both) == 2
        expected = head.apply(database.collection("t").vectors(both))
        assert np.allclose(tuned.vectors(both), expected, atol=1e-6)
        assert [store.thumbnail("t__look", photo) for photo in both] == [
            store.thumbnail("t", photo) for photo in both
        ]
        head_path("offline+look").unlink()
        (folder / "photos" / "three.jpg").write_bytes(jpeg(seed=3))
        run(folder / "photos", table="t", database=database, store=store, warn=said.append)
        assert database.collection("t").count() == 3
    assert len(said) == 1
    assert "the next ingest or `python -m tuning sync` tries again: " in said[0]
    assert "ENCODER_HEADS" in said[0]


def test_photos_are_not_ingested_into_a_collection_that_follows_another(folder: Path) -> None:
    store = Store(folder / "store")
    with connect(f"chdb://{folder / 'db'}") as database:
        run(folder / "photos", table="t", encoder="offline", database=database, store=store)
        dim = database.collection("t").dim
        serve(
            database,
            "t",
            "look",
            SimilarityHead(np.zeros((dim, dim), np.float32), np.zeros(dim, np.float32), "offline"),
        )
        vectors = folder / "vectors.npy"
        np.save(vectors, np.eye(dim, dtype=np.float32)[:1])
        for source in (folder / "photos", vectors):
            with pytest.raises(SourceError, match="ingest into t, and they come to t__look"):
                run(source, table="t__look", database=database, store=store)
        assert database.collection("t__look").count() == 1
