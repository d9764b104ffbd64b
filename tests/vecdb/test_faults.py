import multiprocessing
import os
import socket
import time
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from tests.ingest.server import Host
from tests.vecdb.conftest import photos
from tests.vecdb.servers import PASSWORD, USER, Servers, fresh_database
from vecdb import Database, Label, Scope, connect
from vecdb.errors import AccessDenied, Closed, QueryFailed, Unreachable, VecdbError

ANY_TIMES = 99
EXPIRED = Path(__file__).parents[1] / "ingest" / "data" / "expired.pem"


@pytest.fixture(scope="module")
def served(servers: Servers):
    """A database on the test server, for things to go wrong with."""
    with fresh_database(servers.dsn("clickhouse")) as dsn:
        with connect(dsn) as database:
            database.create_collection("axes", "by hand", 4).insert(photos("abcd", np.eye(4)))
            yield database
        servers.plan("clickhouse", kind="none", times=0)


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.monotonic()
    with pytest.raises(Unreachable, match=f"clickhouse://127.0.0.1:{port}/db did not answer"):
        connect(f"clickhouse://me:secret@127.0.0.1:{port}/db")
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("certificate", "options", "sentence"),
    [
        (EXPIRED, "", r"certificate that is not trusted \(certificate verify failed: .*ca_cert="),
        (EXPIRED, f"?ca_cert={__file__}", r"over TLS \(no certificate or crl found\)"),
        (None, "", r"over TLS \(wrong version number\).*clickhouse://"),
    ],
)
def test_tls_that_fails_is_told_from_a_server_that_is_not_there(
    certificate: Path | None, options: str, sentence: str
) -> None:
    with Host(certificate) as host, pytest.raises(Unreachable, match=sentence):
        connect(f"clickhouses://me:secret@127.0.0.1:{host.server_port}/db{options}")


def test_a_wrong_password_is_said_without_saying_it(servers: Servers) -> None:
    dsn = servers.dsn("clickhouse").replace(PASSWORD.replace("/", "%2F"), "wr0ng")
    with pytest.raises(AccessDenied, match="refused the user or the password") as raised:
        connect(dsn)
    assert "wr0ng" not in str(raised.value)


# What a server refuses to one who was granted nothing but SELECT.
WRITES = r"^\s*(CREATE|ALTER|DROP|INSERT|TRUNCATE|DELETE)"


def check_that_writes_are_refused(database: Database) -> None:
    for write in (
        lambda: database.collection("axes").insert(photos("e", np.eye(4)[:1])),
        lambda: database.create_collection("new", "m", 4),
        lambda: database.concepts.create("hats", "axes", "a hat"),
    ):
        with pytest.raises(AccessDenied, match="does not let its user do this"):
            write()


def test_one_who_may_only_read_searches_and_is_told_at_what_writes(
    servers: Servers, served: Database
) -> None:
    refuse = {"kind": "status", "code": 497, "match": WRITES, "times": -1}
    dsn = served._connection.dsn.display.replace("://", f"://{USER}:{quote(PASSWORD, safe='')}@")
    with fresh_database(servers.dsn("clickhouse")) as empty:
        servers.plan("clickhouse", **refuse)
        with pytest.raises(AccessDenied, match="let one who may create tables open the database"):
            connect(empty)
        servers.plan("clickhouse", kind="none", times=0)
    servers.plan("clickhouse", **refuse)
    with connect(dsn) as database:
        axes = database.collection("axes")
        assert axes.nearest(np.eye(4)[0], 1).ids == ["a"]
        assert axes.moments().count == 4
        assert [info.name for info in database.collections()] == ["axes"]
        check_that_writes_are_refused(database)
    servers.plan("clickhouse", kind="none", times=0)


