import base64
import re

import pytest
import requests
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api import routes
from api.access import Rate
from api.media import GuardMedia
from explorer.addresses import thumbnail_url
from explorer.people import Person, Role
from tests.api.conftest import serving


def test_without_a_token_nobody_is_asked_for_one(served):
    assert served.get("/api/collections").status_code == 200


def test_with_a_token_only_those_who_have_it_are_answered(served, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "sesame")
    for path in ("/api/search?text=x", "/api/photos/x", "/metrics", "/indices-list"):
        assert served.get(path).status_code == 401
        assert served.get(path).headers["www-authenticate"] == "Bearer"
    wrong = {"Authorization": "Bearer open"}
    right = {"Authorization": "Bearer sesame"}
    address = f"{served.address}/indices-list"
    assert requests.get(address, headers=wrong, timeout=60).status_code == 401
    assert requests.get(address, headers=right, timeout=60).status_code == 200
    assert served.get("/api/healthz").status_code == 200


def test_a_client_that_takes_only_an_address_gives_the_token_as_password(served, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "sesame")
    address = served.address.replace("http://", "http://me:sesame@")
    assert requests.get(f"{address}/indices-list", timeout=60).status_code == 200


def test_the_pages_thumbnails_show_under_a_token_and_one_address_opens_one_only(
    served, monkeypatch
):
    monkeypatch.setenv("API_TOKEN", "sesame")
    red, blue = ("/" + thumbnail_url("colours", f"colours/{name}") for name in ("red", "blue"))
    assert served.get(red).status_code == 200
    assert served.get(red.partition("?")[0]).status_code == 401
    stolen = blue.partition("?")[0] + "?" + red.partition("?")[2]
    assert served.get(stolen).status_code == 401
    assert "sesame" not in red


def test_a_thumbnail_of_the_default_collection_needs_only_its_id(served):
    assert served.get("/api/thumb/colours%2Fred").status_code == 200
    assert served.get("/api/thumb/none").status_code == 404


def test_calls_beyond_the_rate_are_told_when_to_come_back(served, monkeypatch):
    monkeypatch.setenv("API_RATE_LIMIT", "5")
    answers = [served.get("/indices-list") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 13
    assert served.get("/api/healthz").status_code == 200


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("API_RATE_LIMIT", "60/min", "API_RATE_LIMIT is '60/min': write calls a minute"),
        ("API_RATE_LIMIT", "-5", "API_RATE_LIMIT is '-5': write calls a minute"),
        ("API_RATE_LIMIT", "²", "API_RATE_LIMIT is '²': write calls a minute"),
        ("API_FETCH_URLS", "true", "API_FETCH_URLS is 'true': write 1"),
        ("API_CORS_ORIGINS", "*, front.example", "API_CORS_ORIGINS has 'front.example': write"),
        ("API_CORS_ORIGINS", "https://a.example/app", "has 'https://a.example/app': write"),
        ("PICTURE_MEGAPIXELS", "50MP", "PICTURE_MEGAPIXELS is '50MP': write millions"),
        ("API_TOKEN", "sesame\n", "A token begins or ends with a blank or line break"),
    ],
)
def test_settings_that_cannot_be_meant_are_told_at_the_start(
    served, monkeypatch, name, value, told
):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=told):
        routes(served.explorer)


def test_a_rate_with_blanks_around_it_counts(served, monkeypatch):
    monkeypatch.setenv("API_RATE_LIMIT", " 1 ")
    assert [served.get("/indices-list").status_code for _ in range(2)] == [200, 429]


def test_wrong_tokens_count_as_calls(served, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "sesame")
    monkeypatch.setenv("API_RATE_LIMIT", "5")
    address = f"{served.address}/api/collections"
    tokens = [*(f"guess {at}" for at in range(6)), "sesame"]
    answers = [
        requests.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        for token in tokens
    ]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_token_beyond_ascii_is_known_however_it_comes(served, monkeypatch, encoding):
    monkeypatch.setenv("API_TOKEN", "süß")
    address = f"{served.address}/api/collections"
    for token, status in (("süß", 200), ("süs", 401)):
        basic = base64.b64encode(f"me:{token}".encode()).decode()
        for header in (f"Bearer {token}", f"Basic {basic}"):
            sent = {"Authorization": header.encode(encoding)}
            assert requests.get(address, headers=sent, timeout=60).status_code == status
    odd = {"Authorization": "Basic ü".encode(encoding)}
    assert requests.get(address, headers=odd, timeout=60).status_code == 401


