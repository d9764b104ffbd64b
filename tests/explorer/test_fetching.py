"""Addresses of users: what is never fetched, whatever names, redirects and DNS say."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from explorer.errors import BadInput, ExplorerError, NotAllowed
from explorer.fetching import fetch_picture
from explorer.public import is_public
from tests.api.conftest import jpeg, picture

PUBLIC = "93.184.216.34"


@pytest.fixture(autouse=True)
def switched_on(monkeypatch):
    monkeypatch.setenv("API_FETCH_URLS", "1")


@pytest.fixture
def web():
    """A web server on this machine that plays the public internet; yields its port."""

    class Web(BaseHTTPRequestHandler):
        def do_GET(self):
            kind, _, rest = self.path.lstrip("/").partition("/")
            if kind == "to":
                self.send_response(302)
                self.send_header("Location", rest)
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if kind == "page" else "image/jpeg")
            self.end_headers()
            try:
                if kind == "huge":
                    for _ in range(400):
                        self.wfile.write(b"x" * 65536)
                elif kind == "slow":
                    for _ in range(100):
                        self.wfile.write(b"x")
                        time.sleep(0.1)
                else:
                    self.wfile.write(jpeg(picture("red")))
            except OSError:
                pass

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Web) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def fetch(web):
    """Fetch as the server does; the public number leads to `web`. Keeps what was connected to."""
    connected: list[str] = []

    def connect(target, seconds):
        connected.append(target[0])
        assert target[0] == PUBLIC, "a connection to an address that was not checked"
        return socket.create_connection(("127.0.0.1", web), seconds)

    def run(address, **names):
        def resolve(host, port):
            found = names.get(host.replace(".", "_"), PUBLIC)
            return found.pop(0) if isinstance(found, list) else [found]

        return fetch_picture(address, resolve=resolve, connect=connect)

    run.connected = connected  # type: ignore[attr-defined]
    return run


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "224.0.1.1",
        "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1",
        "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1",
        "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2001:db8::1", "localhost", "",
    ],
)  # fmt: skip
def test_a_number_that_is_not_public_is_known_as_such(number):
    assert not is_public(number)


@pytest.mark.parametrize("number", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_a_public_number_is_known_as_such(number):
    assert is_public(number)


def test_a_picture_on_the_public_internet_is_fetched(fetch):
    assert fetch("http://pictures.example/red.jpg") == jpeg(picture("red"))
    assert fetch.connected == [PUBLIC]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "2130706433",
     "0x7f.1", "127.1", "[64:ff9b::7f00:1]", "0"],
)  # fmt: skip
def test_an_address_of_this_machine_or_its_network_is_refused_by_the_real_resolver(host):
    with pytest.raises(ExplorerError) as refused:
        fetch_picture(f"http://{host}:8501/metrics")
    assert isinstance(refused.value, BadInput | NotAllowed)
    assert "public" in str(refused.value) or "resolved" in str(refused.value)


def test_a_name_that_stands_for_a_private_number_is_refused(fetch):
    with pytest.raises(ExplorerError, match="public internet"):
        fetch("http://inside.example/a.jpg", inside_example="10.0.0.5")
    with pytest.raises(ExplorerError, match="public internet"):
        fetch("http://both.example/a.jpg", both_example=[[PUBLIC, "127.0.0.1"]])
    assert fetch.connected == []


def test_a_redirect_to_a_private_address_is_refused(fetch):
    for target in ("http://127.0.0.1/a.jpg", "http://inside.example/", "//169.254.169.254/latest"):
        with pytest.raises(ExplorerError, match="public internet"):
            fetch(
                f"http://pictures.example/to/{target}",
                inside_example="192.168.0.1",
                **{"127_0_0_1": "127.0.0.1", "169_254_169_254": "169.254.169.254"},
            )
    assert fetch.connected == [PUBLIC] * 3


def test_a_redirect_to_another_protocol_or_an_endless_one_is_refused(fetch):
    with pytest.raises(ExplorerError, match="http and https"):
        fetch("http://pictures.example/to/file:///etc/passwd")
    with pytest.raises(ExplorerError, match="redirects more than 3"):
        fetch("http://pictures.example/to//to//to//to//to//to/")


def test_a_name_that_changes_after_the_check_gains_nothing(fetch):
    # The first answer is checked and connected to; the second, private, is never asked for.
    answers = [[PUBLIC], ["127.0.0.1"]]
    assert fetch("http://moving.example/a.jpg", moving_example=answers)
    assert fetch.connected == [PUBLIC]
    assert answers == [["127.0.0.1"]]
    # Where it has changed by the time of a redirect to itself, the new number is checked too.
    answers = [[PUBLIC], ["127.0.0.1"]]
    with pytest.raises(ExplorerError, match="public internet"):
        fetch("http://moving.example/to/http://moving.example/a.jpg", moving_example=answers)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "http://", "http:///x", "x",
     "http://user:pw@a.example/", "http://a.example:99999/", "http://a.example/\r\nHost: b",
     "http://a.example:0/", "http://[::1", "data:image/png;base64,xx", "http://ä.example/"],
)  # fmt: skip
def test_what_is_not_a_plain_web_address_is_refused(fetch, address):
    with pytest.raises(ExplorerError) as refused:
        fetch(address)
    assert isinstance(refused.value, BadInput)
    assert fetch.connected == []


def test_a_page_is_no_picture_and_a_huge_one_is_cut_off(fetch):
    with pytest.raises(ExplorerError, match="text/html, not a picture"):
        fetch("http://pictures.example/page")
    with pytest.raises(ExplorerError, match="larger than 15 MiB"):
        fetch("http://pictures.example/huge")


def test_a_picture_that_trickles_in_is_given_up_as_a_whole(fetch, monkeypatch):
    monkeypatch.setattr("explorer.fetching.SECONDS", 0.7)
    start = time.monotonic()
    with pytest.raises(ExplorerError, match="in time"):
        fetch("http://pictures.example/slow")
    assert time.monotonic() - start < 8  # of ten seconds


def test_nothing_is_fetched_unless_it_was_switched_on(fetch, monkeypatch):
    monkeypatch.delenv("API_FETCH_URLS")
    with pytest.raises(ExplorerError, match="API_FETCH_URLS=1"):
        fetch("http://pictures.example/red.jpg")
    assert fetch.connected == []
