"""Who calls, and under which address this server was called, also behind proxies.

TRUSTED_PROXIES: networks with commas between them, such as `127.0.0.1, 10.0.0.0/8`. What a caller
from one of them forwards (X-Forwarded-For, -Proto, -Host, -Prefix) is believed, and nobody else.
"""

import ipaddress
import os
import re
from functools import lru_cache

from starlette.requests import HTTPConnection

LOOPBACK = ("127.0.0.1", "::1")  # uvicorn itself believes these
HOST = re.compile(r"[\w.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", re.ASCII)
PREFIX = re.compile(r"(/[\w.~-]+)+", re.ASCII)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_client(request: HTTPConnection) -> str:
    """Return the network address of the caller; of a trusted proxy's, whom it forwards for."""
    client = _peer(request)
    for entry in reversed(_read_forwarded(request, "for")):
        if not _is_trusted(client):
            break
        client = _without_port(entry)
    return client


def read_prefix(request: HTTPConnection) -> str:
    """Return the path below which a trusted proxy serves this server, empty where it names none."""
    given = _last(request, "prefix").rstrip("/")
    return given if PREFIX.fullmatch(given) else ""


def read_base(request: HTTPConnection) -> str:
    """Return the address that this server was called under, without a slash at the end."""
    url = request.base_url
    scheme, host = url.scheme, url.netloc
    if not _is_trusted(_peer(request)):
        # uvicorn took the scheme from a header that we do not believe.
        scheme = "http" if _read_forwarded(request, "proto") and _is_local(request) else scheme
    elif _last(request, "proto") in {"http", "https"}:
        scheme = _last(request, "proto")
    if HOST.fullmatch(_last(request, "host")):
        host = _last(request, "host")
    return f"{scheme}://{host}{url.path.rstrip('/')}"


def _last(request: HTTPConnection, what: str) -> str:
    found = _read_forwarded(request, what)
    return found[-1] if found and _is_trusted(_peer(request)) else ""


def _read_forwarded(request: HTTPConnection, what: str) -> list[str]:
    values = request.headers.getlist(f"x-forwarded-{what}")
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _peer(request: HTTPConnection) -> str:
    """Return whom the connection is with.

    uvicorn puts in its place whom a caller on this machine forwards for, whether we trust it or
    not: the last entry that is not on this machine.
    """
    host = request.client.host if request.client else ""
    others = [_without_port(entry) for entry in _read_forwarded(request, "for")]
    outside = [entry for entry in others if entry not in LOOPBACK]
    return LOOPBACK[0] if outside and host == outside[-1] else host


def _is_local(request: HTTPConnection) -> bool:
    return _peer(request) in LOOPBACK


def _without_port(entry: str) -> str:
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry


def _is_trusted(host: str) -> bool:
    networks = _trusted_networks(os.environ.get("TRUSTED_PROXIES", ""))
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return any(address.ipv4_mapped in network for network in networks)
    return any(address in network for network in networks)


@lru_cache(1)
def _trusted_networks(setting: str) -> tuple[Network, ...]:
    """Read the setting.

    Raises:
        ValueError: an entry is no network.
    """
    names = [name.strip() for name in setting.split(",") if name.strip()]
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def check_proxies() -> None:
    """Read TRUSTED_PROXIES, so that a mistake in it is told at the start.

    Raises:
        ValueError: an entry is no network.
    """
    setting = os.environ.get("TRUSTED_PROXIES", "")
    try:
        _trusted_networks(setting)
    except ValueError as error:
        raise ValueError(
            f"TRUSTED_PROXIES is {setting!r}: write networks such as 127.0.0.1, 10.0.0.0/8."
        ) from error
