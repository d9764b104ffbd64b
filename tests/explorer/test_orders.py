import errno
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import datetime, timezone
from pathlib import Path

import pytest

from explorer.orders import KeptOrders, Order
from ingest import Options
from ingest.fetch import Patience
from ingest.manners import Manners
from tests.explorer.conftest import disk_full_after

ASKED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
KEEPER = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from explorer.orders import KeptOrders, Order
kept = KeptOrders(Path(sys.argv[1])).keep(Order("a.csv", "things"), datetime.now(timezone.utc))
print("kept", flush=True)
sys.stdin.read()
"""
WHOLE = Order(
    "file:///odd%FF/\udcff.csv",
    "things",
    "offline",
    Options(
        limit=3,
        shuffle=True,
        where=("width>=10", "height<5"),
        id_column="id",
        url_column="url",
        caption_column="caption",
        label_column="label",
        vector_column="none",
        header=False,
        delimiter="\t",
        encoding="latin-1",
        exclude=("*.tmp",),
        below=(Path("/photos"), Path("/more")),
        failures=Path("/photos/failures.csv"),
        megapixels=1.5,
        prune=True,
        retry_failed=True,
        default_encoder="offline",
        device="cpu",
        batch_size=4,
        workers=2,
        patience=Patience(connect=1, read=2, attempts=1),
        manners=Manners("me", (("X-Key", "a: b"), ("Cookie", "c")), ignore_opt_out=True),
    ),
    "Ann",
    "timeout",
)


@pytest.fixture
def orders(tmp_path: Path) -> KeptOrders:
    return KeptOrders(tmp_path / "ingests")


@pytest.fixture
def keeper(orders: KeptOrders) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", KEEPER, str(orders.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


def test_an_order_is_found_as_it_was_given_with_everything_that_can_be_set(orders):
    for given in (WHOLE, WHOLE.options):
        for one in fields(given):
            default = getattr(type(given)("", "") if given is WHOLE else Options(), one.name)
            assert getattr(given, one.name) != default, one.name
    orders.keep(WHOLE, ASKED).close()  # as a process that ends closes it
    [found] = orders.left()
    assert (found.order, found.asked) == (WHOLE, ASKED)
    assert found.path.stat().st_mode & 0o777 == 0o600
    orders.forget(found)
    orders.forget(found)
    assert orders.left() == []


def test_no_order_is_left_while_somebody_works_on_it_nor_when_it_has_ended(orders):
    assert orders.left() == []
    kept = orders.keep(Order("a.csv", "things"), ASKED)
    assert orders.left() == []
    orders.drop(kept)
    assert orders.left() == []
    assert list(orders.folder.iterdir()) == []


def test_an_order_that_cannot_be_written_leaves_no_file(orders, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(OSError, match="No locks"):
        orders.keep(Order("a.csv", "things"), ASKED)
    assert list(orders.folder.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_order_of_an_app_that_was_ended_in_any_way_is_left(orders, keeper, how):
    assert orders.left() == []
    keeper.send_signal(how)
    keeper.wait(60)
    [found] = orders.left()
    assert found.order == Order("a.csv", "things")


def test_what_another_version_wrote_is_read_and_what_is_no_order_is_left_alone(orders):
    orders.folder.mkdir()
    told = asdict(Order("a.csv", "things"))
    told["options"]["manners"].pop("headers")
    told["options"].pop("workers")
    text = json.dumps({"asked": ASKED.isoformat(), "order": {**told, "new": 1}})
    (orders.folder / "another.json").write_text(text)
    for at, wrong in enumerate(("", "{", "[]", "{}", text.replace("options", "x"), "\0")):
        (orders.folder / f"{at}.json").write_text(wrong)
    [found] = orders.left()
    assert found.order == Order("a.csv", "things")


@pytest.mark.parametrize("size", [0, 100])
def test_of_an_order_that_a_full_disk_does_not_take_nothing_is_left(orders, size):
    with disk_full_after(size), pytest.raises(OSError, match=r"File too large|No space left"):
        orders.keep(WHOLE, ASKED)
    assert list(orders.folder.iterdir()) == []
    orders.keep(WHOLE, ASKED).close()
    assert orders.left()[0].order == WHOLE
