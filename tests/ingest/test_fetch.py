import threading
import time
from pathlib import Path

import pytest

from ingest.deadline import Watch
from ingest.errors import Busy, Rejected
from ingest.fetch import Fetcher, Patience, _retry_after, rendition
from ingest.photo import Photo
from tests.ingest.pictures import jpeg
from tests.ingest.server import Host

EXPIRED = Path(__file__).parent / "data" / "expired.pem"


def rejection(fetcher, address):
    with pytest.raises(Rejected) as caught:
        fetcher.fetch(Photo("p", address))
    return caught.value.reason, caught.value.permanent


def test_a_picture_is_downloaded_politely(host, fetcher):
    assert fetcher.fetch(Photo("p", host.url + "/ok/3.jpg")) == jpeg(3)
    (agent,) = host.agents
    assert "VisualDatasetExplorer" in agent


def test_proxies_of_the_environment_are_used(host, fetcher, monkeypatch):
    monkeypatch.setenv("http_proxy", host.url)
    monkeypatch.setenv("no_proxy", "direct.invalid,127.0.0.1")
    assert fetcher.fetch(Photo("p", "http://photos.invalid/3.jpg")) == jpeg(3)
    assert rejection(fetcher, "http://direct.invalid/3.jpg") == ("no connection", False)
    assert fetcher.fetch(Photo("p", host.url + "/ok/4.jpg")) == jpeg(4)
    assert list(host.asked) == ["http://photos.invalid/3.jpg", "/ok/4.jpg"]


@pytest.mark.parametrize(
    ("path", "reason", "permanent"),
    [
        ("/missing/1.jpg", "HTTP 404", True),
        ("/forbidden/1.jpg", "HTTP 403", True),
        ("/error/1.jpg", "HTTP 500", False),
        ("/loop/1.jpg", "too many redirects", True),
        ("/to_a_file/1.jpg", "address is not http or https", True),
        ("/short/1.jpg", "body shorter than announced", False),
        ("/nonsense/1.jpg", "connection broke", False),
        ("/silent/1.jpg", "timeout", False),
    ],
)
def test_each_bad_answer_has_its_reason(host, fetcher, path, reason, permanent):
    assert rejection(fetcher, host.url + path) == (reason, permanent)


@pytest.mark.parametrize(
    ("address", "reason", "permanent"),
    [
        ("ftp://127.0.0.1/x.jpg", "address is not http or https", True),
        ("http://127.0.0.1:1/x.jpg", "no connection", False),
        ("http://nowhere.invalid/x.jpg", "no connection", False),
        ("http://", "bad address", True),
        ("http://[::1/x.jpg", "bad address", True),
        ("http://127.0.0.1:99999/x.jpg", "bad address", True),
        ("http://exa mple/x.jpg", "bad address", True),
        ("no/such/file.jpg", "no such file", False),
        ("/", "file not readable: Is a directory", False),
    ],
)
def test_each_bad_address_has_its_reason(fetcher, address, reason, permanent):
    assert rejection(fetcher, address) == (reason, permanent)


@pytest.mark.parametrize("path", ["/drip/1.jpg", "/drip_headers/1.jpg"])
def test_a_host_that_drips_bytes_is_cut_off(host, fetcher, path):
    started = time.monotonic()
    assert rejection(fetcher, host.url + path) == ("too slow", False)
    assert time.monotonic() - started < 15  # it would drip for hours


def test_an_endless_body_is_cut_off_at_the_limit(host, fetcher):
    assert rejection(fetcher, host.url + "/endless/1.jpg") == ("picture too large", True)


def test_an_announced_size_over_the_limit_is_not_even_read(host):
    from ingest.deadline import Watch

    with Watch() as watch:
        small = Fetcher(watch, threading.Event(), Patience(largest=100))
        assert rejection(small, host.url + "/ok/1.jpg") == ("picture too large", True)


def test_an_expired_certificate_is_refused_though_its_issuer_is_trusted(fetcher, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(EXPIRED))
    with Host(EXPIRED) as host:
        assert rejection(fetcher, host.url + "/ok/1.jpg") == ("bad certificate", False)


def test_certificates_that_are_not_there_are_named(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/none.pem")
    with Watch() as watch:
        reason, permanent = rejection(Fetcher(watch, threading.Event()), "https://127.0.0.1:9/a")
    assert (reason, permanent) == ("REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names no file", False)


def test_a_busy_host_is_asked_again(host, fetcher):
    assert fetcher.fetch(Photo("p", host.url + "/busy_twice/4.jpg")) == jpeg(4)
    assert host.asked["/busy_twice/4.jpg"] == 3


def test_retry_after_is_honoured(host, fetcher):
    started = time.monotonic()
    fetcher.fetch(Photo("p", host.url + "/busy_a_second/4.jpg"))
    assert time.monotonic() - started >= 1


def test_retry_after_may_be_a_date_or_nonsense():
    assert _retry_after("7") == 7
    assert _retry_after("Wed, 01 Jan 2020 00:00:00 GMT") == 0
    assert _retry_after("soon") is None
    assert _retry_after(None) is None


def test_a_permanent_answer_is_not_asked_for_twice(host, fetcher):
    rejection(fetcher, host.url + "/missing/1.jpg")
    assert host.asked["/missing/1.jpg"] == 1


def test_a_stop_ends_the_wait_for_a_busy_host(host):
    from ingest.deadline import Watch

    stop = threading.Event()
    stop.set()
    with Watch() as watch, pytest.raises(Busy):
        Fetcher(watch, stop, Patience(backoff=30)).fetch(Photo("p", host.url + "/error/1.jpg"))


def test_unsplash_is_asked_for_a_rendition_and_others_are_not():
    raw = "https://images.unsplash.com/photo-1"
    assert rendition(raw) == raw + "?w=448&q=75&fm=jpg&fit=max"
    assert rendition(raw + "?ixid=a") == raw + "?ixid=a&w=448&q=75&fm=jpg&fit=max"
    assert rendition(raw + "?w=100") == raw + "?w=100"
    assert rendition("https://example.org/photo-1") == "https://example.org/photo-1"


def test_files_are_read_by_path_and_by_file_address(fetcher, tmp_path):
    path = tmp_path / "a b.jpg"
    path.write_bytes(jpeg(1))
    assert fetcher.fetch(Photo("p", str(path))) == jpeg(1)
    assert fetcher.fetch(Photo("p", path.as_uri())) == jpeg(1)


def test_credentials_of_netrc_are_used(host, fetcher, monkeypatch, tmp_path):
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login ada password secret\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    fetcher.fetch(Photo("p", host.url + "/ok/4.jpg"))
    assert host.authorizations == {"Basic YWRhOnNlY3JldA=="}


def test_files_are_read_below_the_named_folders_alone_whatever_leads_elsewhere(tmp_path):
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "photo.jpg").write_bytes(jpeg(1))
    (tmp_path / "open" / "link.jpg").symlink_to(tmp_path / "closed" / "photo.jpg")
    with Watch() as watch:
        fetcher = Fetcher(watch, threading.Event(), below=(tmp_path / "open",))
        assert fetcher.fetch(Photo("p", str(tmp_path / "open" / "photo.jpg"))) == jpeg(1)
        for way in (
            str(tmp_path / "closed" / "photo.jpg"),
            str(tmp_path / "open" / ".." / "closed" / "photo.jpg"),
            (tmp_path / "closed" / "photo.jpg").as_uri(),
            str(tmp_path / "open" / "link.jpg"),
            str(tmp_path / "openly" / "photo.jpg"),
        ):
            assert rejection(fetcher, way) == ("outside the folders that may be read", False)
