import pytest

from pages.concept.together import name_shown


@pytest.mark.parametrize(
    ("shown", "count", "told"),
    [(2, 2, "2 concepts"), (50, 50, "50 concepts"), (50, 61, "the latest 50 of 61 concepts")],
)
def test_it_is_told_when_not_all_concepts_stand_side_by_side(shown, count, told):
    assert name_shown(shown, count) == told
