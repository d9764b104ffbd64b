"""The Data page after an app was stopped while ingests ran or waited."""

import errno
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from explorer import jobs as jobs_module
from explorer.orders import KeptOrders, LeftOrder, Order
from pages._current import shared_explorer
from pages._words import escape_markdown
from tests.browser.latency import picture
from tests.encoder.tiny_clip import save_tiny_clip
from tests.pages.test_data import press
from tests.pages.test_screens import run
from vecdb import Store
from vecdb.errors import StoreUnusable


@pytest.fixture
def left(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose ingest an app that was stopped has left."""
    encoder = str(save_tiny_clip(tmp_path_factory.mktemp("model") / "clip"))
    folder = empty / "lib"
    folder.mkdir()
    (folder / "0.jpg").write_bytes(picture(np.random.default_rng(0)))
    kept = KeptOrders(shared_explorer().store.path.parent / "ingests")
    asked = datetime(2026, 3, 4, 5, 6, tzinfo=timezone.utc)
    kept.keep(Order(str(folder), "lib", encoder, who="Ann"), asked).close()
    return folder


def test_an_ingest_that_a_stopped_app_left_is_told_and_goes_on(left):
    test = run("data.py")
    told = f"{left} into lib, asked for by Ann at 4 March 2026, 05:06 UTC"
    assert any(escape_markdown(told) in one.value for one in test.warning)
    press(test, "Go on")
    jobs = shared_explorer().jobs
    assert jobs.thread is not None
    jobs.thread.join(60)
    summary = jobs.ended()[0].summary
    assert summary
    assert summary.inserted == 1
    assert jobs.left() == []
    test.run()
    assert "Go on" not in [button.label for button in test.button]


def test_who_asks_for_the_same_again_is_no_longer_told_of_it(left):
    jobs = shared_explorer().jobs
    [found] = jobs.left()
    job = jobs.add(replace(found.order, who="Bo"))
    assert jobs.left() == []
    assert jobs.thread is not None
    jobs.thread.join(60)
    assert job.summary
    assert job.summary.inserted == 1


def test_what_an_app_left_is_remembered_until_it_has_ended_though_the_disk_is_full(
    left, monkeypatch
):
    jobs = shared_explorer().jobs
    remembered: list[LeftOrder] = []

    def refuse(orders, order, asked):
        raise OSError(errno.ENOSPC, "No space left on device")

    def note(*_, **__):
        remembered.extend(jobs.left())
        raise RuntimeError("stopped")

    monkeypatch.setattr(KeptOrders, "keep", refuse)
    monkeypatch.setattr(jobs_module, "run", note)
    job = jobs.add(jobs.left()[0].order)
    assert jobs.thread is not None
    jobs.thread.join(60)
    assert len(remembered) == 1
    assert "No space left on device" in job.told[0]
    assert jobs.left() == []


def test_an_ingest_that_a_stopped_app_left_is_forgotten_and_its_files_stay(left):
    test = run("data.py")
    press(test, "Forget")
    assert shared_explorer().jobs.left() == []
    assert not test.warning
    assert [path.name for path in left.iterdir()] == ["0.jpg"]


def test_what_an_app_left_is_refused_where_others_reach_it_and_not_forgotten(left, monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1")
    test = run("data.py")
    press(test, "Go on")
    assert any(r"DATA\_FOLDERS" in one.value for one in test.error)
    assert len(shared_explorer().jobs.left()) == 1
    assert shared_explorer().jobs.running is None


def test_what_cannot_be_forgotten_is_told(left, monkeypatch):
    def refuse(path, *_, **__):
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    test = run("data.py")
    monkeypatch.setattr(Path, "unlink", refuse)
    press(test, "Forget")
    [told] = [one.value for one in test.error if "This cannot be forgotten" in one.value]
    assert "Read-only file system: let it be written" in told
    jobs = shared_explorer().jobs
    [one] = jobs.left()
    monkeypatch.setattr(KeptOrders, "keep", refuse)
    job = jobs.add(one.order)
    assert jobs.thread is not None
    jobs.thread.join(60)
    assert job.summary
    assert "It stays among those that were left" in job.told[-1]


def test_an_ingest_whose_thumbnails_could_not_be_kept_does_not_end_in_green(left, monkeypatch):
    def refuse(*_):
        raise StoreUnusable("The store is full: make room.")

    monkeypatch.setattr(Store, "put_thumbnails", refuse)
    jobs = shared_explorer().jobs
    jobs.add(jobs.left()[0].order)
    assert jobs.thread is not None
    jobs.thread.join(60)
    test = run("data.py")
    mine = escape_markdown(str(left))
    [told] = [one.value for one in test.warning if mine in one.value]
    assert "1 inserted into lib" in told
    assert "not kept any more: The store is full" in told
    assert not [one for one in test.success if mine in one.value]
