"""Concepts that exclude each other learn from each other's answers, where the user says so."""

import numpy as np
import pytest

from explorer.fitting import BORROWED
from explorer.page import Page
from explorer.rounds import Rounds
from explorer.settings import Settings
from vecdb import Collection, Label


@pytest.fixture
def begun(rounds: Rounds, collection: Collection, direction: np.ndarray) -> Page:
    """A concept with one page answered, beside another that has a yes for photos nobody saw."""
    page = rounds.begin(collection, "a thing", direction, Settings(page_size=10))
    marks = {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in page.tiles}
    return rounds.submit(page.concept.id, page.tiles, marks)


@pytest.fixture
def other(rounds: Rounds, collection: Collection, direction: np.ndarray, begun: Page) -> str:
    page = rounds.begin(collection, "another", -direction, Settings(page_size=10))
    photos = [f"no-{at:03d}" for at in range(60, 120)]
    unseen = [photo for photo in photos if photo not in begun.history.judged]
    rounds.database.concepts.label(page.concept.id, [Label(p, 1) for p in unseen], action="hand")
    return page.concept.id


def exclude(rounds: Rounds, *concepts: str) -> None:
    for concept in concepts:
        rounds.keep_settings(concept, exclusive=True)


def test_a_yes_of_the_other_is_a_no_here_once_both_say_so(rounds, begun, other, collection):
    before = begun.concept.weights
    exclude(rounds, begun.concept.id)
    alone = rounds.refit(begun.concept.id)
    assert alone.concept.weights == pytest.approx(before, abs=1e-6)
    exclude(rounds, other)
    both = rounds.refit(begun.concept.id)
    _, vectors = collection.known_vectors([f"no-{at:03d}" for at in range(60, 120)])
    kept, borrowed = (vectors @ page.concept.weights + page.concept.bias for page in (alone, both))
    assert borrowed.mean() < kept.mean()
    assert both.history.judged == begun.history.judged


def test_of_many_answers_the_likeliest_are_borrowed(rounds, begun, other, collection):
    exclude(rounds, begun.concept.id, other)
    concept = rounds.database.concepts.get(begun.concept.id)
    known = rounds.memory.known(collection.name)
    settings = Settings.read(concept.settings)
    taken = rounds._fitting._borrow(concept, settings, begun.history, known)
    scores = taken @ concept.weights
    assert 0 < len(taken) <= BORROWED
    assert (np.diff(scores) <= 1e-6).all()