@pytest.mark.parametrize("indexed", [False, True])
def test_a_user_whose_profile_is_readonly_searches(
    servers: Servers, served: Database, indexed: bool
) -> None:
    servers.plan("clickhouse", kind="none", times=0)
    if indexed:
        served.collection("axes").index.build()
    dsn = served._connection.dsn.display.replace("://", f"://{USER}:{quote(PASSWORD, safe='')}@")
    servers.plan("clickhouse", kind="readonly", times=-1)
    with connect(dsn) as database:
        axes = database.collection("axes")
        assert axes.nearest(np.eye(4)[0], 1, exact=not indexed).ids == ["a"]
        assert axes.nearest(np.eye(4)[1], 2, Scope(["a", "c"]), exact=not indexed).ids == ["b", "d"]
        assert np.array_equal(axes.vectors(["c"]), np.eye(4)[2:3])
        assert [row["id"] for row in axes.photos(["d"])] == ["d"]
        check_that_writes_are_refused(database)
    servers.plan("clickhouse", kind="none", times=0)
    served.collection("axes").index.drop()


def test_a_new_database_without_the_right_to_make_functions_is_refused_each_time(
    servers: Servers,
) -> None:
    with fresh_database(servers.dsn("clickhouse")) as empty:
        servers.plan("clickhouse", kind="status", code=497, match="CREATE FUNCTION", times=-1)
        for _ in range(2):
            with pytest.raises(AccessDenied, match="does not let its user do this"):
                connect(empty)
        servers.plan("clickhouse", kind="none", times=0)
        connect(empty).close()


@pytest.mark.parametrize(
    ("status", "code", "error", "sentence"),
    [
        (401, 999, AccessDenied, "refused"),
        (500, 999, QueryFailed, r" failed: planned$"),
        (500, 164, AccessDenied, "does not let its user do this .*planned.*: give the user"),
        (500, 497, AccessDenied, "does not let its user do this .*planned.*: give the user"),
        (404, 81, QueryFailed, "does not have what its address names .*planned"),
    ],
)
def test_an_answer_with_an_error_is_one_sentence(
    servers: Servers,
    served: Database,
    status: int,
    code: int,
    error: type[VecdbError],
    sentence: str,
) -> None:
    planned = {"kind": "status", "status": status, "code": code, "match": "count"}
    servers.plan("clickhouse", **planned, times=ANY_TIMES)
    with pytest.raises(error, match=sentence) as raised:
        served.collection("axes").count()
    assert "\n" not in str(raised.value)
    assert PASSWORD not in str(raised.value)
    servers.plan("clickhouse", kind="none", times=0)
    assert served.collection("axes").count() == 4


def test_an_answer_that_takes_too_long_is_given_up(servers: Servers, served: Database) -> None:
    dsn = served._connection.dsn.display.replace("://", f"://{USER}:{quote(PASSWORD, safe='')}@")
    with connect(f"{dsn}?send_receive_timeout=4") as impatient:
        axes = impatient.collection("axes")
        axes.count()  # what a collection asks first has been answered
        servers.plan("clickhouse", kind="slow", seconds=60, match="AS dist", times=1)
        begun = time.monotonic()
        with pytest.raises(Unreachable, match="did not answer"):
            axes.nearest([1, 0, 0, 0], 2)
        assert time.monotonic() - begun < 50
    assert served.collection("axes").nearest([1, 0, 0, 0], 1).ids == ["a"]


def test_an_answer_that_is_a_little_slow_is_waited_for(servers: Servers, served: Database) -> None:
    servers.plan("clickhouse", kind="slow", seconds=0.3, match="AS dist", times=1)
    assert served.collection("axes").nearest([1, 0, 0, 0], 1).ids == ["a"]


@pytest.mark.parametrize("kind", ["reset", "lost"])
def test_a_question_cut_off_is_asked_again(servers: Servers, served: Database, kind: str) -> None:
    servers.plan("clickhouse", kind=kind, match="AS dist", times=1)
    assert served.collection("axes").nearest([0, 1, 0, 0], 1).ids == ["b"]
    assert len([text for text in servers.seen("clickhouse") if "AS dist" in text]) == 2


@pytest.mark.parametrize("kind", ["reset", "lost"])
def test_a_question_cut_off_every_time_is_one_sentence(
    servers: Servers, served: Database, kind: str
) -> None:
    servers.plan("clickhouse", kind=kind, match="AS dist", times=ANY_TIMES)
    with pytest.raises(Unreachable, match="did not answer"):
        served.collection("axes").nearest([0, 1, 0, 0], 1)
    servers.plan("clickhouse", kind="none", times=0)


