"""Fetch a photo's bytes: from the source itself, a file, an object store, or over HTTP."""

import email.utils
import functools
import logging
import os
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from urllib3.exceptions import HTTPError

from encoder.pictures import HEAD, picture_kind
from ingest.deadline import Transfer, Watch, WatchedAdapter
from ingest.errors import Busy, Rejected
from ingest.far import read_object
from ingest.manners import Hosts, Manners
from ingest.photo import Photo
from ingest.sources.place import is_in_store
from vecdb.addresses import path_of

RENDITION = "w=448&q=75&fm=jpg&fit=max"
BUSY = {408, 425, 429, 500, 502, 503, 504}
BLOCK = 1 << 16
LARGE_FILE = 32 << 20  # bytes of a file that is read only when its turn to be decoded comes
LARGEST_FILE = 2 << 30  # bytes read into memory at once
# What urllib3 thinks of a bad host's headers is no news to the user: the failure is counted.
logging.getLogger("urllib3").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Patience:
    """How long to wait for a picture, and how often to ask.

    Attributes:
        connect: seconds for the connection.
        read: seconds between two bytes.
        whole: seconds for one attempt, from the first packet to the last byte.
        attempts: how often in all, when the host is busy or the connection breaks.
        backoff: seconds before the second attempt at most; doubled for each further one.
        longest_wait: seconds a host's Retry-After is obeyed at most.
        largest: bytes of a download.
        redirects: hops to other addresses.
    """

    connect: float = 10
    read: float = 20
    whole: float = 60
    attempts: int = 4
    backoff: float = 1
    longest_wait: float = 60
    largest: int = 32 << 20
    redirects: int = 5


class _Adapter(WatchedAdapter):
    """Takes the proxies of each hop's host from a function."""

    def __init__(self, proxies: Callable[[str], Any], **options: Any) -> None:
        super().__init__(**options)
        self._proxies = proxies

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        parts = urlsplit(str(request.url))
        options["proxies"] = self._proxies(f"{parts.scheme}://{parts.netloc}")
        return super().send(request, *args, **options)


class Fetcher:
    """Fetches photos from many threads; each has its own session."""

    def __init__(
        self,
        watch: Watch,
        stop: threading.Event,
        patience: Patience | None = None,
        manners: Manners | None = None,
        below: Sequence[Path] | None = None,
    ) -> None:
        """Fetch with these manners; files of this machine below some folders alone, if given."""
        self._below = below
        self._watch = watch
        self._stop = stop
        self._patience = patience or Patience()
        self._manners = manners or Manners()
        self._hosts = Hosts()
        self._sessions = threading.local()
        self._proxies = functools.lru_cache(1024)(requests.utils.get_environ_proxies)
        self._netrc = functools.lru_cache(1024)(requests.utils.get_netrc_auth)
        bundles = [os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")]
        self._certificates = next(filter(None, bundles), True)

    def fetch(self, photo: Photo) -> bytes:
        """Return the bytes of a photo.

        Raises:
            Rejected: it cannot be had; permanent where asking again would not help.
        """
        if photo.payload is not None:
            return photo.payload
        if photo.is_remote:
            return self._download(photo.address)
        return self._file(photo.address)

    def is_large_file(self, photo: Photo) -> bool:
        """Tell whether a photo is a file here that should not wait in memory for its turn."""
        if photo.payload is not None or photo.is_remote:
            return False
        try:
            return path_of(photo.address).stat().st_size > LARGE_FILE
        except (OSError, ValueError):
            return False

    def _file(self, address: str) -> bytes:
        path = path_of(address)
        try:
            if self._below is not None and not _lies_below(path, self._below):
                raise Rejected("outside the folders that may be read", permanent=False)
            if path.stat().st_size > LARGE_FILE:
                _check_large(path)
            return path.read_bytes()
        except FileNotFoundError:
            raise Rejected("no such file", permanent=False) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "bad path"
            raise Rejected(f"file not readable: {reason}", permanent=False) from None

    def _download(self, address: str) -> bytes:
        read = self._object if is_in_store(address) else self._attempt
        for attempt in range(self._patience.attempts):
            self._hosts.check(address)
            try:
                body = read(address)
            except Busy as busy:
                if attempt == self._patience.attempts - 1:
                    self._hosts.note(address, answered=not busy.broken)
                    raise
                if self._stop.wait(self._pause(attempt, busy)):
                    raise
            except Rejected as rejected:
                if rejected.permanent:
                    self._hosts.note(address, answered=True)
                raise
            else:
                self._hosts.note(address, answered=True)
                return body
        raise AssertionError("unreachable")

    def _object(self, address: str) -> bytes:
        return read_object(address, self._patience.largest, self._patience.whole)

    def _pause(self, attempt: int, busy: Busy) -> float:
        most = self._patience.backoff * 2**attempt
        # Jitter, so that workers refused together do not come back together.
        pause = random.uniform(most / 2, most)
        if busy.wait is None:
            return pause
        return min(max(busy.wait, pause), self._patience.longest_wait)

    def _attempt(self, address: str) -> bytes:
        with self._watch.transfer(self._patience.whole) as transfer:
            try:
                body = self._body(rendition(address))
            except Rejected:
                raise
            except (requests.RequestException, HTTPError, OSError, ValueError, EOFError) as error:
                raise _rejection(error, transfer) from None
            except Exception as error:
                # A socket shut under a thread's feet breaks in ways no library promises.
                if transfer.late:
                    raise _rejection(error, transfer) from None
                raise
            if transfer.late:  # a cut can look like the end of an answer
                raise Rejected("too slow", permanent=False)
            return body

    def _body(self, address: str) -> bytes:
        with self._response(address) as response:
            _check(response)
            self._manners.check_opt_out(response.raw.headers.getlist("X-Robots-Tag"))
            if int(response.headers.get("Content-Length") or 0) > self._patience.largest:
                raise Rejected("picture too large", permanent=True, mendable=True)
            body = bytearray()
            while block := response.raw.read1(BLOCK, decode_content=True):
                body += block
                if len(body) > self._patience.largest:
                    raise Rejected("picture too large", permanent=True, mendable=True)
            if response.raw.length_remaining:
                raise Busy("body shorter than announced")
            return bytes(body)

    def _response(self, address: str) -> requests.Response:
        """Ask, through redirects; past the session, which would cost as much again."""
        session = self._session()
        request = requests.PreparedRequest()
        parts = urlsplit(address)
        netrc = self._netrc(f"{parts.scheme}://{parts.netloc}")
        request.prepare("GET", address, headers=session.headers, auth=netrc)
        timeout = (self._patience.connect, self._patience.read)
        options: dict[str, Any] = {"stream": True, "timeout": timeout, "verify": session.verify}
        bundle = session.verify
        if parts.scheme == "https" and isinstance(bundle, str) and not os.path.exists(bundle):
            raise Rejected("REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names no file", permanent=False)
        response = session.get_adapter(str(request.url)).send(request, **options)
        for hop in session.resolve_redirects(response, request, **options):
            response = hop
        return response

    def _session(self) -> requests.Session:
        if not hasattr(self._sessions, "session"):
            session = requests.Session()
            session.headers.update(
                {"User-Agent": self._manners.agent, "Accept": "image/*,*/*;q=0.5"}
            )
            session.headers.update(self._manners.headers)
            # What the environment says is asked once a host: for every request it costs a third.
            session.trust_env = False
            session.verify = self._certificates
            session.max_redirects = self._patience.redirects
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Adapter(self._proxies, pool_connections=8, pool_maxsize=2))
            self._sessions.session = session
        kept: requests.Session = self._sessions.session
        return kept


