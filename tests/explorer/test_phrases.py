"""What people type, and what is understood by it."""

import pytest

from explorer.phrases import describe_phrases, lines, parse_phrases, write_phrases


@pytest.mark.parametrize(
    ("prompt", "understood"),
    [
        ("a house by the lake", [("a house by the lake", 1)]),
        ("shoes -sneakers", [("shoes", 1), ("sneakers", -1)]),
        ("shoes -sneakers +0.5 laces", [("shoes", 1), ("sneakers", -1), ("laces", 0.5)]),
        ("shoes \u2212red sneakers", [("shoes", 1), ("red sneakers", -1)]),
        ('"shoes -sneakers"', [("shoes -sneakers", 1)]),
        ('boots -"high heels"', [("boots", 1), ("high heels", -1)]),
        ("a t-shirt and x-rays", [("a t-shirt and x-rays", 1)]),
        ("black - and white", [("black - and white", 1)]),
        ("cars -1960s chrome", [("cars", 1), ("1960s chrome", -1)]),
        ("-snow", [("snow", -1)]),
        ("rock + roll", [("rock + roll", 1)]),
        ("C++ on a screen", [("C++ on a screen", 1)]),
        ("  ", []),
    ],
)
def test_a_sign_before_a_word_begins_a_phrase_unless_it_is_quoted(prompt, understood):
    assert parse_phrases(prompt) == understood


@pytest.mark.parametrize(
    ("line", "understood"),
    [
        ("+ wooden", ("wooden", 1)),
        ("- people", ("people", -1)),
        ("-0.5 snow", ("snow", -0.5)),
        ("-0,5 snow", ("snow", -0.5)),
        ("\u22120,5 snow", ("snow", -0.5)),
        ("+.5 snow", ("snow", 0.5)),
        ("- 1960s cars", ("1960s cars", -1)),
        ("-1960s cars", ("1960s cars", -1)),
        ("-1960 cars", ("1960 cars", -1)),
        ("+ 2 dogs", ("2 dogs", 1)),
        ("+2 dogs", ("dogs", 2)),
        ("-2", ("2", -1)),
        ("wooden", ("wooden", 1)),
        ("two dogs -cats", ("two dogs -cats", 1)),
    ],
)
def test_a_weight_is_a_number_behind_the_sign_that_ends_at_a_space(line, understood):
    assert parse_phrases("", line) == [understood]


@pytest.mark.parametrize(
    "phrases",
    [
        [("a house by the lake", 1)],
        [("shoes", 1), ("sneakers", -1), ("laces", 0.5)],
        [("snow", -1)],
        [("snow", 0.5), ("2 dogs", 1), ("1960s cars", -2)],
        [("2 dogs", 1)],
        [("lake", 10.0), ("mist", 0.00001), ("boats", -0.123456789)],
        [("shoes -sneakers", 1), ("+ plus", -1)],
        [("a t-shirt", 1), ("rock + roll", -1.5)],
        [],
    ],
)
def test_phrases_that_are_written_are_read_as_they_were(phrases):
    assert parse_phrases(write_phrases(phrases)) == phrases


def test_lines_are_taken_once_and_a_sign_alone_is_nothing():
    assert lines(" a \n\nb\na") == ["a", "b"]
    assert parse_phrases("x", "-\n+") == [("x", 1)]


def test_what_was_understood_is_said_in_one_line():
    assert describe_phrases([("shoes", 1), ("sneakers", -1), ("laces", 0.5)]) == (
        "shoes  − sneakers  + 0.5 × laces"
    )
