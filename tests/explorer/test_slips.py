"""Answers that look like slips come back on a later page, once, with the mark that was given."""

import numpy as np
import pytest

from explorer.fitting import head_of
from explorer.history import SURE, History
from explorer.page import Page
from explorer.rounds import MOST_SLIPS, Rounds
from explorer.settings import Settings
from vecdb import Collection, Label

SIZE = 25


@pytest.fixture
def photos() -> int:
    """Enough that the pages before any answer is asked again leave photos to judge."""
    return 400


def truth(photo: str) -> int:
    return 1 if photo.startswith("yes") else -1


def answer(rounds: Rounds, page: Page, wrong: frozenset[str] = frozenset()) -> Page:
    """Answer the new photos truly but for those in `wrong`; leave what is asked again as it is."""
    marks = {tile.photo_id: tile.mark or truth(tile.photo_id) for tile in page.tiles}
    marks |= {photo: -truth(photo) for photo in wrong & set(marks)}
    return rounds.submit(page.concept.id, page.tiles, marks)


@pytest.fixture
def slipped(rounds: Rounds, collection: Collection, direction: np.ndarray) -> tuple[Page, str]:
    """The page after one on which a clear match was called none; and that match."""
    page = rounds.begin(collection, "a thing", direction, Settings(page_size=SIZE))
    wrong = next(tile.photo_id for tile in page.tiles if truth(tile.photo_id) == 1)
    page = answer(rounds, page, frozenset({wrong}))
    while not page.history.asked_again and wrong not in asked(page):
        page = answer(rounds, page)
    return page, wrong


def asked(page: Page) -> dict[str, int]:
    return {tile.photo_id: tile.mark for tile in page.tiles if tile.reason == SURE}


def test_a_slip_comes_back_with_its_mark_and_few_others_beside_it(slipped):
    page, wrong = slipped
    assert asked(page)[wrong] == -1
    assert len(asked(page)) <= 2
    assert len(page.tiles) == SIZE
    assert len({tile.photo_id for tile in page.tiles}) == SIZE


@pytest.mark.parametrize(("size", "pages"), [(9, 5), (25, 5), (50, 3), (100, 2)])
def test_none_comes_back_on_the_first_pages(rounds, collection, direction, size, pages):
    page = rounds.begin(collection, "a thing", direction, Settings(page_size=size))
    matches = [tile.photo_id for tile in page.tiles if truth(tile.photo_id) == 1]
    for _ in range(pages):
        assert not asked(page)
        page = answer(rounds, page, frozenset(matches[:1]))
    for _ in range(2):
        if not asked(page):
            page = answer(rounds, page)
    assert matches[0] in asked(page)


def test_an_answer_turned_round_is_a_slip_and_is_not_asked_about_again(rounds, slipped):
    page, wrong = slipped
    marks = {tile.photo_id: truth(tile.photo_id) for tile in page.tiles}
    page = rounds.submit(page.concept.id, page.tiles, marks)
    assert page.history.judged[wrong] == 1
    assert page.history.slips.total() == 1
    while len(page.tiles) == SIZE:
        assert wrong not in asked(page)
        page = answer(rounds, page)
    undone = rounds.undo(page.concept.id)
    assert undone is not None
    assert undone.history.slips.total() == 1


def test_an_answer_left_as_it_is_stands_and_is_settled(rounds, slipped):
    page, wrong = slipped
    page = rounds.submit(page.concept.id, page.tiles, {})
    assert page.history.judged[wrong] == -1
    assert wrong in page.history.asked_again
    assert page.history.slips.total() == 0
    assert wrong not in asked(page)


def test_undoing_the_round_asks_anew(rounds, slipped):
    page, wrong = slipped
    again = rounds.undo(answer(rounds, page).concept.id)
    assert again is not None
    assert asked(again)[wrong] == -1
    assert again.history.asked_again == set()


def test_the_doubtful_answers_of_a_concept_are_named_the_likeliest_slip_first(rounds, slipped):
    page, wrong = slipped
    assert rounds.doubtful(page.concept)[0] == wrong


def test_an_answer_taken_back_among_the_labels_is_a_slip_once(rounds, slipped):
    page, wrong = slipped
    first = next(photo for photo in page.history.judged if photo != wrong)
    for turn in (1, 2, 3):
        page = rounds.relabel(page.concept.id, {first: -page.history.judged[first]})
        assert page.history.slips.total() == 1, turn
        assert page.history.asked_again == {first}
    page = rounds.relabel(page.concept.id, {wrong: 1})
    assert page.history.slips.total() == 2
    assert wrong not in asked(page)
    assert wrong not in rounds.doubtful(page.concept)


