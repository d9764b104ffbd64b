import json

import pytest

from vecdb import Label


@pytest.fixture
def reds(served):
    concepts = served.explorer.concepts
    concept = concepts.create("reds", "colours", "red things")
    rows = [Label("colours/red", 1, 1, "top", by="Ann"), Label("colours/blue", -1, 2, "boundary")]
    concepts.label(concept.id, rows, action="a")
    return f"/api/concepts/{concept.id}/labels"


def test_labels_are_answered_as_json_csv_and_json_lines(served, reds):
    rows = served.get(reds).json()["labels"]
    assert [(r["photo_id"], r["label"], r["round"], r["reason"], r["by"]) for r in rows] == [
        ("colours/red", 1, 1, "top", "Ann"),
        ("colours/blue", -1, 2, "boundary", ""),
    ]
    table = served.get(reds, format="csv")
    assert table.content.startswith(b"\xef\xbb\xbfphoto_id,label,round,reason,by,at\r\n")
    lines = served.get(reds, format="jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == rows
    assert served.get("/api/concepts/none/labels").status_code == 404


def test_labels_that_are_sent_are_one_action_and_the_concept_is_fitted(served, reds):
    sent = [
        {"photo_id": "colours/green", "label": -1, "by": "Bo"},
        {"url": "https://example.org/red.jpg", "label": 1},
        {"filename": "white.jpg", "label": -1},
        {"photo_id": "nobody", "label": 1},
        {"photo_id": "colours/black", "label": 1},
        {"photo_id": "colours/black", "label": -1},
    ]
    told = served.post(reds, {"labels": sent, "by": "Cy"}).json()
    assert (told["rows"], told["yes"], told["no"]) == (6, 1, 2)
    assert told["unmatched"] == {"count": 1, "first": ["nobody"]}
    assert told["contradictions"] == {"count": 1, "first": ["colours/black"]}
    rows = {row["photo_id"]: row for row in served.get(reds).json()["labels"]}
    assert {photo: row["by"] for photo, row in rows.items()} == {
        "colours/red": "Ann", "colours/blue": "", "colours/green": "Bo", "copy of red": "Cy",
        "colours/white": "Cy",
    }  # fmt: skip
    concept = reds.split("/")[3]
    assert len(served.get(f"/api/concepts/{concept}").json()["weights"])
    page = served.explorer.undo(concept)
    assert set(page.history.judged) == {"colours/red", "colours/blue"}


@pytest.mark.parametrize(
    "sent",
    [
        {"labels": []},
        {"labels": [{"label": 1}]},
        {"labels": [{"photo_id": "colours/red", "label": 2}]},
        {"labels": [{"photo_id": "nobody", "label": 1}]},
    ],
)
def test_labels_that_cannot_be_taken_in_are_refused_in_a_sentence(served, reds, sent):
    answer = served.post(reds, sent)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


def test_people_may_differ_and_their_agreement_is_told(served, reds):
    sent = [
        {"photo_id": "colours/red", "label": 1, "by": "Bo"},
        {"photo_id": "colours/green", "label": -1, "by": "Ann"},
        {"photo_id": "colours/green", "label": 1, "by": "Bo"},
    ]
    told = served.post(reds, {"labels": sent}).json()
    assert told["contradictions"]["count"] == 0
    found = served.get(reds.replace("labels", "agreement")).json()
    assert (found["people"], found["judge"]) == (["", "Ann", "Bo"], None)
    [pair] = found["pairs"]
    assert (pair["first"], pair["second"], pair["both"], pair["same"]) == ("Ann", "Bo", 2, 1)
    assert pair["differing"] == ["colours/green"]
    assert pair["low"] <= pair["kappa"] <= pair["high"]
    # Everybody's answers go out, and come in elsewhere as they were.
    rows = served.get(reds).json()["labels"]
    assert len(rows) == 5
    other = served.explorer.concepts.create("reds again", "colours", "red things")
    address = f"/api/concepts/{other.id}/labels"
    assert served.post(address, {"labels": rows}).status_code == 200
    again = served.get(address).json()["labels"]
    assert {tuple(row.items()) for row in again} == {tuple(row.items()) for row in rows}
    heads = [served.get(f"/api/concepts/{c}").json() for c in (other.id, reds.split("/")[3])]
    assert heads[0]["weights"] == pytest.approx(heads[1]["weights"], abs=1e-6)
