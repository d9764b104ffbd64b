"""What proxies forward is believed of those that are trusted, and of nobody else."""

import pytest
import requests
from starlette.requests import Request

from api.proxies import check_proxies, read_base, read_client, read_prefix


def called(client: str, forwarded: dict[str, str], scheme: str = "http") -> Request:
    """A request as uvicorn hands it on when nobody forwards."""
    headers = [(f"x-forwarded-{name}".encode(), text.encode()) for name, text in forwarded.items()]
    return Request(
        {
            "type": "http",
            "scheme": scheme,
            "server": ("inside", 8501),
            "client": (client, 5000),
            "path": "/api/search",
            "headers": [(b"host", b"inside:8501"), *headers],
        }
    )


FORWARDED = {"for": "203.0.113.7", "proto": "https", "host": "photos.example.org", "prefix": "/vde"}


@pytest.mark.parametrize(
    ("trusted", "client", "forwarded", "wanted"),
    [
        ("", "10.0.0.1", {"for": "203.0.113.7"}, "10.0.0.1"),
        ("10.0.0.0/8", "10.0.0.1", {"for": "203.0.113.7"}, "203.0.113.7"),
        ("10.0.0.0/8", "11.0.0.1", {"for": "203.0.113.7"}, "11.0.0.1"),
        ("10.0.0.0/8", "10.0.0.1", {"for": "6.6.6.6, 203.0.113.7, 10.2.2.2"}, "203.0.113.7"),
        ("10.0.0.1", "10.0.0.1", {"for": "203.0.113.7:4711"}, "203.0.113.7"),
        ("::1", "::1", {"for": "[2001:db8::5]:4711"}, "2001:db8::5"),
        ("10.0.0.0/8", "10.0.0.1", {}, "10.0.0.1"),
        # uvicorn has put the forwarded address in the place of 127.0.0.1.
        ("", "203.0.113.7", {"for": "203.0.113.7"}, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7", {"for": "203.0.113.7"}, "203.0.113.7"),
        ("127.0.0.1", "6.6.6.6", {"for": "6.6.6.6, 203.0.113.7"}, "6.6.6.6"),
    ],
)
def test_a_caller_is_who_a_trusted_proxy_says(monkeypatch, trusted, client, forwarded, wanted):
    monkeypatch.setenv("TRUSTED_PROXIES", trusted)
    assert read_client(called(client, forwarded)) == wanted


def test_addresses_are_those_that_a_trusted_proxy_was_called_under(monkeypatch):
    assert read_base(called("10.0.0.1", FORWARDED)) == "http://inside:8501"
    assert read_prefix(called("10.0.0.1", FORWARDED)) == ""
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8")
    assert read_base(called("10.0.0.1", FORWARDED)) == "https://photos.example.org"
    assert read_prefix(called("10.0.0.1", FORWARDED)) == "/vde"


def test_a_scheme_that_uvicorn_believed_is_not_believed_here(monkeypatch):
    forwarded = {"for": "203.0.113.7", "proto": "https"}
    assert read_base(called("203.0.113.7", forwarded, "https")) == "http://inside:8501"


@pytest.mark.parametrize(
    "odd", [{"host": 'evil"><b>'}, {"prefix": "//evil.example"}, {"proto": "javascript"}]
)
def test_what_is_no_address_is_left_out(monkeypatch, odd):
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8")
    assert read_base(called("10.0.0.1", odd)) == "http://inside:8501"
    assert read_prefix(called("10.0.0.1", odd)) == ""


def test_a_setting_that_is_no_network_is_told_at_the_start(monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "the office")
    with pytest.raises(ValueError, match="TRUSTED_PROXIES"):
        check_proxies()


def asked(served, number: int, **forwarded: str) -> requests.Response:
    headers = {f"X-Forwarded-{name}": text for name, text in forwarded.items()}
    headers["X-Forwarded-For"] = f"203.0.113.{number}"
    address = f"{served.address}/api/photos/colours/red"
    return requests.get(address, headers=headers, timeout=60)


def test_the_rate_counts_callers_behind_a_trusted_proxy_apart_and_others_as_one(
    served, monkeypatch
):
    monkeypatch.setenv("API_RATE_LIMIT", "3")
    assert [asked(served, at).status_code for at in range(5)] == [200] * 3 + [429] * 2
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1")
    assert [asked(served, at).status_code for at in range(5)] == [200] * 5


def test_addresses_in_answers_hold_what_the_proxy_adds(served, monkeypatch):
    forwarded = {"Proto": "https", "Host": "photos.example.org", "Prefix": "/vde"}
    path = "/api/thumb/colours/colours%2Fred"
    assert asked(served, 1, **forwarded).json()["thumbnail"] == served.address + path
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1")
    wanted = "https://photos.example.org/vde" + path
    assert asked(served, 1, **forwarded).json()["thumbnail"] == wanted
