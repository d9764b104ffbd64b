"""What the driver raises, said again as our own errors in one sentence without secrets."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from clickhouse_connect.driver.exceptions import ClickHouseError
from urllib3.exceptions import HTTPError

from commandline.limits import advise_on_limit
from vecdb.dsn import Dsn
from vecdb.errors import AccessDenied, QueryFailed, ShardDown, Unreachable, VecdbError

# What the transport says when an answer ends too soon.
CUT = ("Connection broken", "Connection aborted", "Remote end closed", "ConnectionReset")

# How the engine ends its messages: `Code: 60. DB::Exception: ... (UNKNOWN_TABLE)`.
CODE = re.compile(r"Code: (\d+)")
NAME = re.compile(r"\(([A-Z][A-Z0-9_]+)\)")

# Codes of ClickHouse: unknown user, wrong password, authentication failed, access denied.
REFUSED = {192, 193, 194, 497, 516}
# No connection, no answer in time, none of the replicas.
DOWN = {198, 209, 210, 279}
# No room on the disk.
FULL = 243
# No thread could be started, no memory mapped, the system refused.
STARVED = {173, 439, 1001}


class CutOff(Unreachable):
    """The connection ended before the answer did: whether the statement ran is not known."""


@contextmanager
def translate_errors(dsn: Dsn) -> Iterator[None]:
    """Turn what the driver raises inside the block into a VecdbError."""
    try:
        yield
    except VecdbError:
        raise
    except ClickHouseError as error:
        raise _sentence(error, dsn) from error
    except (HTTPError, ConnectionError, TimeoutError) as error:
        raise _unreachable(dsn) from error
    except RuntimeError as error:
        raise _query_failed(error, dsn) from error


def _sentence(error: ClickHouseError, dsn: Dsn) -> VecdbError:
    code = getattr(error, "code", None)
    text = _first_line(error)
    if code in REFUSED or " 401" in text or " 403" in text:
        return AccessDenied(
            f"The database {dsn.display} refused the user or the password: check both in VECDB_DSN."
        )
    if dsn.cluster and code in DOWN:
        return ShardDown(
            f"A shard of the cluster {dsn.cluster} did not answer: start it, or search the others "
            "alone with skip_unavailable_shards=1 in VECDB_DSN."
        )
    if code is None and dsn.directory is None:
        return CutOff(str(_unreachable(dsn))) if any(c in text for c in CUT) else _unreachable(dsn)
    return _query_failed(error, dsn)


def _query_failed(error: Exception, dsn: Dsn) -> QueryFailed:
    text = str(error)
    code, name = CODE.search(text), NAME.findall(text)
    number = getattr(error, "code", None) or (int(code[1]) if code else None)
    first_line = _first_line(error)
    sentence = f"The database {dsn.display} failed: {first_line}"
    if dsn.directory is not None and (number in STARVED or "allocate" in text):
        advice = advise_on_limit()
        if advice:
            sentence = f"The embedded database {dsn.display} cannot run: {advice}."
    if number == FULL or "No space left" in text:
        sentence = f"The disk of the database {dsn.display} is full: make room ({first_line})."
    return QueryFailed(sentence, number, name[-1] if name else "")


def _unreachable(dsn: Dsn) -> Unreachable:
    return Unreachable(
        f"The database {dsn.display} did not answer: check that the server runs and that "
        "VECDB_DSN names the right host and port."
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
