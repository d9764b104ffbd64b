import pytest

from classifier import advice, agreement


def test_agreement_is_the_shared_part_of_all_accepted():
    assert agreement({"a", "b", "c"}, {"b", "c", "d"}) == 0.5
    assert agreement(set(), set()) == 0.0
    assert agreement(set(), {"a"}) == 0.0


def test_two_settled_rounds_advise_to_stop():
    told = advice([0.3, 0.92, 0.95], [5, 4, 6])
    assert told.stop
    assert "92 %" in told.sentence


def test_a_page_that_brought_something_new_is_never_told_that_clicks_change_little():
    told = advice([0.3, 0.92, 0.95], [5, 4, 1])
    assert "still brought matches" in told.sentence
    assert "change little" not in told.sentence
    assert "change little" in advice([0.3, 0.92, 0.95], [5, 4, 0]).sentence


def test_one_settled_round_does_not():
    assert not advice([0.3, 0.7, 0.97], [5, 4, 6]).stop


def test_nearly_settled_promises_an_end():
    assert "One or two more rounds" in advice([0.85, 0.88], [3, 4]).sentence


def test_the_first_page_always_says_go_on():
    assert not advice([1.0], [9]).stop


@pytest.mark.parametrize("pages", [2, 3, 4])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_pages_without_any_yes_ask_for_other_words(pages: int, share: float):
    told = advice([share] * pages, [0] * pages)
    assert not told.stop
    assert "phrase" in told.sentence


def test_who_accepts_no_photo_has_not_settled():
    told = advice([agreement(set(), set())] * 2, [2, 0])
    assert not told.stop
    assert "not yet sure of any" in told.sentence


def test_pages_that_ran_dry_advise_to_stop_or_to_look_otherwise():
    assert advice([0.5, 0.5, 0.5, 0.5], [4, 0, 0, 0]).stop
