"""Who may call: the token, the rate, and signed addresses. Set by the environment.

API_TOKEN: every call needs `Authorization: Bearer <token>`, or HTTP Basic with the token as the
password for clients that take nothing but an address. API_RATE_LIMIT: calls a minute and client.
"""

import base64
import binascii
import hmac
import os
import threading
import time
from collections import OrderedDict

from starlette.requests import Request

from api.errors import Refused
from api.proxies import read_client
from explorer.addresses import read_token, sign

CLIENTS = 10_000


def check_token(request: Request) -> None:
    """Let a caller with the token pass.

    Raises:
        Refused: 401.
    """
    wanted = read_token()
    given = _given(request.headers.get("authorization", ""))
    if wanted and not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Refused(
            401,
            "This server asks for a token: send the header `Authorization: Bearer <token>`.",
            {"WWW-Authenticate": "Bearer"},
        )


def _given(header: str) -> str:
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def check_signed(request: Request, place: str, name: str) -> None:
    """Let a caller with the token, or with an address signed for this name, pass.

    Raises:
        Refused: 401.
    """
    given = request.query_params.get("key", "")
    if not (read_token() and hmac.compare_digest(given.encode(), sign(place, name).encode())):
        check_token(request)


def check_nothing(request: Request) -> None:
    """Ask for no token: the answer says nothing about anybody's photos."""


class Rate:
    """A bucket of calls for each client, filled evenly over time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, limit: int, now: float) -> float:
        """Take one call; return 0, or the seconds to wait where the bucket is empty."""
        with self._lock:
            left, then = self._buckets.pop(client, (float(limit), now))
            left = min(float(limit), left + (now - then) * limit / 60)
            wait = 0.0 if left >= 1 else (1 - left) * 60 / limit
            self._buckets[client] = (left if wait else left - 1, now)
            if len(self._buckets) > CLIENTS:
                self._buckets.popitem(last=False)
        return wait


def check_rate(request: Request) -> None:
    """Count a call against its client's rate.

    Raises:
        Refused: 429 with Retry-After.
    """
    limit = os.environ.get("API_RATE_LIMIT", "")
    if not limit.isdigit() or not int(limit):
        return
    rate: Rate = request.app.state.rate
    wait = rate.take(read_client(request), int(limit), time.monotonic())
    if wait:
        seconds = int(wait) + 1
        raise Refused(
            429,
            f"That is more than {limit} calls a minute: try again in {seconds} s.",
            {"Retry-After": str(seconds)},
        )
