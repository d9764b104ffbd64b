"""Prepared files: streamed from disk in flat memory, and nothing else can be reached."""

import os
import shutil
import time
from pathlib import Path

import pytest
import requests
from starlette.applications import Starlette
from starlette.middleware import Middleware
from streamlit.web.server.starlette.starlette_path_security_middleware import PathSecurityMiddleware

from api import routes
from explorer.addresses import download_url
from explorer.downloads import SECONDS_KEPT, make_place
from tests.api.conftest import serving


@pytest.fixture
def served(explorer):
    app = Starlette(routes=routes(explorer), middleware=[Middleware(PathSecurityMiddleware)])
    with serving(app) as address:
        yield address, explorer.store


def test_a_prepared_file_arrives_under_its_name(served):
    address, store = served
    path = make_place(store) / "pictures.zip"
    path.write_bytes(b"0123456789")
    answer = requests.get(f"{address}/{download_url(path, 'hüte.zip')}", timeout=60)
    assert answer.content == b"0123456789"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''h%C3")
    part = requests.get(answer.url, headers={"Range": "bytes=2-4"}, timeout=60)
    assert (part.status_code, part.content) == (206, b"234")


@pytest.mark.parametrize(
    "place", ["0" * 32 + "/pictures.zip", "../store/data.mdb", "%2e%2e/store", "store/data.mdb"]
)
def test_nothing_else_can_be_reached(served, place):
    address, store = served
    (store.path.parent / "secret").write_text("secret")
    make_place(store)
    answer = requests.get(f"{address}/api/exports/{place}", timeout=60)
    assert answer.status_code in {400, 404}


def test_with_a_token_only_a_signed_address_or_the_token_opens_it(served, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "sesame")
    address, store = served
    path = make_place(store) / "pictures.zip"
    path.write_bytes(b"0")
    signed = f"{address}/{download_url(path, 'a.zip')}"
    assert requests.get(signed, timeout=60).status_code == 200
    plain = signed.partition("&key=")[0]
    assert requests.get(plain, timeout=60).status_code == 401
    told = {"Authorization": "Bearer sesame"}
    assert requests.get(plain, headers=told, timeout=60).status_code == 200


def resident() -> int:
    """The memory of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024


@pytest.mark.slow
def test_memory_stays_flat_while_gigabytes_are_served(served):
    address, store = served
    path = make_place(store) / "pictures.zip"
    with path.open("wb") as file:
        file.truncate(1_200_000_000)  # takes no room on the disk
    before, most, got = resident(), 0, 0
    with requests.get(f"{address}/{download_url(path, 'a.zip')}", stream=True, timeout=60) as sent:
        assert int(sent.headers["content-length"]) == 1_200_000_000
        for chunk in sent.iter_content(1 << 20):
            got += len(chunk)
            if got % (1 << 26) < 1 << 20:
                most = max(most, resident())
    assert got == 1_200_000_000
    assert most - before < 100_000_000


def test_files_of_yesterday_are_removed(explorer):
    old = make_place(explorer.store)
    os.utime(old, (1, time.time() - SECONDS_KEPT - 60))
    fresh = make_place(explorer.store)
    assert make_place(explorer.store).is_dir()
    assert fresh.is_dir()
    assert not old.exists()


def test_files_of_yesterday_that_another_export_removes_stop_none(explorer, monkeypatch):
    old = [make_place(explorer.store) for _ in range(2)]
    for place in old:
        os.utime(place, (1, time.time() - SECONDS_KEPT - 60))
    remove = shutil.rmtree

    def remove_all(_: Path, ignore_errors: bool) -> None:
        for place in old:
            remove(place, ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", remove_all)
    assert make_place(explorer.store).is_dir()
