import base64
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from encoder import load_encoder
from tests.api.conftest import COLOURS, jpeg, picture, unit
from vecdb.errors import DiskFull
from vecdb.photos import MAPS, stored_extra


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [hit["id"] for hit in answer.json()["hits"]]


def expected(collection, vector, k):
    """The nearest photos, computed here."""
    known = [*(f"colours/{colour}" for colour in COLOURS), "copy of red"]
    scores = collection.vectors(known) @ unit(vector)
    order = sorted(range(len(known)), key=lambda at: (-round(float(scores[at]), 5), known[at]))
    return [known[at] for at in order[:k]], sorted(scores, reverse=True)[:k]


def test_a_phrase_finds_the_photos_nearest_to_its_vector_with_their_cosine(served, model):
    answer = served.get("/api/search", text="a red thing", k=4)
    vector = load_encoder(model).encode_texts(["a red thing"])[0]
    wanted, cosines = expected(served.collection, vector, 4)
    assert ids(answer) == wanted
    body = answer.json()
    assert [hit["similarity"] for hit in body["hits"]] == pytest.approx(cosines, abs=1e-4)
    assert body["count"] == 11
    assert body["encoder"] == model


def test_get_and_post_answer_alike(served):
    asked = {"text": "blue", "k": 5, "offset": 1, "country": "Italy"}
    assert ids(served.get("/api/search", **asked)) == ids(served.post("/api/search", asked))


def test_a_photo_finds_itself_first_with_similarity_one(served):
    answer = served.get("/api/search", photo_ids="colours/blue", k=3)
    assert ids(answer)[0] == "colours/blue"
    assert answer.json()["hits"][0]["similarity"] == pytest.approx(1, abs=1e-5)


def test_a_picture_sent_in_base64_finds_its_photo(served):
    sent = base64.b64encode(jpeg(picture("green"))).decode()
    for text in (sent, f"data:image/jpeg;base64,{sent}"):
        assert ids(served.post("/api/search", {"images": [text], "k": 1})) == ["colours/green"]


def test_a_raw_vector_of_any_length_is_a_query(served):
    vector = served.collection.vectors(["colours/pink"])[0] * 7
    answer = served.post("/api/search", {"vector": vector.tolist(), "k": 1})
    assert ids(answer) == ["colours/pink"]


def test_weights_and_minus_phrases_move_the_query_as_arithmetic_says(served, model):
    a, b = load_encoder(model).encode_texts(["a house", "people"])
    wanted, _ = expected(served.collection, unit(2 * a - 0.5 * b), 6)
    phrases = [{"text": "a house", "weight": 2}, {"text": "people", "weight": -0.5}]
    assert ids(served.post("/api/search", {"phrases": phrases, "k": 6})) == wanted
    wanted, _ = expected(served.collection, unit(a - b), 6)
    assert ids(served.get("/api/search", text="a house", minus="people", k=6)) == wanted


def test_a_picture_with_phrases_is_their_mixture_around_the_collections_mean(served, model):
    [night] = load_encoder(model).encode_texts(["at night"])
    [photo] = served.collection.vectors(["colours/red"])
    mean = served.collection.moments().mean
    wanted, _ = expected(served.collection, unit(unit(night) + unit(photo - mean)), 5)
    asked = {"text": "at night", "photo_ids": ["colours/red"], "k": 5}
    assert ids(served.post("/api/search", asked)) == wanted


def test_filters_threshold_and_offset_narrow_the_answer(served):
    everything = served.get("/api/search", text="red", k=100)
    north = served.get("/api/search", text="red", k=100, country="Norway", min_height=44)
    assert north.json()["count"] == 4
    assert set(ids(north)) == {f"colours/{c}" for c in ("black", "orange", "grey")} | {
        "copy of red"
    }
    hits = everything.json()["hits"]
    middle = hits[4]["similarity"]
    kept = served.get("/api/search", text="red", k=100, threshold=middle - 1e-4)
    assert len(ids(kept)) == sum(hit["similarity"] >= middle - 1e-4 for hit in hits)
    assert ids(served.get("/api/search", text="red", k=3, offset=2)) == ids(everything)[2:5]


def test_near_duplicates_are_folded_into_the_best_of_them(served):
    answer = served.get("/api/search", photo_ids="colours/red", k=2, fold="true")
    assert [hit["alike"] for hit in answer.json()["hits"]] == [["copy of red"]]


def test_photos_judged_in_a_concept_can_be_left_out(served):
    from vecdb import Label

    concepts = served.explorer.database.concepts
    concept = concepts.create("reds", "colours", "red")
    concepts.label(concept.id, [Label("colours/red", 1)], action="a")
    answer = served.get("/api/search", photo_ids="colours/red", k=1, exclude_concept=concept.id)
    assert ids(answer) == ["copy of red"]