@pytest.mark.parametrize("kind", ["reset", "lost"])
def test_an_insert_whose_answer_is_lost_stores_every_row_once(
    servers: Servers, served: Database, kind: str
) -> None:
    collection = served.create_collection(kind, "by hand", 4)
    statement = f"INSERT INTO `{kind}`"
    servers.plan("clickhouse", kind=kind, match=statement, times=1)
    assert collection.insert(photos("abcd", np.eye(4))) == 4
    assert len([text for text in servers.seen("clickhouse") if statement in text]) == 2
    assert collection.count() == 4


def test_an_insert_given_up_can_be_repeated_without_doubling(
    servers: Servers, served: Database
) -> None:
    collection = served.create_collection("again", "by hand", 4)
    servers.plan("clickhouse", kind="lost", match="INSERT INTO `again`", times=ANY_TIMES)
    with pytest.raises(Unreachable):
        collection.insert(photos("abcd", np.eye(4)))
    servers.plan("clickhouse", kind="none", times=0)
    collection.insert(photos("abcd", np.eye(4)))
    assert collection.count() == 4


def test_a_full_disk_is_one_sentence_and_the_same_insert_goes_on_once_there_is_room(
    servers: Servers, served: Database
) -> None:
    collection = served.create_collection("full", "by hand", 4)
    full = "Cannot reserve 1.00 MiB, not enough space: while writing part. (NOT_ENOUGH_SPACE)"
    planned = {"kind": "status", "code": 243, "text": full, "times": ANY_TIMES}
    servers.plan("clickhouse", match="INSERT INTO `full`", **planned)
    with pytest.raises(QueryFailed, match=r"is full: make room, then do this again\.$") as raised:
        collection.insert(photos("abcd", np.eye(4)))
    assert (raised.value.code, raised.value.transient) == (243, False)
    assert "\n" not in str(raised.value)
    assert collection.count() == 0
    servers.plan("clickhouse", match="MATERIALIZE INDEX", **planned)
    with pytest.raises(QueryFailed, match="is full: make room"):
        collection.index.build()
    servers.plan("clickhouse", kind="none", times=0)
    assert collection.insert(photos("abcd", np.eye(4))) == 4
    assert collection.index.build().serves


def test_a_label_whose_answer_is_lost_is_written_once(servers: Servers, served: Database) -> None:
    concept = served.concepts.create("hats", "axes", "a hat")
    servers.plan("clickhouse", kind="lost", match="INSERT INTO `labels`", times=1)
    served.concepts.label(concept.id, [Label("a", 1), Label("b", -1)], action="one")
    assert len(served.concepts.history(concept.id)) == 2


def test_an_error_of_the_engine_keeps_its_code_and_tells_whether_it_may_pass(
    database: Database,
) -> None:
    with pytest.raises(QueryFailed) as raised:
        database._connection.select("photos/count", table="nowhere", where="")
    assert (raised.value.code, raised.value.name) == (60, "UNKNOWN_TABLE")
    assert not raised.value.transient
    assert QueryFailed("The database failed.", 241).transient


def _use_in_a_fork(database: Database, dsn: str, told: Connection) -> None:
    try:
        database.collections()
    except Closed as closed:
        told.send(str(closed))
    database.close()
    with connect(dsn) as own:
        for _ in range(20):
            own.collection("axes").nearest([0, 1, 0, 0], 1)
        told.send(own.collection("axes").nearest([0, 1, 0, 0], 1).ids)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_is_told_to_connect_again_and_both_get_answers_of_their_own(
    servers: Servers,
) -> None:
    forks = multiprocessing.get_context("fork")
    here, there = forks.Pipe()
    with fresh_database(servers.dsn("clickhouse")) as dsn, connect(dsn) as database:
        axes = database.create_collection("axes", "by hand", 4)
        axes.insert(photos("abcd", np.eye(4)))
        process = forks.Process(target=_use_in_a_fork, args=(database, dsn, there))
        process.start()
        while process.is_alive():
            assert axes.nearest([1, 0, 0, 0], 1).ids == ["a"]
        process.join()
        assert process.exitcode == 0
        assert f"opened by process {os.getpid()}, before this one was forked" in here.recv()
        assert here.recv() == ["b"]
        assert axes.nearest([1, 0, 0, 0], 1).ids == ["a"]
