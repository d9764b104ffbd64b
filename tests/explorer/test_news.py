"""New matches of a concept: what was ingested since somebody looked; and who is told of it."""

import http.server
import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pytest

from explorer.__main__ import main
from explorer.explorer import Explorer
from explorer.orders import Order
from explorer.webhook import tell_webhook
from ingest import Photo, Summary
from ingest.changes import store_changes
from tests.explorer.conftest import DIM, small_collection
from tests.warm import python
from vecdb import Label


@pytest.fixture
def explorer(embedded, tmp_path):
    with Explorer(embedded, store=tmp_path / "store") as explorer:
        ids, vectors = small_collection()
        made = explorer.database.create_collection("things", "offline", DIM)
        made.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
        yield explorer


@pytest.fixture
def concept(explorer):
    collection = explorer.collection("things")
    _, vectors = small_collection()
    begun = explorer.rounds.begin(collection, "a thing", vectors[:30].mean(axis=0)).concept
    return explorer.concepts.update(begun.id, threshold=0.1)


def bring(explorer, *names, matching=True):
    """Store photos that match, or others."""
    vector = np.eye(DIM, dtype=np.float32)[0] * (1 if matching else -1)
    table = {"id": list(names), "url": list(names), "vector": [vector] * len(names)}
    explorer.collection("things").insert(pa.table(table))


def test_only_what_came_later_and_passes_the_threshold_is_new(explorer, concept):
    assert explorer.new_matches(concept.id).count == 0
    # Within the second in which the concept was made, too.
    bring(explorer, "b", "a")
    bring(explorer, "far", matching=False)
    news = explorer.new_matches(concept.id)
    assert (news.count, news.matches.ids) == (2, ["a", "b"])
    assert explorer.new_matches(concept.id, limit=1, offset=1).matches.ids == ["b"]
    explorer.concepts.update(concept.id, threshold=1.0)
    assert explorer.new_matches(concept.id).count == 0


def test_what_was_looked_at_is_new_no_longer_also_after_a_restart(explorer, concept):
    bring(explorer, "a")
    news = explorer.new_matches(concept.id)
    bring(explorer, "b")  # while somebody looks
    explorer.mark_seen(concept.id, news.until)
    explorer.close()
    assert explorer.new_matches(concept.id).matches.ids == ["b"]
    explorer.mark_seen(concept.id, 1)  # it never goes back
    assert explorer.new_matches(concept.id).count == 1
    explorer.mark_seen(concept.id, 2**62)  # nor ahead
    bring(explorer, "c")
    assert explorer.new_matches(concept.id).matches.ids == ["c"]
    page = explorer.page(concept.id)
    assert explorer.answer(page, {}).settings.seen


def test_a_photo_that_was_judged_is_not_new(explorer, concept):
    bring(explorer, "a", "b", "c")
    explorer.concepts.label(concept.id, [Label("a", -1), Label("b", 1), Label("c", 0)], action="x")
    assert explorer.new_matches(concept.id).matches.ids == ["c"]


def test_a_photo_whose_row_alone_changed_is_not_new(explorer, concept):
    _, vectors = small_collection()
    late = pa.table(
        {
            "id": ["late"], "url": ["/late.jpg"], "vector": [vectors[0]],
            "added_at": pa.array([10**9], pa.timestamp("s", "UTC")),
        }
    )  # fmt: skip
    explorer.collection("things").insert(late)
    explorer.mark_seen(concept.id, time.time_ns())
    store_changes(explorer.collection("things"), [Photo("late", metadata={"description": "new"})])
    assert explorer.collection("things").photos(["late"])[0]["description"] == "new"
    assert explorer.new_matches(concept.id).count == 0