def test_a_path_on_the_servers_disk_never_leaves_it_but_web_addresses_do(served):
    hits = served.get("/api/search", photo_ids="colours/red", k=2).json()["hits"]
    by_id = {hit["id"]: hit for hit in hits}
    assert by_id["colours/red"]["url"] == ""
    assert by_id["copy of red"]["url"] == "https://example.org/red.jpg"
    thumbnail = by_id["colours/red"]["thumbnail"]
    assert thumbnail == f"{served.address}/api/thumb/colours/colours%2Fred"
    assert served.get(thumbnail.removeprefix(served.address)).content[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({}, 400, "Say what to look for"),
        ({"text": "x", "k": 0}, 400, "k must be a number from 1 to 1000, not 0."),
        ({"text": "x", "k": "many"}, 400, "k must be an integer, not 'many'."),
        ({"text": ["x"]}, 400, "text must be a string, not an array."),
        ({"text": True}, 400, "text must be a string, not true."),
        ({"text": "x", "k": None}, 400, "k must be an integer, not null."),
        ({"text": "x", "taken_from": 5}, 400, "taken_from must be a time such as 2021-05-31."),
        ({"vector": []}, 400, "vector needs at least 1 entry."),
        ({"text": "x" * 2001}, 400, "text is longer than 2000 characters."),
        ({"text": "word " * 100}, 400, "shorten it"),
        ({"text": "  "}, 400, "The phrase is empty"),
        ({"text": "a\ud800b"}, 400, "text holds a character that is not text."),
        ({"text": "a\0b"}, 400, "text holds a character that is not text."),
        ({"colour": "red"}, 400, "'colour' is not known here"),
        ({"text": "x", "collection": "none"}, 404, "There is no collection 'none'"),
        ({"photo_ids": ["nothing"]}, 404, "holds no photo 'nothing'"),
        ({"vector": [0.0] * 24}, 400, "A vector of zeros has no direction"),
        ({"vector": [0.0] * 24, "text": "x"}, 400, "A vector of zeros has no direction"),
        ({"text": "x", "exclude_concept": "nobody"}, 404, "There is no concept 'nobody'"),
        ({"text": "x", "camera": "x" * 501}, 400, "camera is longer than 500 characters."),
        ({"text": "x", "camera": ""}, 400, "camera is empty."),
        ({"text": "x", "minus": ["x"] * 21}, 400, "minus holds more than 20 entries."),
        ({"vector": [1.0, 2.0]}, 400, "needs (24,)"),
        ({"images": ["@@@"]}, 400, "The picture"),
        ({"images": [base64.b64encode(b"GIF89a").decode()]}, 400, "cannot be read"),
        ({"text": "x", "where": ["a<b"]}, 400, "not a number or a date"),
        ({"text": "x", "where": ["mood=calm"]}, 400, "'mood' is not a column of colours"),
        ({"text": "x", "mood": ["calm"]}, 400, "mood must be a string, not an array."),
        ({"text": "x", "mood": None}, 400, "mood must be a string, not null."),
        ({"text": "x", "mood": ""}, 400, "mood is empty."),
        ({"text": "x", "treshold": 0.3}, 400, "'treshold' is not known here"),
        ({"text": "x", "taken_from": "yesterday"}, 400, "taken_from must be a time"),
        ({"text": "x", "taken_from": "9999-01-01"}, 400, "between 1900 and 2299"),
        ({"image_url": "http://example.org/a.jpg"}, 403, "fetches no addresses"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_one_sentence(served, asked, status, words):
    answer = served.post("/api/search", asked)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert words in answer.json()["error"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/search?text=bird&text=cat", "text"),
        ("/api/search?text=bird&k=5&k=6", "k"),
        ("/api/search?text=bird&split=val&split=test", "split"),
        ("/api/concepts?collection=colours&collection=colours", "collection"),
        ("/api/photos/colours/red?vector=1&vector=0", "vector"),
    ],
)
def test_what_is_given_twice_and_held_once_is_refused(served, path, name):
    answer = served.get(path)
    assert answer.status_code == 400
    assert answer.json() == {"error": f"'{name}' is given more than once: give it once."}


def test_lists_are_given_by_repeating_their_name(served):
    path = (
        "/api/search?photo_ids=colours/red&photo_ids=colours/blue&where=height>41&where=height<44"
    )
    assert {hit["height"] for hit in served.get(path).json()["hits"]} == {42, 43}


@pytest.fixture
def typed(served):
    """The served collection with six photos more, whose columns have types."""
    vectors = served.collection.vectors([f"colours/{colour}" for colour in COLOURS[:6]])
    rows = [
        stored_extra({"split": ("Train", "val")[at % 2], "iso": 100 * at, "k": "x", "ok": at > 2})
        for at in range(6)
    ]
    maps = {name: pa.array([row[name] for row in rows], kind) for name, kind in MAPS.items()}
    taken = [datetime(1950 + 20 * at, 1, 1) for at in range(6)]
    ids_of_rows = [f"t{at}" for at in range(6)]
    table = {"id": ids_of_rows, "url": [""] * 6, "vector": list(vectors), "taken": taken, **maps}
    served.collection.insert(pa.table(table))
    return served


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"split": "VAL"}, "135"),
        ({"split": "val", "where": ["iso>=300"]}, "35"),
        ({"iso": "300"}, "3"),
        ({"ok": "true"}, "345"),
        ({"where": ["split!=val", "iso<400", "k=x"]}, "02"),
        ({"where": ["taken<1970"]}, "0"),
        ({"taken_before": "1975-01-01"}, "01"),
    ],
)
def test_the_collections_own_columns_filter_by_get_and_by_post(typed, asked, expected):
    for answer in (
        typed.get("/api/search", photo_ids="t0", **asked),
        typed.post("/api/search", {"photo_ids": ["t0"], **asked}),
    ):
        assert answer.status_code == 200, answer.text
        found = [photo for photo in ids(answer) if photo.startswith("t")]
        assert "".join(sorted(photo[1:] for photo in found)) == expected
        assert answer.json()["count"] == len(ids(answer))


