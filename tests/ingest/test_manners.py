import json
import socket
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from ingest import Options
from ingest.__main__ import _options, _parser, _tell_headers_apart
from ingest.deadline import Watch
from ingest.errors import Rejected, SourceError
from ingest.fetch import Fetcher, Patience
from ingest.manners import BROKEN, Hosts, Manners, find_opt_out
from ingest.manners_options import read_manners
from ingest.photo import Photo
from tests.ingest.pictures import jpeg


def listed(tmp_path: Path, addresses) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["id,url", *(f"p{i},{a}" for i, a in enumerate(addresses))]))
    return path


def tagged(host, tags: str) -> str:
    return f"{host.url}/opted_out/{quote(tags)}/1.jpg"


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        (["noai, noimageai"], "noai"),
        (["NoIndex"], "noindex"),
        (["nofollow", "noimageindex"], "noimageindex"),
        (["none"], "none"),
        (["all"], None),
        (["nofollow, noarchive"], None),
        (["googlebot: noindex"], None),
        (["googlebot: noindex, nofollow, noai"], None),
        (["VisualDatasetExplorer: noai"], "noai"),
        (["googlebot: nofollow, visualdatasetexplorer: noindex"], "noindex"),
        (["*: noai"], "noai"),
        (["unavailable_after: 25 Jun 2010 15:00:00 PST, noai"], "noai"),
        (["max-snippet: 5, noindex"], "noindex"),
        (["googlebot: max-snippet: 5, noindex"], None),
        ([], None),
    ],
)
def test_an_opt_out_counts_where_it_speaks_of_everybody_or_of_us(tags, found):
    assert find_opt_out(tags, Manners().token) == found


def test_an_opted_out_picture_fails_with_its_own_reason_until_told_otherwise(
    ingest, host, tmp_path
):
    source = listed(
        tmp_path,
        [
            tagged(host, "noai, noimageai"),
            tagged(host, "otherbot: noai;noindex"),
            tagged(host, "otherbot: noindex"),
            host.url + "/ok/1.jpg",
        ],
    )
    first = ingest(source)
    assert first.inserted == 2
    assert first.reasons == {
        "opted out (X-Robots-Tag: noai)": 1,
        "opted out (X-Robots-Tag: noindex)": 1,
    }
    asked = sum(host.asked.values())
    again = ingest(source)
    assert (again.failed_before, sum(host.asked.values())) == (2, asked)
    ignoring = ingest(source, options={"manners": Manners(ignore_opt_out=True)})
    assert (ignoring.inserted, ignoring.failed) == (2, 0)


def test_hosts_learn_who_asks_and_those_that_refuse_python_answer(ingest, host, tmp_path):
    assert ingest(listed(tmp_path, [host.url + "/no_python/1.jpg"])).inserted == 1
    assert host.agents == {"VisualDatasetExplorer/0.2"}


def test_hosts_learn_whom_to_ask_and_who_names_nobody_is_told(ingest, host, tmp_path, monkeypatch):
    told: list[str] = []
    source = listed(tmp_path, [host.url + "/ok/1.jpg"])
    ingest(source, tell=told.append)
    assert "name a contact page" in told[-1]
    monkeypatch.setenv("CONTACT_PAGE", "https://museum.example/bots")
    source = listed(tmp_path, [host.url + "/ok/2.jpg"])
    assert ingest(source, tell=told.append).updated == 1
    assert len(told) == 3
    assert "VisualDatasetExplorer/0.2 (+https://museum.example/bots)" in host.agents
    monkeypatch.setenv("CONTACT_PAGE", "https://例え.example")
    with pytest.raises(SourceError, match="plain letters on one line, also in CONTACT_PAGE"):
        read_manners()
    assert Manners(agent="mine/1").token == "mine"
    assert read_manners(contact="me@museum.example").agent.endswith("(+me@museum.example)")


def test_an_agent_and_headers_of_ones_own_are_sent_and_what_was_refused_is_tried_again(
    ingest, host, tmp_path
):
    source = listed(tmp_path, [host.url + "/friends_only/1.jpg"])
    assert ingest(source).reasons == {"HTTP 403": 1}
    assert ingest(source).failed_before == 1
    manners = Manners(agent="mine/1", headers=(("X-Key", "a: b"),))
    assert ingest(source, options={"manners": manners}).inserted == 1


def test_the_command_tells_headers_of_requests_from_a_tables_header():
    def read(*arguments: str) -> tuple[Options, str]:
        args = _parser().parse_args(_tell_headers_apart(list(arguments)))
        return _options(args), args.source

    options, source = read(
        "--header", "photos.csv", "--header", "X-Key: a: b", "--header=Cookie:c", "--user-agent=m/1"
    )
    assert (options.header, source) == (True, "photos.csv")
    assert options.manners == Manners(agent="m/1", headers=(("X-Key", "a: b"), ("Cookie", "c")))
    for address in ("https://a.example/b.csv", "file:/a/b.csv", "C:\\a.csv", "s3://a/b"):
        assert read("--header", address)[1] == address
    assert read("--no-header", "a.csv")[0].header is False


@pytest.mark.parametrize("header", ["X-Key:a\r\nB: c", "a b:c", "X-Key:é"])
def test_a_header_that_cannot_be_one_is_bad_usage(header, capsys):
    with pytest.raises(SystemExit) as caught:
        _parser().parse_args(["a.csv", "--request-header", header])
    assert caught.value.code == 2


def closed_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("kind", ["refusing", "failing"])
def test_a_broken_host_is_left_alone_for_the_rest_of_the_run(ingest, host, tmp_path, kind):
    broken = closed_port() if kind == "refusing" else host.url + "/error"
    source = listed(tmp_path, [f"{broken}/{n}.jpg" for n in range(100)])
    first = ingest(source, options={"workers": 4})
    reason = "no connection" if kind == "refusing" else "HTTP 500"
    assert set(first.reasons) == {reason, BROKEN}
    assert first.reasons[reason] <= 8
    assert first.failed == 100
    assert sum(host.asked.values()) <= 20
    again = ingest(source, options={"workers": 4})
    assert (again.failed, again.failed_before) == (100, 0)


def test_a_host_that_answers_now_and_then_is_asked_on(host):
    patience = Patience(attempts=1)
    with Watch() as watch:
        fetcher = Fetcher(watch, threading.Event(), patience)
        for _ in range(3):
            for _ in range(4):
                with pytest.raises(Rejected, match="HTTP 500"):
                    fetcher.fetch(Photo("p", host.url + "/error/1.jpg"))
            with pytest.raises(Rejected, match="HTTP 404"):
                fetcher.fetch(Photo("p", host.url + "/missing/1.jpg"))
        assert fetcher.fetch(Photo("p", host.url + "/ok/1.jpg")) == jpeg(1)


def test_a_host_that_answered_before_may_be_down_for_a_while():
    patient, strict = Hosts(silence=3600), Hosts(silence=0)
    for hosts in (patient, strict):
        hosts.note("http://a.example/1", answered=True)
        for _ in range(5):
            hosts.note("http://a.example/2", answered=False)
    patient.check("http://a.example/3")
    strict.check("http://b.example/3")
    with pytest.raises(Rejected, match=BROKEN):
        strict.check("http://a.example/3")


def test_reasons_of_manners_are_told_in_json(ingest, host, tmp_path):
    summary = ingest(listed(tmp_path, [tagged(host, "noai")]))
    assert json.loads(json.dumps(summary.as_json()))["reasons"] == {
        "opted out (X-Robots-Tag: noai)": 1
    }