def _lies_below(path: Path, folders: Sequence[Path]) -> bool:
    """Tell whether a file lies below one of some folders; links are followed."""
    real = path.resolve()
    return any(real.is_relative_to(folder) for folder in folders)


def _check_large(path: Path) -> None:
    """Refuse a large file before it is read whole, where that would be in vain."""
    with path.open("rb") as file:
        if picture_kind(file.read(HEAD)) is None:
            raise Rejected("not a picture", permanent=True, mendable=True)
    if path.stat().st_size > LARGEST_FILE:
        raise Rejected("file too large", permanent=True, mendable=True)


def rendition(address: str) -> str:
    """Ask Unsplash for a small rendition, about 40 KB, instead of the megabytes of the original."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if host != "images.unsplash.com" or parse_qs(parts.query).keys() & {"w", "h"}:
        return address
    query = f"{parts.query}&{RENDITION}" if parts.query else RENDITION
    return parts._replace(query=query, fragment="").geturl()


def _check(response: requests.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    if status in BUSY:
        wait = _retry_after(response.headers.get("Retry-After"))
        raise Busy(f"HTTP {status}", wait, broken=status >= 500 and wait is None)
    raise Rejected(f"HTTP {status}", permanent=400 <= status < 500)


def _retry_after(text: str | None) -> float | None:
    """Read Retry-After: seconds, or a date."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return max(0.0, (at - datetime.now(timezone.utc)).total_seconds())


def _rejection(error: Exception, transfer: Transfer) -> Rejected:
    if transfer.late or time.monotonic() > transfer.due:
        return Rejected("too slow", permanent=False)
    kind = type(error)
    if isinstance(error, requests.TooManyRedirects):
        return Rejected("too many redirects", permanent=True)
    if issubclass(kind, requests.exceptions.InvalidSchema):
        return Rejected("address is not http or https", permanent=True)
    if isinstance(error, requests.exceptions.SSLError):
        return Rejected("bad certificate", permanent=False)
    if isinstance(error, requests.exceptions.InvalidURL | UnicodeError):
        return Rejected("bad address", permanent=True)
    if isinstance(error, requests.Timeout):
        return Busy("timeout", broken=True)
    if "IncompleteRead" in repr(error):
        return Busy("body shorter than announced")
    if isinstance(error, requests.ConnectionError | HTTPError | OSError):
        refused = _is_refusal(error)
        return Busy("no connection" if refused else "connection broke", broken=refused)
    return Rejected("bad address", permanent=True)


def _is_refusal(error: Exception) -> bool:
    return "NewConnectionError" in repr(error) or "NameResolution" in repr(error)
