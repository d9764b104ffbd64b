"""Turns over HTTP: what the grid sends when a page is finished, undone or redone."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import requests
from starlette.applications import Starlette

from api import routes
from explorer import Explorer, Page, Settings
from explorer.addresses import turns_url
from pages.grid.page import page_data
from tests.api.conftest import serving
from tests.explorer.conftest import small_collection


@pytest.fixture
def begun(explorer: Explorer, direction: np.ndarray) -> Page:
    ids, vectors = small_collection()
    collection = explorer.database.create_collection("things", "offline", len(direction))
    collection.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
    return explorer.rounds.begin(collection, "a thing", direction, Settings(page_size=9))


@pytest.fixture
def address(explorer: Explorer, begun: Page) -> Iterator[str]:
    with serving(Starlette(routes=routes(explorer, page_data))) as server:
        yield f"{server}/" + turns_url(begun.concept.id)


def finished(page: Page) -> dict[str, Any]:
    shown = [{"id": tile.photo_id, "reason": tile.reason} for tile in page.tiles]
    yes = [tile["id"] for tile in shown if tile["id"].startswith("yes")]
    return {"turn": "finish", "shown": shown, "yes": yes, "unmarked": "negative"}


def test_a_finished_page_is_stored_and_the_next_one_comes_back(
    begun: Page, address: str, explorer: Explorer
) -> None:
    answer = requests.post(address, json=finished(begun), timeout=60).json()
    assert answer["round"] == 2
    assert len(answer["tiles"]) == 9
    assert not {t["id"] for t in answer["tiles"]} & {t.photo_id for t in begun.tiles}
    stored = explorer.database.concepts.labels(begun.concept.id)
    wanted = {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in begun.tiles}
    assert {row.photo_id: row.label for row in stored} == wanted


def test_a_threshold_that_was_set_before_is_stored_with_the_page(
    begun: Page, address: str, explorer: Explorer
) -> None:
    body = {**finished(begun), "threshold": 0.8}
    answer = requests.post(address, json=body, timeout=60).json()
    assert answer["insight"]["threshold"] == 0.8
    assert explorer.concepts.get(begun.concept.id).threshold == 0.8


def test_the_pages_script_takes_the_same_page_over_once(
    begun: Page, address: str, explorer: Explorer
) -> None:
    answer = requests.post(address, json=finished(begun), timeout=60).json()
    page = explorer.tickets.take(answer["ticket"])
    assert page is not None
    assert [tile.photo_id for tile in page.tiles] == [tile["id"] for tile in answer["tiles"]]
    assert page.made == answer["made"]
    assert explorer.tickets.take(answer["ticket"]) is None


def test_undo_and_redo_bring_pages_back_and_say_when_there_are_none(
    begun: Page, address: str
) -> None:
    nothing = requests.post(address, json={"turn": "undo"}, timeout=60)
    assert nothing.status_code == 409
    assert nothing.json() == {"error": "There is nothing to undo."}
    second = requests.post(address, json=finished(begun), timeout=60).json()
    undone = requests.post(address, json={"turn": "undo"}, timeout=60).json()
    assert [tile["id"] for tile in undone["tiles"]] == [tile.photo_id for tile in begun.tiles]
    assert undone["redoable"]
    wanted = {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in begun.tiles}
    assert undone["marks"] == wanted
    redone = requests.post(address, json={"turn": "redo"}, timeout=60).json()
    assert [tile["id"] for tile in redone["tiles"]] == [tile["id"] for tile in second["tiles"]]


def test_what_another_sites_form_can_send_is_refused(
    begun: Page, address: str, explorer: Explorer
) -> None:
    refused = requests.post(
        address, data='{"turn": "undo"}', headers={"Content-Type": "text/plain"}, timeout=60
    )
    assert refused.status_code == 415
    assert explorer.database.concepts.history(begun.concept.id) == []


def test_with_a_token_only_the_signed_address_is_answered(
    begun: Page, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "sesame")
    assert requests.post(address, json=finished(begun), timeout=60).status_code == 401
    signed = address.rpartition("mine/")[0] + turns_url(begun.concept.id)
    assert requests.post(signed, json=finished(begun), timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"turn": "dance"}, 400, "turn must be"),
        ({"turn": "finish", "yes": [7]}, 400, "must be a string"),
        ({"turn": "finish", "threshold": 1.2}, 400, "threshold must be"),
        ({}, 400, "turn is missing"),
    ],
)
def test_a_malformed_turn_is_one_sentence(
    address: str, body: dict[str, Any], status: int, words: str
) -> None:
    answer = requests.post(address, json=body, timeout=60)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_an_unknown_concept_is_one_sentence(address: str) -> None:
    elsewhere = address.rpartition("/")[0] + "/nothing"
    answer = requests.post(elsewhere, json={"turn": "undo"}, timeout=60)
    assert answer.status_code == 404
    assert "no concept" in answer.json()["error"]


@pytest.mark.parametrize("turn", ["finish", "show", "undo", "redo"])
def test_a_deleted_concept_takes_no_turn_until_it_is_restored(
    begun: Page, address: str, explorer: Explorer, turn: str
) -> None:
    requests.post(address, json=finished(begun), timeout=60)
    if turn == "redo":
        requests.post(address, json={"turn": "undo"}, timeout=60)
    concept = begun.concept.id
    body = {**finished(begun), "turn": turn, "yes": [begun.tiles[0].photo_id]}
    body["round"] = explorer.concepts.get(concept).round
    before = explorer.concepts.history(concept)
    explorer.concepts.delete(concept)
    refused = requests.post(address, json=body, timeout=60)
    assert refused.status_code == 404
    assert "was deleted: undo the deletion on Concepts" in refused.json()["error"]
    assert explorer.concepts.history(concept) == before
    explorer.concepts.restore(concept)
    assert requests.post(address, json=body, timeout=60).status_code == 200


def test_a_page_that_another_window_has_answered_is_refused_and_its_clicks_go_along(
    begun: Page, address: str, explorer: Explorer
) -> None:
    first = {**finished(begun), "round": 1, "yes": [], "unmarked": "skip"}
    second = requests.post(address, json=first, timeout=60).json()
    headers = {"Content-Type": "application/json"}
    assert requests.get(address, headers=headers, timeout=60).json() == {"round": 2}
    refused = requests.post(address, json={**first, "yes": [begun.tiles[0].photo_id]}, timeout=60)
    assert refused.status_code == 409
    assert "moved on in another window" in refused.json()["error"]
    same = requests.post(address, json={"turn": "show"}, timeout=60).json()
    assert [tile["id"] for tile in same["tiles"]] == [tile["id"] for tile in second["tiles"]]
    clicked = {"turn": "show", "yes": [begun.tiles[0].photo_id]}
    shown = requests.post(address, json=clicked, timeout=60).json()
    assert (shown["round"], shown["counts"]) == (2, {"yes": 1, "no": 0})
