"""The labels that a collection came with, held against a concept: counts done by hand."""

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pytest

from explorer.__main__ import main
from explorer.commands import concepts
from explorer.errors import NothingThere
from explorer.explorer import Explorer
from explorer.truth import choose_label, compare_with_labels, describe_agreement, nearest_name

# id: (margin, label). Matches are those of margin 0 or more.
PHOTOS: dict[str, tuple[float, str | None]] = {
    "sure": (0.9, "Sneaker"),
    "both": (0.5, "sneakers|Sneaker"),
    "spaced": (0.4, "boot; Sneaker"),
    "worst above": (0.8, "boot"),
    "above": (0.1, "boot"),
    "worst below": (-0.9, "Sneaker"),
    "below": (-0.2, "Sneaker"),
    "neither": (-0.5, "boot"),
    "unknown above": (0.7, None),
    "unknown below": (-0.7, ""),
}


@pytest.fixture
def explorer(embedded, tmp_path):
    with Explorer(embedded, store=tmp_path / "store") as explorer:
        margins = np.array([margin for margin, _ in PHOTOS.values()])
        vectors = np.stack([margins, np.sqrt(1 - margins**2)], axis=1).astype(np.float32)
        made = explorer.database.create_collection("things", "by hand", 2)
        labels = pa.array([label for _, label in PHOTOS.values()], pa.string())
        columns = {"id": list(PHOTOS), "url": list(PHOTOS), "label": labels}
        made.insert(pa.table({**columns, "vector": list(vectors)}))
        yield explorer


def make(explorer, name):
    concept = explorer.concepts.create(name, "things", "")
    return explorer.concepts.update(concept.id, weights=np.array([1, 0], np.float32), threshold=0.5)


def test_precision_and_recall_are_of_the_photos_that_have_a_label(explorer):
    found = explorer.compare_with_labels(make(explorer, "sneaker").id)
    agreement = found.agreement
    assert (agreement.both, agreement.above, agreement.below, agreement.neither) == (3, 2, 2, 1)
    assert (agreement.precision, agreement.recall, agreement.labelled) == (0.6, 0.6, 8)
    assert describe_agreement(found).startswith("Sneaker: precision 0.600, recall 0.600 on 8")


def test_the_likeliest_errors_come_first_and_a_side_can_be_asked_for(explorer):
    concept = make(explorer, "Sneaker")
    order = ["worst below", "worst above", "below", "above"]
    found = explorer.compare_with_labels(concept.id).differences
    assert [one.id for one in found] == order
    assert [one.truth for one in found] == [True, False, True, False]
    assert found[0].score == pytest.approx(1 / (1 + np.exp(0.9)), abs=1e-6)
    above = compare_with_labels(explorer, concept, side="above", limit=9)
    assert [one.id for one in above.differences] == ["worst above", "above"]
    first = compare_with_labels(explorer, concept, limit=2)
    assert [one.id for one in first.differences] == order[:2]


def test_a_label_is_chosen_by_name_and_one_that_is_not_there_is_told(explorer):
    concept = make(explorer, "SNEAKERS")
    assert explorer.compare_with_labels(concept.id).label == "sneakers"
    assert explorer.compare_with_labels(concept.id, "boot").agreement.both == 3
    with pytest.raises(NothingThere, match=r"No label is called 'Sneeker'. Is it 'Sneaker'?"):
        explorer.compare_with_labels(make(explorer, "x").id, "Sneeker")
    with pytest.raises(NothingThere, match="There are Sneaker, boot, sneakers"):
        explorer.compare_with_labels(make(explorer, "hat").id)
    with pytest.raises(NothingThere, match=r"9, 10, .* 19 and others\.$"):
        choose_label(make(explorer, "hat"), map(str, range(30)))


def test_photos_without_labels_cannot_be_compared(explorer, tmp_path):
    other = explorer.database.create_collection("bare", "by hand", 2)
    other.insert(pa.table({"id": ["a"], "url": ["a"], "vector": [np.eye(2, dtype="f4")[0]]}))
    concept = explorer.concepts.create("sneaker", "bare", "")
    explorer.concepts.update(concept.id, weights=np.array([1, 0], np.float32))
    with pytest.raises(NothingThere, match="came without labels"):
        explorer.compare_with_labels(concept.id)


def test_without_a_match_nothing_is_divided(explorer):
    concept = make(explorer, "sneaker")
    explorer.concepts.update(concept.id, threshold=1.0)
    found = explorer.compare_with_labels(concept.id)
    assert (found.agreement.precision, found.agreement.recall) == (None, 0.0)
    assert "precision unknown" in describe_agreement(found)


def test_near_names_are_found_whatever_their_spelling():
    labels = ["T-shirt/top", "ankle_boot", "dress"]
    assert nearest_name("Ankle Boots", labels) == "ankle_boot"
    assert nearest_name("tshirt/top", labels) == "T-shirt/top"
    assert nearest_name("house", labels) == ""


def test_the_command_writes_the_differences(explorer, tmp_path, capsys):
    concept = make(explorer, "sneaker")
    explorer.close()
    asked = ["truth", concept.name, "--dsn", explorer._dsn, "--table", "things"]
    assert main([*asked, "--out", str(tmp_path / "x.csv"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["precision"], told["label"], len(told["differences"])) == (0.6, "Sneaker", 4)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "x.csv").read_text("utf-8-sig"))))
    assert [row["difference"] for row in rows] == ["below", "above", "below", "above"]


def test_a_file_holds_every_difference_and_the_screen_the_first(
    explorer, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(concepts, "LISTED", 2)
    make(explorer, "sneaker")
    explorer.close()
    asked = ["truth", "sneaker", "--dsn", explorer._dsn, "--table", "things"]
    for more, written in ([], 4), (["--limit", "3"], 3):
        assert main([*asked, "--out", str(tmp_path / "x.csv"), *more]) == 0
        assert len((tmp_path / "x.csv").read_text("utf-8-sig").splitlines()) == written + 1
    assert len(capsys.readouterr().out.splitlines()) == 1 + 2 + 1 + 3
