import pytest

from pages._query import parse_phrases


@pytest.mark.parametrize(
    ("prompt", "more", "expected"),
    [
        ("a house", "", [("a house", 1.0)]),
        ("a house", "+ wooden\n- people\n-0.5 snow", [
            ("a house", 1.0), ("wooden", 1.0), ("people", -1.0), ("snow", -0.5),
        ]),
        ("", "plain words\n\n", [("plain words", 1.0)]),
        ("", "-", []),
        ("  ", "", []),
    ],
)  # fmt: skip
def test_phrases_are_read_with_their_weights(prompt, more, expected):
    assert parse_phrases(prompt, more) == expected