def test_a_bucket_fills_evenly_and_clients_do_not_share_it():
    rate = Rate()
    assert [rate.take("a", 2, 0.0) for _ in range(3)] == [0, 0, 30]
    assert rate.take("b", 2, 0.0) == 0
    assert rate.take("a", 2, 15.0) == pytest.approx(15)
    assert rate.take("a", 2, 30.0) == 0


def test_other_origins_are_let_in_only_where_configured(served, monkeypatch):
    origin = {"Origin": "https://front.example"}
    plain = requests.get(f"{served.address}/indices-list", headers=origin, timeout=60)
    assert "access-control-allow-origin" not in plain.headers
    monkeypatch.setenv("API_CORS_ORIGINS", "https://front.example/, https://other.example")
    with serving(Starlette(routes=routes(served.explorer))) as address:
        asked = {**origin, "Access-Control-Request-Method": "POST"}
        before = requests.options(f"{address}/knn-service", headers=asked, timeout=60)
        assert before.status_code == 200
        for answer in (before, requests.get(f"{address}/indices-list", headers=origin, timeout=60)):
            assert answer.headers["access-control-allow-origin"] == "https://front.example"
        elsewhere = {"Origin": "https://evil.example"}
        answer = requests.get(f"{address}/indices-list", headers=elsewhere, timeout=60)
        assert "access-control-allow-origin" not in answer.headers


def test_prometheus_reads_counts_and_latencies(served):
    served.get("/api/search", text="red")
    served.get("/api/thumb/colours/colours%2Fred")
    served.get("/api/search", text="")
    text = served.get("/metrics").text
    assert re.search(
        r'vde_requests_total\{method="GET",route="/api/search",status="200"\} \d', text
    )
    assert re.search(
        r'vde_requests_total\{method="GET",route="/api/search",status="400"\} \d', text
    )
    for step in ("encode", "query", "thumbnail"):
        counts = [int(n) for n in re.findall(rf"vde_{step}_seconds_bucket.*\}} (\d+)", text)]
        assert counts == sorted(counts)
        assert counts[-1] == int(text.partition(f"vde_{step}_seconds_count ")[2].split()[0]) >= 1
    for line in text.splitlines():
        assert re.fullmatch(
            r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+', line
        )


def test_files_that_pages_offer_are_for_those_alone_who_may_look():
    def identify(request):
        named = {"ann": Person("ann", Role.LOOK, True), "eve": Person("eve", Role.NOTHING, True)}
        return named.get(request.cookies.get("who", ""), Person("", Role.NOTHING, True))

    served = [
        Route("/below/media/{name}", lambda request: PlainTextResponse("id,score")),
        Route("/below/_stcore/{name}", lambda request: PlainTextResponse("sessions 3")),
    ]
    guard = Middleware(GuardMedia, "/below/", identify)
    with serving(Starlette(routes=served, middleware=[guard])) as address:
        for who, file, status in (
            *((who, f"media/{f}", 401) for who in ("eve", "") for f in ("a.csv", "b.zip")),
            *(("ann", "media/a.csv", 200), ("", "media/icon.png", 200)),
            *(("ann", "_stcore/metrics", 200), ("", "_stcore/metrics", 401)),
            ("", "_stcore/health", 200),
        ):
            answer = requests.get(f"{address}/below/{file}", cookies={"who": who}, timeout=60)
            assert answer.status_code == status


def test_a_caller_is_told_who_they_are(served, monkeypatch):
    assert served.get("/api/person").json() == {"name": "", "role": "own"}
    monkeypatch.setenv("API_TOKEN", "sesame")
    assert served.get("/api/person").json() == {"name": "", "role": "nothing"}
