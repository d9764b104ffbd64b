import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from explorer import Explorer
from explorer.errors import AlreadyStarted
from explorer.jobs import Job
from explorer.orders import KeptOrders, Order
from explorer.pace import Pace
from ingest import Options, Progress
from tests.browser.latency import picture
from tests.encoder.tiny_clip import save_tiny_clip
from tests.ingest.server import Host


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_tiny_clip(tmp_path_factory.mktemp("model") / "clip"))


@pytest.fixture
def explorer(embedded: str, tmp_path: Path) -> Iterator[Explorer]:
    with Explorer(embedded, store=tmp_path / "store") as explorer:
        yield explorer


def wait(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def ended(*jobs: Job) -> bool:
    return all(job.ended for job in jobs)


def slow_list(path: Path, host: Host, count: int = 100) -> str:
    path.write_text("\n".join(f"{host.url}/slow/{at}.jpg" for at in range(count)))
    return str(path)


def test_a_second_order_waits_and_starts_when_the_first_has_ended(explorer, model, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(picture(np.random.default_rng(0)))
    with Host() as host:
        first = explorer.jobs.add(Order(slow_list(tmp_path / "a.txt", host), "first", model))
        second = explorer.jobs.add(Order(str(folder), "second", model, who="somebody"))
        assert first.running
        assert explorer.jobs.waiting() == [second]
        assert len(list((tmp_path / "ingests").iterdir())) == 2
        assert explorer.jobs.left() == []
        assert explorer.jobs.busy("first")
        assert explorer.jobs.busy("second")
        wait(lambda: ended(first, second))
    assert explorer.jobs.ended() == [second, first]
    assert explorer.jobs.running is None
    assert first.summary.inserted == 100
    assert second.summary.inserted == 1
    assert not explorer.jobs.busy("second")
    assert list((tmp_path / "ingests").iterdir()) == []


def test_one_that_waits_is_removed_one_that_runs_is_stopped(explorer, model, tmp_path):
    with Host() as host:
        source = slow_list(tmp_path / "a.txt", host)
        runs = explorer.jobs.add(Order(source, "things", model))
        waits = explorer.jobs.add(Order(source, "others", model))
        assert explorer.jobs.add(Order(source, "others", model)) is waits
        explorer.jobs.remove(waits)
        assert not explorer.jobs.waiting()
        with pytest.raises(AlreadyStarted, match="stop it instead"):
            explorer.jobs.remove(runs)
        runs.stop.set()
        wait(lambda: ended(runs))
    assert runs.summary.interrupted
    assert list((tmp_path / "ingests").iterdir()) == []
    assert not waits.started
    assert "others" not in explorer.collection_names()


def test_what_runs_and_waits_while_the_database_is_closed_is_left(explorer, model, tmp_path):
    with Host() as host:
        source = slow_list(tmp_path / "a.txt", host)
        runs = explorer.jobs.add(Order(source, "things", model))
        waits = explorer.jobs.add(Order(source, "others", model))
        wait(lambda: runs.progress is not None and runs.progress.downloaded)
        explorer.close()
        wait(lambda: ended(runs))
    assert [one.order for one in explorer.jobs.left()] == [runs.order, waits.order]
    assert not waits.started


def test_going_on_with_one_order_forgets_none_that_takes_other_photos(explorer, tmp_path):
    kept = KeptOrders(tmp_path / "ingests")
    folder = str(tmp_path)
    some = Order(folder, "things", options=Options(exclude=("*.png",), below=(tmp_path,)))
    for order in (Order(folder, "things", who="Ann"), some):
        kept.keep(order, datetime.now(timezone.utc)).close()
    job = explorer.jobs.add(Order(folder, "things", who="Bo"))
    assert [one.order for one in explorer.jobs.left()] == [some]
    wait(lambda: ended(job))
    job = explorer.jobs.add(Order(folder, "things", options=Options(exclude=("*.png",))))
    assert explorer.jobs.left() == []
    wait(lambda: ended(job))


def test_an_order_that_cannot_be_kept_is_worked_on_and_says_so(explorer, model, tmp_path):
    (tmp_path / "ingests").write_text("in the way")
    (tmp_path / "a.jpg").write_bytes(picture(np.random.default_rng(0)))
    job = explorer.jobs.add(Order(str(tmp_path / "a.jpg"), "things", model))
    wait(lambda: ended(job))
    assert job.summary.inserted == 1
    assert any("will not remember this ingest" in told for told in job.told)


def test_an_order_that_fails_says_why_and_the_next_one_runs(explorer, model, tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture(np.random.default_rng(0)))
    bad = explorer.jobs.add(Order(str(tmp_path / "gone"), "things", model))
    good = explorer.jobs.add(Order(str(tmp_path / "a.jpg"), "things", model))
    wait(lambda: ended(bad, good))
    assert "gone does not exist" in bad.error
    assert good.summary.inserted == 1


@pytest.mark.parametrize("held", [False, True], ids=["a new one", "one of pictures"])
def test_vectors_of_an_unknown_encoder_are_not_given_the_collections(explorer, tmp_path, held):
    if held:
        explorer.database.create_collection("things", "some/model", 16, "fingerprint")
    np.save(tmp_path / "a.npy", np.eye(16, dtype=np.float32))
    job = explorer.jobs.add(Order(str(tmp_path / "a.npy"), "things"))
    wait(lambda: ended(job))
    assert "which encoder made them" in job.error


@pytest.mark.parametrize("known", [True, False], ids=["from the source", "from the addresses"])
def test_failures_are_tried_again_by_reason(explorer, model, tmp_path, known):
    good = picture(np.random.default_rng(0))
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8 no picture")
    table = tmp_path / "photos.csv"
    table.write_text("id,path,caption\n1,bad.jpg,a cat\n2,gone.jpg,a dog\n")
    first = explorer.jobs.add(Order(str(table), "things", model))
    wait(lambda: ended(first))
    reasons = explorer.database.failures.counts("things")
    assert sum(reasons.values()) == 2
    [damaged] = [
        row.reason for row in explorer.database.failures.list("things") if row.photo_id == "1"
    ]
    assert [row.photo_id for row in explorer.database.failures.list("things", reason=damaged)] == [
        "1"
    ]
    for name in ("bad.jpg", "gone.jpg"):
        (tmp_path / name).write_bytes(good)
    source = str(table) if known else ""
    again = explorer.jobs.add(
        Order(source, "things", options=Options(retry_failed=True), retry=damaged)
    )
    wait(lambda: ended(again))
    assert again.summary.inserted == 1
    [photo] = explorer.database.collection("things").photos(["1"])
    assert photo["description"] == ("a cat" if known else "")
    assert list(explorer.database.failures.counts("things").values()) == [1]


def test_the_time_left_is_told_from_what_is_done_since_the_model_is_there():
    pace = Pace()
    for seconds in range(10):
        pace.note(Progress(total=100, skipped=20, seconds=seconds))
    assert pace.seconds_left(Progress(total=100)) is None
    for seconds in range(10, 15):
        pace.note(Progress(total=100, inserted=(seconds - 9) * 5, skipped=20, seconds=seconds))
    at = Progress(total=100, inserted=25, skipped=20)
    assert pace.rate == 5
    assert pace.seconds_left(at) == pytest.approx(11)
    assert pace.seconds_left(Progress(inserted=25)) is None
