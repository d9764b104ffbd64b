from classifier import borrow_answers


def test_the_yes_of_others_is_borrowed_once_and_never_against_an_own_answer():
    own = {"a": 1, "b": -1}
    others = [{"a": 1, "c": 1, "d": -1}, {"e": 1, "c": 1, "b": 1}]
    assert borrow_answers(own, others) == ["c", "e"]


def test_without_others_nothing_is_borrowed():
    assert borrow_answers({"a": 1}, []) == []