def test_values_leave_with_their_types(typed):
    photo = typed.get("/api/photos/t3").json()
    assert photo["extra"] == {"iso": 300, "k": "x", "ok": True, "split": "val"}
    assert photo["taken"] == "2010-01-01T00:00:00+00:00"
    assert (photo["views"], photo["label"]) == (None, None)


def test_a_word_of_a_posted_request_names_a_column_in_an_address(served):
    answer = served.get("/api/search", text="x", phrases="y")
    assert (answer.status_code, "'phrases' is not known here" in answer.text) == (400, True)


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b"7", b'{"text": NaN}', b"[" * 100_000, b'{"k": 1' + b"0" * 5000],
)
def test_a_body_that_is_no_json_object_is_refused(served, body):
    import requests

    answer = requests.post(served.address + "/api/search", data=body, timeout=60)
    assert answer.status_code == 400


def test_a_body_that_is_too_large_is_refused_before_it_is_read_whole(served):
    import requests

    def large():
        for _ in range(100):
            yield b"x" * 2**20

    try:
        answer = requests.post(served.address + "/api/search", data=large(), timeout=60)
    except requests.ConnectionError:
        return  # the server answered and closed before the client had sent all
    assert answer.status_code == 413


def test_the_wrong_method_and_an_unknown_address_are_refused(served):
    assert served.post("/api/healthz", {}).status_code == 405
    assert served.get("/api/nothing/here").status_code == 404
    assert served.get("/api/healthz").json() == {"status": "ok"}


def test_an_empty_database_says_what_to_do(server):
    import requests

    answer = requests.get(f"{server}/api/search", params={"text": "x"}, timeout=60)
    assert answer.status_code == 404
    assert "python -m ingest" in answer.json()["error"]


def test_eight_callers_at_once_get_what_one_gets(served):
    from concurrent.futures import ThreadPoolExecutor

    alone = {colour: ids(served.get("/api/search", text=colour, k=5)) for colour in COLOURS}
    with ThreadPoolExecutor(8) as callers:
        together = list(
            callers.map(
                lambda at: ids(served.get("/api/search", text=COLOURS[at % 10], k=5)), range(80)
            )
        )
    assert together == [alone[COLOURS[at % 10]] for at in range(80)]


def test_a_model_that_fails_is_answered_in_a_sentence(served, monkeypatch):
    def fail(texts):
        raise RuntimeError("CUDA out of memory")

    encoder: Any = served.explorer.encoder_of(served.collection)
    monkeypatch.setattr(encoder, "_read", fail)
    answer = served.get("/api/search", text="words that nobody has looked for")
    assert answer.status_code == 503
    assert "encoder cannot be used now" in answer.text


def test_a_full_disk_is_told_without_naming_where_the_database_is(served, monkeypatch):
    def fail(*_, **__):
        raise DiskFull("The disk of the database chdb:///secret/place is full: make room.", 243)

    monkeypatch.setattr(type(served.collection), "nearest", fail)
    answer = served.get("/api/search", text="red")
    assert answer.status_code == 503
    assert "disk takes no more: make room" in answer.text
    assert "secret" not in answer.text