def test_the_command_lists_and_marks(explorer, concept, capsys):
    bring(explorer, "a")
    explorer.close()
    asked = ["new", concept.id, "--dsn", explorer._dsn, "--json"]
    assert main([*asked, "--seen"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["count"], [hit["id"] for hit in told["hits"]]) == (1, ["a"])
    assert main(asked) == 0
    assert json.loads(capsys.readouterr().out)["count"] == 0


@dataclass
class Hook:
    """A server that answers as it is told to, and what it was sent."""

    address: str = ""
    status: int = 200
    hangs: threading.Event = field(default_factory=threading.Event)
    drips: bool = False
    told: list[dict] = field(default_factory=list)


@pytest.fixture
def hook(monkeypatch):
    hook = Hook()
    hook.hangs.set()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            hook.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            while hook.drips and not hook.hangs.wait(0.05):
                self.wfile.write(b"x")
            hook.hangs.wait(30)
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hook.address = f"http://user:secret@127.0.0.1:{server.server_port}/hook"
    monkeypatch.setenv("INGEST_WEBHOOK", hook.address)
    yield hook
    hook.hangs.set()
    server.shutdown()
    server.server_close()
    thread.join()


SUMMARY = Summary(2, 2, 0, 0, 0, 1.0, 2.0, {}, {}, {}, 0, 0, 0, 0, [], 0, False, None, {})


def test_a_webhook_is_told_what_is_new(explorer, concept, hook):
    bring(explorer, "a", "b")
    assert tell_webhook(explorer, "things", SUMMARY) == ""
    assert hook.told == [
        {
            "collection": "things", "inserted": 2, "updated": 0, "failed": 0,
            "concepts": [{"id": concept.id, "name": "a thing", "new": 2}],
        }
    ]  # fmt: skip


def test_a_webhook_that_fails_is_one_sentence(explorer, concept, hook, monkeypatch):
    hook.status = 500
    assert "answered 500; the ingest itself is done." in tell_webhook(explorer, "things", SUMMARY)
    hook.status = 302
    told = tell_webhook(explorer, "things", SUMMARY)
    assert "answered 302, which leads elsewhere: name the last address in INGEST_WEBHOOK;" in told
    monkeypatch.setattr("explorer.webhook.SECONDS", 1.0)
    for drips in (False, True):
        hook.hangs.clear()
        hook.drips = drips
        begun = time.monotonic()
        told = tell_webhook(explorer, "things", SUMMARY)
        assert time.monotonic() - begun < 25
        assert told.startswith("The webhook at 127.0.0.1 did not answer within 1 seconds")
        hook.hangs.set()
    monkeypatch.setattr("explorer.webhook.SECONDS", 30.0)
    for address, words in {
        "http://127.0.0.1:9/": "cannot be reached",
        "ftp://x/": "no http or https address",
        "nonsense": "no http or https address",
        "http://[::1/": "no http or https address",
    }.items():
        monkeypatch.setenv("INGEST_WEBHOOK", address)
        assert words in tell_webhook(explorer, "things", SUMMARY)
    monkeypatch.setenv("INGEST_WEBHOOK", " ")
    assert tell_webhook(explorer, "things", SUMMARY) == ""


def test_an_ingest_of_the_app_tells_the_webhook_and_its_failure_is_told(explorer, hook, tmp_path):
    hook.status = 404
    vectors = np.eye(DIM, dtype=np.float32)[:3]
    np.savez(tmp_path / "more.npz", ids=np.array(["n1", "n2", "n3"]), vectors=vectors)
    job = explorer.jobs.add(Order(str(tmp_path / "more.npz"), "things"))
    assert explorer.jobs.thread is not None
    explorer.jobs.thread.join(60)
    assert job.ended
    assert not job.error
    assert hook.told[0]["inserted"] == 3
    assert any("answered 404" in line for line in job.told)


def test_the_ingest_command_tells_the_webhook_too(explorer, hook, tmp_path):
    hook.status = 404
    vectors = np.eye(DIM, dtype=np.float32)[:2]
    np.savez(tmp_path / "more.npz", ids=np.array(["n1", "n2"]), vectors=vectors)
    explorer.close()
    answer = subprocess.run(
        [*python(), "-m", "ingest", str(tmp_path / "more.npz"), "--json", "--quiet"],
        env={
            **os.environ, "VECDB_DSN": explorer._dsn, "VECDB_TABLE": "things",
            "VECDB_STORE": str(tmp_path / "store"), "ENCODER": "offline",
        },
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert hook.told[0]["inserted"] == json.loads(answer.stdout.splitlines()[-1])["inserted"] == 2
    assert "answered 404; the ingest itself is done." in answer.stderr


def test_an_ingest_from_a_script_tells_the_webhook_and_logs_its_failure(
    explorer, hook, tmp_path, caplog
):
    hook.status = 404
    vectors = np.eye(DIM, dtype=np.float32)[:2]
    np.savez(tmp_path / "more.npz", ids=np.array(["n1", "n2"]), vectors=vectors)
    assert explorer.ingest(tmp_path / "more.npz", table="things").inserted == 2
    assert hook.told[0]["inserted"] == 2
    assert "answered 404" in caplog.text
