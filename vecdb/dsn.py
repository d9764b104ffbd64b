"""Connection strings: where the database is, who asks, and what may be shown of it."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from vecdb.errors import BadDsn

DEFAULT_DIRECTORY = Path("data") / "chdb"
SERVER_SCHEMES = {"clickhouse": False, "clickhouses": True, "myscale": None}
SECONDS = {"connect_timeout", "send_receive_timeout"}
# Of a cluster: its name, and whether a search may leave out shards that are down.
CLUSTER, SKIP = "cluster", "skip_unavailable_shards"
FILES = {"ca_cert", "client_cert", "client_cert_key"}
OPTIONS = SECONDS | FILES | {CLUSTER, SKIP, "verify", "secure"}
TLS_PORTS = {443, 8443}
CLUSTER_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}")
FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
# Without the address: it may hold a password.
UNREADABLE = (
    "The database address is none: write it clickhouse://user:password@host:8123/database, and in "
    "the user and the password %40 for @, %2F for /, %3F for ?, %23 for #, %5B for [ and %25 for %."
)


@dataclass(frozen=True)
class Dsn:
    """One parsed connection string; `directory` for the embedded engine, `options` for a server.

    `cluster` is the name of the server's cluster, empty for a single machine.
    """

    scheme: str
    display: str
    directory: Path | None = None
    options: dict[str, Any] = field(default_factory=dict, repr=False)
    cluster: str = ""


def parse_dsn(text: str | None = None) -> Dsn:
    """Read a connection string; without one VECDB_DSN, else ./data/chdb.

    Forms: `chdb:///directory`, `clickhouse://user:password@host:8123/database`,
    `clickhouses://` for TLS, `myscale://` (TLS on ports 443 and 8443, or with `?secure=true`).
    Server forms take `?connect_timeout=&send_receive_timeout=` in seconds, `verify`, `ca_cert`,
    `client_cert` and `client_cert_key`; ClickHouse's also `cluster`, the name of one, and with it
    `skip_unavailable_shards=1`, which searches what answers.

    Raises:
        BadDsn: the scheme, the port or an option is not known, or a file it names is not there.
    """
    text = (text or os.environ.get("VECDB_DSN") or "").strip()
    text = text or f"chdb://{DEFAULT_DIRECTORY.absolute()}"
    scheme, mark, rest = text.partition("://")
    if scheme == "chdb" and mark:
        return _embedded(rest)
    if scheme in SERVER_SCHEMES and mark:
        return _server(text)
    # Of an address without a scheme nothing is shown: it may begin with user and password.
    fault = f"begins with {scheme[:20]!r}, which is not known" if mark else "names no engine"
    raise BadDsn(
        f"The database address {fault}: "
        "use chdb:///directory, clickhouse://host:8123/database, clickhouses:// or myscale://."
    )


def _embedded(path: str) -> Dsn:
    if not path or "?" in path:
        raise BadDsn("An embedded database needs a directory and nothing else: chdb:///directory.")
    # The engine compares paths letter by letter, so every spelling must become one.
    directory = Path(os.path.realpath(unquote(path)))
    return Dsn("chdb", f"chdb://{directory}", directory)


def _server(text: str) -> Dsn:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise BadDsn(UNREADABLE) from error
    if "@" in parts.path + parts.query + parts.fragment:  # a password ended the host too soon
        raise BadDsn(UNREADABLE)
    try:
        port = parts.port
    except ValueError as error:
        raise BadDsn("The port in the database address is not a number below 65536.") from error
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(given) - OPTIONS)
    if unknown:
        raise BadDsn(
            f"The database address has an unknown option {unknown[0]!r}: there are "
            f"{', '.join(sorted(OPTIONS))}."
        )
    cluster, settings = _read_cluster(parts.scheme, given)
    secure = _secure(parts.scheme, port, given.pop("secure", None))
    port = port or _default_port(parts.scheme, secure)
    host = parts.hostname or "localhost"
    database = unquote(parts.path.lstrip("/")) or "default"
    options: dict[str, Any] = {
        "interface": "https" if secure else "http",
        "host": host,
        "port": port,
        "username": unquote(parts.username or "default"),
        "password": unquote(parts.password or ""),
        "database": database,
        **settings,
        **{name: _value(name, value) for name, value in given.items()},
    }
    shown = f"[{host}]" if ":" in host else host
    display = f"{parts.scheme}://{shown}:{port}/{database}"
    return Dsn(parts.scheme, display, None, options, cluster)


def _read_cluster(scheme: str, given: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Take what is said of a cluster out of the options; return its name and how to ask it."""
    cluster, skip = given.pop(CLUSTER, ""), given.pop(SKIP, "")
    if not cluster:
        if skip:
            raise BadDsn(f"{SKIP} in the database address needs cluster=NAME beside it.")
        return "", {}
    if scheme == "myscale" or not CLUSTER_NAME.fullmatch(cluster):
        raise BadDsn(
            f"The database address names no cluster of ClickHouse with cluster={cluster!r}: use "
            "clickhouse:// and a name of letters, digits, _ and -."
        )
    settings = {
        # An insert is durable on its shard on return, and what holds an id lies where the id does.
        "distributed_foreground_insert": 1,
        "distributed_product_mode": "local",
        SKIP: int(bool(skip) and _flag(SKIP, skip)),
    }
    return cluster, {"settings": settings}


def _secure(scheme: str, port: int | None, asked: str | None) -> bool:
    if asked is not None:
        return _flag("secure", asked)
    always = SERVER_SCHEMES[scheme]
    if always is None:
        # MyScale's cloud is TLS only; a port of one's own is a server of one's own.
        return port is None or port in TLS_PORTS
    return always or port in TLS_PORTS


def _default_port(scheme: str, secure: bool) -> int:
    if scheme == "myscale" and secure:
        return 443
    return 8443 if secure else 8123


def _flag(name: str, value: str) -> bool:
    if value.lower() not in FLAGS:
        raise BadDsn(f"{name} in the database address must be true or false, not {value!r}.")
    return FLAGS[value.lower()]


def _value(name: str, value: str) -> Any:
    if name == "verify":
        return _flag(name, value)
    if name in FILES and value != "certifi" and not Path(value).is_file():
        raise BadDsn(f"{name} in the database address names no file: {value}.")
    if name not in SECONDS:
        return value
    if not value.isdecimal() or not int(value):
        raise BadDsn(f"{name} in the database address must be whole seconds, 1 or more.")
    return int(value)
