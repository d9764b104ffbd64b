"""Who may call: tokens, logins, the rate, and signed addresses.

API_TOKEN: every call needs `Authorization: Bearer <token>`, or HTTP Basic with the token as the
password for clients that take nothing but an address; it may do everything. API_TOKEN_LABEL and
API_TOKEN_LOOK are tokens that may only label, or only look. Who is logged in on the pages needs no
token. API_RATE_LIMIT: calls a minute and client.
"""

import base64
import contextlib
import hmac
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request

from api.errors import Refused
from api.proxies import read_client
from encoder.pictures import most_pixels_allowed
from explorer.addresses import read_token, sign
from explorer.people import PERSON_COOKIE, Person, Role, read_person

CLIENTS = 10_000
TOKENS = {"API_TOKEN": Role.OWN, "API_TOKEN_LABEL": Role.LABEL, "API_TOKEN_LOOK": Role.LOOK}
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s]+")
Guard = Callable[[Request], None]
# Returns who is logged in on the pages, known or not; None where the app has no login.
Identify = Callable[[Request], Person | None]


def check_settings() -> None:
    """Read the settings, so that a mistake in them is told at the start.

    Raises:
        ValueError: a lesser token is set without API_TOKEN, two are the same, one begins or ends
            with a blank; the rate is no whole number; API_FETCH_URLS is neither 1 nor 0.
        BadSetting: PICTURE_MEGAPIXELS cannot be meant.
    """
    _read_limit()
    most_pixels_allowed()
    if (fetch := os.environ.get("API_FETCH_URLS", "")) not in {"", "0", "1"}:
        raise ValueError(f"API_FETCH_URLS is {fetch!r}: write 1 to let addresses be fetched, or 0.")
    found = [value for name in TOKENS if (value := os.environ.get(name, ""))]
    if found and not read_token():
        raise ValueError("API_TOKEN_LABEL and API_TOKEN_LOOK need an API_TOKEN: set it, too.")
    if len(set(found)) < len(found):
        raise ValueError("API_TOKEN, API_TOKEN_LABEL and API_TOKEN_LOOK must differ.")
    if any(value != value.strip() for value in found):
        raise ValueError("A token begins or ends with a blank or line break: set it without.")


def read_origins() -> list[str]:
    """Return the origins whose pages may call, as browsers name them.

    Raises:
        ValueError: an entry of API_CORS_ORIGINS is no origin.
    """
    setting = os.environ.get("API_CORS_ORIGINS", "")
    origins = [name.strip().rstrip("/") for name in setting.split(",") if name.strip()]
    for name in origins:
        if name not in {"*", "null"} and not ORIGIN.fullmatch(name):
            raise ValueError(
                f"API_CORS_ORIGINS has {name!r}: write origins such as https://front.example, or *."
            )
    return origins


def allow(least: Role) -> Guard:
    """Return a guard that lets those pass who may do as much."""

    def check(request: Request) -> None:
        request.state.person = _check(find_person(request), least)

    return check


def allow_change(least: Role) -> Guard:
    """Return such a guard for what changes something: no other site's form can send JSON."""
    check_role = allow(least)

    def check(request: Request) -> None:
        check_json(request)
        check_role(request)

    return check


def check_json(request: Request) -> None:
    """Refuse what another site's form could send in the user's name.

    Raises:
        Refused: 415.
    """
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind.strip().lower() != "application/json":
        raise Refused(415, "What changes something must be sent as application/json.")


def check_signed(request: Request, place: str, name: str, least: Role = Role.LOOK) -> None:
    """Let a caller who may do as much, or with an address signed for this name, pass.

    Where the app has a login, a signature is not enough: who it was made for may have changed.

    Raises:
        Refused: 401.
        NotAllowed: a known caller may not do as much.
    """
    given = request.query_params.get("key", "")
    if (
        read_token()
        and request.app.state.identify(request) is None
        and hmac.compare_digest(given.encode(), sign(place, name).encode())
    ):
        request.state.person = _read_visitor(request)
    else:
        allow(least)(request)


def allow_all(request: Request) -> None:
    """Ask for nothing: the answer says nothing about anybody's photos."""


def find_person(request: Request) -> Person | None:
    """Return who calls, None where a token is asked for and none that is right was given."""
    given = _read_given(request.headers.get("authorization", ""))
    for name, role in TOKENS.items():
        token = os.environ.get(name, "")
        if token and hmac.compare_digest(given.encode(), token.encode()):
            return Person("", role)
    person: Person | None = request.app.state.identify(request)
    if person is not None:
        return person
    return None if read_token() else _read_visitor(request)


def _check(person: Person | None, least: Role) -> Person:
    if person is None or not (person.name or person.role):
        raise Refused(
            401,
            "This server asks for a token: send the header `Authorization: Bearer <token>`."
            if person is None
            else "Log in on this app's pages first, or send a token: `Authorization: Bearer ...`.",
            {"WWW-Authenticate": "Bearer"},
        )
    person.check(least)
    return person


def _read_visitor(request: Request) -> Person:
    """Return who calls where nobody logs in: whoever this browser says."""
    return Person(read_person(request.cookies.get(PERSON_COOKIE, "")))


def _read_given(header: str) -> str:
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        with contextlib.suppress(UnicodeDecodeError):
            # Headers were read as Latin-1, whatever they had been written in.
            value = value.encode("latin-1").decode()
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return ""


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
    limit = _read_limit()
    if not limit:
        return
    rate: Rate = request.app.state.rate
    wait = rate.take(read_client(request), limit, time.monotonic())
    if wait:
        seconds = int(wait) + 1
        raise Refused(
            429,
            f"That is more than {limit} calls a minute: try again in {seconds} s.",
            {"Retry-After": str(seconds)},
        )


def _read_limit() -> int:
    """Return how many calls a minute are answered, 0 where there is no limit."""
    setting = os.environ.get("API_RATE_LIMIT", "").strip()
    if not (setting or "0").isdecimal():
        raise ValueError(f"API_RATE_LIMIT is {setting!r}: write calls a minute, such as 600.")
    return int(setting or "0")