def test_many_answers_turned_at_once_are_a_change_of_mind(rounds, slipped):
    page, _ = slipped
    some = list(page.history.judged)[: MOST_SLIPS + 1]
    turned = {photo: -page.history.judged[photo] for photo in some}
    page = rounds.relabel(page.concept.id, turned)
    assert page.history.slips.total() == 0
    few = {photo: -turned[photo] for photo in some[:MOST_SLIPS]}
    assert rounds.relabel(page.concept.id, few).history.slips.total() == MOST_SLIPS


def test_an_answer_that_somebody_else_corrects_is_no_slip_of_theirs(rounds, slipped):
    page, wrong = slipped
    assert rounds.relabel(page.concept.id, {wrong: 1}, by="Ann").history.slips.total() == 0


def test_what_another_person_took_back_is_no_slip_of_the_one_whose_answers_count():
    first = Label("p", 1, 1, "top", by="Ann", action="round:1")
    turned = Label("p", -1, 3, SURE, by="Bob", action="round:2")
    for judge, again in (("Ann", set()), ("Bob", {"p"})):
        history = History([first, turned], judge)
        assert (history.asked_again, history.slips.total()) == (again, 0)


def said(person: str, label: int, at: int) -> Label:
    """What a person says of one photo in a round; from the tenth on they are asked again."""
    return Label("p", label, at, SURE if at >= 10 else "top", by=person, action=f"round:{at}")


@pytest.mark.parametrize(
    ("answers", "slips", "settled"),
    [
        ([("Ann", 1, 1), ("Bob", -1, 10)], {"Ann": 1}, True),
        # One's own answer is what one turns round, whoever's counts.
        ([("Ann", 1, 1), ("Bob", 1, 2), ("Ann", -1, 10)], {"Ann": 1}, True),
        ([("Ann", -1, 1), ("Bob", 1, 2), ("Ann", 1, 10)], {"Ann": 1}, True),
        # What two say and one denies stands, and nobody has confirmed it.
        ([("Ann", 1, 1), ("Bob", 1, 2), ("Cid", -1, 10)], {}, False),
        ([("Ann", 1, 1), ("Ann", 1, 10)], {}, True),
        ([("Ann", 1, 1), ("Ann", -1, 10), ("Ann", 0, 11)], {"Ann": 1}, False),
    ],
)
def test_a_slip_is_put_to_whoever_gave_the_answer_that_a_second_look_turned_round(
    answers, slips, settled
):
    history = History([said(*answer) for answer in answers])
    assert history.slips == slips
    assert history.asked_again == {"p"}
    assert history.settled == ({"p"} if settled else set())


def test_clearing_the_answers_of_others_is_no_change_of_mind(rounds, slipped):
    page, _ = slipped
    one, *others = list(page.history.judged)[: MOST_SLIPS + 2]
    labels = {one: -page.history.judged[one], **dict.fromkeys(others, 0)}
    rounds.relabel(page.concept.id, {one: page.history.judged[one]}, by="Ann")
    page = rounds.relabel(page.concept.id, labels, by="Ann")
    assert page.history.slips == {"Ann": 1}


def test_who_admits_slips_is_believed_less_than_beside_somebody_who_does(
    rounds: Rounds, collection: Collection, direction: np.ndarray
):
    """Ann calls a match none; that is worth less where she took answers back than where Bob did.

    Those answers stand in either way as they should, looked at twice.
    """
    believed = {}
    for careless in ("Ann", "Bob"):
        page = rounds.begin(collection, "a thing", direction, Settings(page_size=SIZE))
        photos = [tile.photo_id for tile in page.tiles]
        matches = [photo for photo in photos if truth(photo) == 1]
        wrong, back = matches[0], matches[1:3]
        rows = [
            Label(photo, truth(photo), 1, "top", by=("Ann", "Bob")[at % 2])
            for at, photo in enumerate(photos)
            if photo not in matches[:3]
        ]
        rows += [Label(photo, -1, 1, "top", by=careless) for photo in back]
        rounds.import_labels(page.concept.id, [*rows, Label(wrong, -1, 1, "top", by="Ann")])
        page = rounds.import_labels(
            page.concept.id, [Label(photo, 1, 1, SURE, by=careless) for photo in back]
        )
        assert page.history.slips == {careless: 2}
        _, vector = collection.known_vectors([wrong])
        believed[careless] = head_of(page.concept).margins(vector)[0]
    assert believed["Ann"] > believed["Bob"] + 0.01
