"""Teaching over HTTP, by hand and through the client, with tokens of each role."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
import requests
from starlette.applications import Starlette

from api import routes
from explorer import Explorer
from explorer.client import Client, NoAnswer, ServerRefusal
from explorer.errors import BadInput
from tests.api.conftest import serving
from tests.explorer.conftest import small_collection


@pytest.fixture
def address(
    explorer: Explorer, direction: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    monkeypatch.setenv("VECDB_TABLE", "things")
    ids, vectors = small_collection()
    collection = explorer.database.create_collection("things", "offline", len(direction))
    collection.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
    with serving(Starlette(routes=routes(explorer))) as server:
        yield server


@pytest.fixture
def client(address: str) -> Client:
    return Client(address, by="Ann")


def begin(client: Client, direction: np.ndarray):
    return client.begin(name="a thing", vector=direction.tolist(), page_size=9)


def truth(page) -> dict[str, int]:
    return {p.photo_id: 1 if p.photo_id.startswith("yes") else -1 for p in page.photos}


def test_a_concept_is_begun_answered_taken_back_and_applied(client, direction, explorer):
    first = begin(client, direction)
    assert (first.round, len(first.photos), first.name) == (1, 9, "a thing")
    assert (first.undoable, sum(first.counts)) == (False, 120)
    second = client.answer(first, truth(first))
    assert second.round == 2
    assert (second.yes, second.no) == (
        sum(mark == 1 for mark in truth(first).values()),
        sum(mark == -1 for mark in truth(first).values()),
    )
    assert not {p.photo_id for p in first.photos} & {p.photo_id for p in second.photos}
    assert client.page(first.concept_id) == second
    back = client.undo(first.concept_id)
    assert {p.photo_id: p.label for p in back.photos} == truth(first)
    assert (back.yes, back.redoable) == (0, True)
    assert client.redo(first.concept_id).photos == second.photos
    rows = explorer.concepts.history(first.concept_id)
    assert {row.by for row in rows} == {"Ann"}
    found = client.apply(first.concept_id, threshold=0, limit=20)
    assert found.count == 120
    scores = [photo.score for photo in found.photos]
    assert scores == sorted(scores, reverse=True)
    assert found.photos[0].about["thumbnail"].startswith(client.address)


def test_http_and_python_teach_the_same(client, direction, explorer):
    served = begin(client, direction)
    local = explorer.rounds.begin(explorer.collection("things"), "a thing", direction)
    marks = truth(served)
    client.answer(served, marks)
    explorer.rounds.submit(local.concept.id, [], marks)
    heads = [explorer.concepts.get(c) for c in (served.concept_id, local.concept.id)]
    assert heads[0].weights == pytest.approx(heads[1].weights, abs=1e-6)
    assert heads[0].bias == pytest.approx(heads[1].bias, abs=1e-6)


def test_a_page_is_answered_once(client, direction, explorer):
    first = begin(client, direction)
    client.answer(first, truth(first))
    before = explorer.concepts.history(first.concept_id)
    with pytest.raises(ServerRefusal, match="moved on in another window") as refused:
        client.answer(first, truth(first))
    assert refused.value.status == 409
    assert explorer.concepts.history(first.concept_id) == before


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"round": 1, "yes": ["nobody"]}, "not on this page"),
        ({"round": 1, "yes": ["yes-000"], "no": ["yes-000"]}, "both yes and no"),
        ({"yes": []}, "round is missing"),
        ({"round": 1, "unmarked": "maybe"}, "unmarked must be"),
        ({"round": 1, "yes": "yes-000"}, "yes must be an array"),
        ({"round": 1, "by": "x" * 101}, "by is longer than 100 characters"),
    ],
)
def test_answers_that_cannot_be_taken_are_refused_and_nothing_is_stored(
    client, address, direction, explorer, sent, words
):
    concept = begin(client, direction).concept_id
    answer = requests.post(f"{address}/api/concepts/{concept}/answers", json=sent, timeout=60)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert explorer.concepts.history(concept) == []


def test_what_cannot_be_done_is_the_servers_own_sentence(client, direction, explorer):
    concept = begin(client, direction).concept_id
    for ask, status, words in (
        (lambda: client.undo(concept), 409, "nothing to undo"),
        (lambda: client.page("nobody"), 404, "no concept"),
        (lambda: client.begin(), 400, "Say what to start from"),
        (lambda: client.begin(photo_ids=["nobody"]), 404, "nobody"),
        (lambda: client.begin("x", table="gone"), 404, "no collection"),
        (lambda: client.begin("x", page_size=0), 400, "page_size must be"),
    ):
        with pytest.raises(ServerRefusal, match=words) as refused:
            ask()
        assert refused.value.status == status
    explorer.concepts.delete(concept)
    with pytest.raises(ServerRefusal, match="was deleted"):
        client.page(concept)


def test_another_sites_form_can_change_nothing(address, client, direction, explorer):
    concept = begin(client, direction).concept_id
    for path in ("", f"/{concept}/answers", f"/{concept}/undo", f"/{concept}/labels"):
        refused = requests.post(
            f"{address}/api/concepts{path}", data="{}", headers={"Content-Type": "text/plain"},
            timeout=60,
        )  # fmt: skip
        assert refused.status_code == 415
    assert len(explorer.concepts.list()) == 1


@pytest.mark.parametrize("kind", ["Application/JSON", "application/json ; charset=utf-8"])
def test_json_may_be_named_in_any_case_and_with_its_encoding(address, client, direction, kind):
    concept = begin(client, direction).concept_id
    answer = requests.post(
        f"{address}/api/concepts/{concept}/answers", data='{"round": 1}',
        headers={"Content-Type": kind}, timeout=60,
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.json()["round"] == 2


def test_each_token_may_do_what_its_role_says(address, direction, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "own-it")
    monkeypatch.setenv("API_TOKEN_LABEL", "label-it")
    monkeypatch.setenv("API_TOKEN_LOOK", "look-at-it")
    page = begin(Client(address, "label-it"), direction)
    for token in ("own-it", "label-it"):
        page = Client(address, token).answer(page, truth(page))
    look = Client(address, "look-at-it")
    assert look.page(page.concept_id) == page
    assert look.labels(page.concept_id)
    for change in (
        lambda: look.answer(page, truth(page)),
        lambda: look.undo(page.concept_id),
        lambda: begin(look, direction),
        lambda: look.add_labels(page.concept_id, [{"photo_id": "yes-000", "label": 1}]),
    ):
        with pytest.raises(ServerRefusal, match="may not label photos") as refused:
            change()
        assert refused.value.status == 403
    for token in ("", "guess"):
        with pytest.raises(ServerRefusal, match="asks for a token") as refused:
            Client(address, token).page(page.concept_id)
        assert refused.value.status == 401


@pytest.mark.parametrize(
    "tokens",
    [{"API_TOKEN_LOOK": "a"}, {"API_TOKEN": "a", "API_TOKEN_LABEL": "a"}],
)
def test_tokens_that_make_no_sense_are_told_at_the_start(explorer, monkeypatch, tokens):
    for name, value in tokens.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match="API_TOKEN"):
        routes(explorer)


def test_a_token_beyond_ascii_is_sent_and_known(address, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "ü 红")
    assert Client(address, "ü 红").collections()
    with pytest.raises(ServerRefusal, match="asks for a token"):
        Client(address, "ü 绿").collections()


@pytest.mark.parametrize(
    ("about", "words"),
    [
        *(
            ((address,), "no address of an app")
            for address in ("localhost:8621", "ftp://localhost", "http://", "", "http://a:99999")
        ),
        *((("http://localhost", token), "The token holds") for token in ("a\n", "a\0", "\ud800")),
    ],
)
def test_an_address_or_a_token_that_can_be_none_is_told_at_once(about, words):
    with pytest.raises(BadInput, match=words):
        Client(*about)


@pytest.mark.parametrize("label", [2, 0.5, "1", True, float("nan")])
def test_the_client_sends_labels_alone(client, direction, explorer, label):
    first = begin(client, direction)
    with pytest.raises(BadInput, match="must be 1"):
        client.answer(first, {first.photos[0].photo_id: label})
    assert explorer.concepts.history(first.concept_id) == []


@pytest.mark.parametrize("odd", [np.ones(2), float("nan"), {1}])
def test_what_json_cannot_hold_is_told_before_it_is_sent(client, odd):
    with pytest.raises(BadInput, match="cannot be sent as JSON"):
        client.search(vector=odd)


def test_a_server_that_is_not_there_or_another_is_one_sentence(address):
    with pytest.raises(NoAnswer, match=r"No server answers at http://127\.0\.0\.1:9"):
        Client("http://127.0.0.1:9").collections()
    with pytest.raises(NoAnswer, match="not this app's API"):
        Client(f"{address}/api/docs?").collections()
