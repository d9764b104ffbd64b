"""No answer waits for the client's acknowledgement of its first part."""

import os
import socket
import time
from urllib.parse import urlsplit

from api.sockets import answer_at_once
from tests.browser.harness import environment, running_app

REQUEST = b"GET /api/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_connections_inherit_it_from_a_socket_that_names_no_protocol():
    with socket.socket(socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        answer_at_once()
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_other_descriptors_are_left_as_they_are():
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as idle:
        answer_at_once()
        assert not idle.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert listening.fileno() >= 0
        listening.settimeout(60)
        with socket.create_connection(listening.getsockname()):
            listening.accept()[0].close()


def test_no_descriptor_is_left_open():
    reading, writing = os.pipe()
    before = len(os.listdir("/dev/fd"))
    answer_at_once()
    assert len(os.listdir("/dev/fd")) == before
    os.close(writing)
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_the_app_answers_on_an_open_connection_within_the_time_of_an_acknowledgement(tmp_path):
    with running_app(environment(tmp_path, "things")) as address:
        where = urlsplit(address)
        with socket.create_connection((where.hostname, where.port)) as client:
            took = [asked(client) for _ in range(100)]
    # The kernel acknowledges a connection's first packets at once, later ones after 40 ms.
    assert min(took[50:]) < 0.035


def asked(client):
    """Seconds until the whole answer was there."""
    start = time.perf_counter()
    client.sendall(REQUEST)
    answer = b""
    while b'"ok"' not in answer:
        answer += client.recv(4096)
    return time.perf_counter() - start
