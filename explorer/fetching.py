"""Fetch a picture from an address a user gave, without lending anybody our place in the network.

Off unless API_FETCH_URLS=1. Every address, also that of a redirect, is resolved once, must be
public as a whole, and the connection goes to the very number that was checked: a name that
resolves differently the next moment gains nothing.
"""

import contextlib
import http.client
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from urllib.parse import SplitResult, urljoin, urlsplit

from explorer.errors import BadInput, NotAllowed
from explorer.public import is_public

SECONDS = 10.0
LARGEST = 15 * 2**20
REDIRECTS = 3
AGENT = "visual-dataset-explorer"

Resolve = Callable[[str, int], list[str]]
Connect = Callable[[tuple[str, int], float], socket.socket]


def fetching_allowed() -> bool:
    """Tell whether addresses of users are fetched at all."""
    return os.environ.get("API_FETCH_URLS", "") == "1"


def resolve_host(host: str, port: int) -> list[str]:
    """Return the numbers a name stands for."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch_picture(
    address: str, *, resolve: Resolve = resolve_host, connect: Connect = socket.create_connection
) -> bytes:
    """Return the bytes of the picture at an http or https address.

    Args:
        address: what the user gave.
        resolve: name and port to numbers.
        connect: (number, port) and seconds to an open socket.

    Raises:
        BadInput, NotAllowed: with the reason; never more than 10 s and 15 MiB.
    """
    if not fetching_allowed():
        raise NotAllowed(
            "This server fetches no addresses (API_FETCH_URLS=1 lets it): send the picture."
        )
    deadline = time.monotonic() + SECONDS
    for _ in range(REDIRECTS + 1):
        parts = _check(address)
        number = _public_number(parts, resolve, deadline)
        try:
            location, body = _get(parts, number, connect, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise BadInput("The address did not give a picture in time.") from error
        if location is None:
            return body
        address = urljoin(address, location)
    raise BadInput(f"The address redirects more than {REDIRECTS} times.")


def _check(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise BadInput("That is not an address.") from error
    plain = address.isascii() and address.isprintable() and " " not in address
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain or port == 0:
        raise BadInput("Only http and https addresses can be fetched.")
    if parts.username is not None or parts.password is not None:
        raise BadInput("An address with a user name in it is not fetched.")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _public_number(parts: SplitResult, resolve: Resolve, deadline: float) -> str:
    host = parts.hostname or ""
    answer: list[list[str]] = []

    def ask() -> None:
        try:
            answer.append(resolve(host, _port(parts)))
        except (OSError, UnicodeError):
            answer.append([])

    # A thread, because resolving a name has no timeout of its own.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(0.0, deadline - time.monotonic()))
    numbers = answer[0] if answer else []
    if not numbers:
        raise BadInput("The address's name cannot be resolved.")
    if not all(is_public(number) for number in numbers):
        raise NotAllowed("That address is not on the public internet, so it is not fetched.")
    return numbers[0]


def _get(
    parts: SplitResult, number: str, connect: Connect, deadline: float
) -> tuple[str | None, bytes]:
    """Ask once; return where it redirects to, or the body."""
    with _Connection(parts, number, connect, deadline) as connection:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"User-Agent": AGENT, "Accept": "image/*"})
        answer = connection.getresponse()
        if answer.status in {301, 302, 303, 307, 308}:
            return answer.headers.get("Location", ""), b""
        kind = answer.headers.get_content_type()
        if answer.status != 200 or not (kind.startswith("image/") or kind.endswith("octet-stream")):
            raise BadInput(f"The address answered {answer.status} {kind}, not a picture.")
        return None, _read(answer, connection, deadline)


def _read(answer: http.client.HTTPResponse, connection: "_Connection", deadline: float) -> bytes:
    parts, size = [], 0
    while part := answer.read1(65536):
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise BadInput(f"The picture is larger than {LARGEST // 2**20} MiB.")
        connection.wait_until(deadline)
    # A body that was cut off in time ends like a whole one.
    connection.wait_until(deadline)
    return b"".join(parts)


class _Connection(http.client.HTTPConnection):
    """A connection to a number that was checked, under the name it was asked for."""

    def __init__(self, parts: SplitResult, number: str, connect: Connect, deadline: float) -> None:
        super().__init__(parts.hostname or "", _port(parts), timeout=SECONDS)
        left = max(0.01, deadline - time.monotonic())
        raw = connect((number, _port(parts)), left)
        raw.settimeout(left)
        if parts.scheme == "https":
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=parts.hostname)
        # http.client lets go of self.sock before the body is read; this one stays.
        self.sock = self._open = raw
        # The socket's own timeout starts anew with every byte; this ends the whole.
        self._guillotine = threading.Timer(left, self._cut)
        self._guillotine.daemon = True
        self._guillotine.start()

    def wait_until(self, deadline: float) -> None:
        """Raise when the time for the whole fetch is over."""
        if time.monotonic() > deadline:
            raise TimeoutError

    def _cut(self) -> None:
        with contextlib.suppress(OSError):
            self._open.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *error: object) -> None:
        self._guillotine.cancel()
        self.close()
