"""A body that does not come holds no connection for long."""

import contextlib
import socket
import time
from urllib.parse import urlsplit

import pytest

from api import routing

BODY = b'{"text": "a bird"}' + b" " * 82
LENGTH, CHUNKED = b"Content-Length: %d", b"Transfer-Encoding: chunked"


@pytest.fixture
def client(server, monkeypatch):
    monkeypatch.setattr(routing, "PATIENCE", 0.4)
    monkeypatch.setattr(routing, "SLOWEST", 100)
    where = urlsplit(server)
    with socket.create_connection((where.hostname, where.port), timeout=60) as opened:
        yield opened


@pytest.mark.parametrize("size", [LENGTH % 100, LENGTH % 30_000_000, CHUNKED])
def test_a_body_that_never_comes_is_refused_and_the_line_closed(client, size):
    send_head(client, size)
    answer = read_all(client)
    assert b" 408 " in answer
    assert b'"The request\'s body did not come in time: send it again."' in answer


def test_a_body_of_a_byte_now_and_then_is_refused(client):
    send_head(client, LENGTH % 100)
    began = time.monotonic()
    client.settimeout(0.05)
    answer = b""
    while b"408" not in answer and time.monotonic() - began < 60:
        with contextlib.suppress(OSError):  # what is sent after the answer may be refused
            client.sendall(b" ")
        with contextlib.suppress(TimeoutError):
            answer += client.recv(4096)
    assert b" 408 " in answer


def test_a_body_that_comes_slowly_and_steadily_is_answered(client, monkeypatch):
    monkeypatch.setattr(routing, "SLOWEST", 1)
    send_head(client, LENGTH % 100)
    for at in range(0, 100, 25):
        client.sendall(BODY[at : at + 25])
        time.sleep(0.2)  # the last comes after six tenths of a second: longer than the patience
    assert b" 404 " in client.recv(4096)  # the database is empty


def send_head(client, size):
    lines = [b"POST /api/search HTTP/1.1", b"Host: localhost", size, b"", b""]
    client.sendall(b"\r\n".join(lines))


def read_all(client):
    """Everything until the server hangs up."""
    return b"".join(iter(lambda: client.recv(4096), b""))
