"""What the driver raises, said again as our own errors in one sentence without secrets."""

import errno
import logging
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clickhouse_connect.driver.exceptions import ClickHouseError
from urllib3.exceptions import HTTPError

from commandline.limits import advise_on_limit
from vecdb.dsn import Dsn
from vecdb.errors import AccessDenied, DiskFull, QueryFailed, ShardDown, Unreachable, VecdbError

LOG = logging.getLogger("vecdb")
LOG.addHandler(logging.NullHandler())  # a terminal is told the sentence alone

# What the transport says when an answer ends too soon.
CUT = ("Connection broken", "Connection aborted", "Remote end closed", "ConnectionReset")

# How the engine ends its messages: `Code: 60. DB::Exception: ... (UNKNOWN_TABLE)`.
CODE = re.compile(r"Code: (\d+)")
NAME = re.compile(r"\(([A-Z][A-Z0-9_]+)\)")

# What the driver says where the user's profile lets no statement bring settings, as an insert does.
NO_SETTINGS = re.compile(r"^Setting \w+ is readonly$")
# What the driver puts around the engine's own words.
WRAPPING = re.compile(
    r"^Received ClickHouse exception.*?server response: | ?\(for url \S+\)$", re.M
)
# What the engine puts around its words to people.
MARKS = re.compile(
    r"Code: \d+\. |DB::\w*Exception: |(?:[.,] )?Stack trace.*$"
    r"|\.? ?\([A-Z][A-Z0-9_]+\)(?= ?\(version|$)| ?\(version [^)]*\)+"
)
# What OpenSSL says: its name for the fault, and its words.
TLS = re.compile(r"\[(?:SSL|X509): (\w+)\] (.+?)\.? \(_ssl")

# Codes of ClickHouse: unknown user, wrong password, authentication failed.
REFUSED = {192, 193, 194, 516}
# What the user may not do: read only, access denied.
FORBIDDEN = {164, 497}
# What only the address can mend: unknown database, unknown cluster.
UNKNOWN = {81, 701}
# No connection, no answer in time, none of the replicas.
DOWN = {198, 209, 210, 279}
# No room on the disk, as the engine says and as the system does.
FULL = 243
NO_ROOM = ("No space left", "quota exceeded", "File too large")
READ_ONLY = "Read-only file system"
UNOPENED = "Error initializing EmbeddedServer"
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
        raise _unreachable(error, dsn) from error
    except RuntimeError as error:
        raise _query_failed(error, dsn) from error
    except OSError as error:
        if dsn.directory is None:
            raise
        # The driver puts rows into a file on their way to the engine.
        raise DiskFull(
            f"Rows for the database {dsn.display} cannot be put into {tempfile.gettempdir()} "
            f"({error.strerror}): make room there, or set TMPDIR to another folder.",
            FULL,
        ) from error


def disk_full(error: OSError, dsn: Dsn) -> DiskFull:
    """Say that the folder of an embedded database takes no more."""
    reason = error.strerror or str(error)
    if error.errno in (None, errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(
            f"The disk of the database {dsn.display} is full: make room ({reason}).", FULL
        )
    return DiskFull(
        f"The database {dsn.display} cannot be written: mend its disk ({reason}).", FULL
    )


def _sentence(error: ClickHouseError, dsn: Dsn) -> VecdbError:
    code = getattr(error, "code", None)
    text = _first_line(error)
    if code in FORBIDDEN or NO_SETTINGS.search(text):
        return AccessDenied(
            f"The database {dsn.display} does not let its user do this ({text}): give the user the "
            "right, or name another in VECDB_DSN."
        )
    if code in UNKNOWN:
        return QueryFailed(
            f"{dsn.display} does not have what its address names ({text}): make it there, or name "
            "another in VECDB_DSN.",
            code,
        )
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
        failed = _unreachable(error, dsn)
        return CutOff(str(failed)) if any(c in text for c in CUT) else failed
    return _query_failed(error, dsn)


def _query_failed(error: Exception, dsn: Dsn) -> QueryFailed:
    text = str(error)
    code, name = CODE.search(text), NAME.findall(text)
    number = getattr(error, "code", None) or (int(code[1]) if code else None)
    # The whole goes to the log; a sentence has the engine's words without its marks.
    LOG.warning("%s", WRAPPING.sub("", text))
    first_line = _first_line(error)
    sentence = f"The database {dsn.display} failed: {first_line}"
    if dsn.directory is not None and (number in STARVED or "allocate" in text):
        advice = advise_on_limit()
        if advice:
            sentence = f"The embedded database {dsn.display} cannot run: {advice}."
    kind = QueryFailed
    if number == FULL or any(words in text for words in NO_ROOM):
        sentence = f"The disk of the database {dsn.display} is full: make room, then do this again."
        kind = DiskFull
    elif UNOPENED in text and dsn.directory and (emptied := _find_emptied(dsn.directory)):
        sentence = (
            f"The database {dsn.display} cannot be opened: a disk that was full has emptied "
            f"{emptied}, which defines a table. Move this file to another folder: all other "
            "tables can be opened then. With that file of a backup in its place, this one can too."
        )
    elif READ_ONLY in text:
        sentence = (
            f"The database {dsn.display} cannot be written: its disk is read-only, mend that."
        )
        kind = DiskFull
    return kind(sentence, number, name[-1] if name else "")


def _find_emptied(directory: Path) -> Path | None:
    """Return a table's definition that a full disk has emptied; the engine keeps its name back."""
    found = sorted((directory / "store").glob("*/*/*.sql"))
    return next((path for path in found if not path.stat().st_size), None)


def _unreachable(error: Exception, dsn: Dsn) -> Unreachable:
    tls = TLS.search(str(error))
    if tls and tls[1] == "CERTIFICATE_VERIFY_FAILED":
        return Unreachable(
            f"The database {dsn.display} shows a certificate that is not trusted ({tls[2]}): name "
            "the file of who signed it with ?ca_cert= in VECDB_DSN, and the host it was made for."
        )
    if tls:
        return Unreachable(
            f"The database {dsn.display} cannot be spoken to over TLS ({tls[2]}): check the port "
            "and the certificates that VECDB_DSN names, or use clickhouse://, which is without TLS."
        )
    return Unreachable(
        f"The database {dsn.display} did not answer: check that the server runs and that "
        "VECDB_DSN names the right host and port, with clickhouses:// where the port takes TLS."
    )


def _first_line(error: Exception) -> str:
    return plain_words(str(error)) or type(error).__name__


def plain_words(text: str) -> str:
    """Return the first line of what the engine says, without its marks."""
    line = WRAPPING.sub("", text.strip().partition("\n")[0])
    return MARKS.sub("", line).strip()[:300]
