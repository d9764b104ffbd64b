import threading
from pathlib import Path

import numpy as np
import pytest

from explorer import Explorer
from explorer.tuning import TuningJob, Tunings
from tests.tuning.conftest import fill


@pytest.fixture
def explorer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENCODER_HEADS", str(tmp_path / "heads"))
    with Explorer(f"chdb://{tmp_path / 'db'}", store=tmp_path / "store") as explorer:
        fill(explorer.database)
        yield explorer


def ended(job: TuningJob) -> TuningJob:
    assert job.thread is not None
    job.thread.join()
    return job


def test_a_training_is_measured_served_and_found_by_name(explorer: Explorer) -> None:
    job = ended(explorer.tunings.start("animals", "look", "label", force=True))
    assert (job.error, job.refused, job.made) == ("", "", "animals__look")
    assert [line.split(":")[0] for line in job.measured] == [
        "On classes never seen",
        "On photos never seen",
    ]
    assert explorer.tunings.names("animals") == ["look"]
    explorer.tunings.delete("animals", "look")
    assert explorer.collection_names() == ["animals"]


def test_what_is_not_surely_better_is_not_served_and_the_job_says_why(explorer: Explorer) -> None:
    collection = explorer.database.collection("animals")
    ids = collection.sample(480, seed=0).ids
    known = {photo["id"]: photo for photo in collection.photos(ids)}
    labels = [known[photo]["label"] for photo in sorted(ids)]
    random = np.random.default_rng(0).permutation(labels)
    from tests.vecdb.conftest import photos

    mixed = explorer.database.create_collection("mixed", "by hand", 16)
    mixed.insert(photos(sorted(ids), collection.vectors(sorted(ids)), label=random.tolist()))
    job = ended(explorer.tunings.start("mixed", "look", "label"))
    assert job.made == ""
    assert "label more classes" in job.refused
    assert explorer.tunings.names("mixed") == []


def test_answers_of_concepts_tell_what_is_alike(explorer: Explorer) -> None:
    job = ended(explorer.tunings.start("animals", "look", "concept"))
    assert "No photo of animals has a class by concept" in job.error


def test_a_training_that_the_end_of_an_app_broke_off_is_told_of_until_it_is_forgotten(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, over = threading.Event(), threading.Event()

    def train(explorer: Explorer, job: TuningJob) -> None:
        begun.set()
        over.wait()

    monkeypatch.setattr("explorer.tuning._train_and_serve", train)
    job = explorer.tunings.start("animals", "look", "label")
    begun.wait()
    assert Tunings(explorer).left() == ""  # this app works on it
    explorer.close()
    over.set()
    ended(job)
    again = Tunings(explorer)
    assert again.left() == "animals__look"
    ended(again.start("animals", "look", "label"))
    assert again.left() == ""
