import pytest

from explorer.phrases import lines, parse_phrases


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


@pytest.mark.parametrize("text", ["my cat.jpg\r\n\n  b/2 \nmy cat.jpg", "my cat.jpg\nb/2"])
def test_ids_are_read_one_a_line_whatever_they_hold(text):
    assert lines(text) == ["my cat.jpg", "b/2"]


@pytest.mark.parametrize("text", [None, "", " \n "])
def test_no_lines_are_no_ids(text):
    assert lines(text) == []
