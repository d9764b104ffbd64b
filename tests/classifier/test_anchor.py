import numpy as np
import pytest

from classifier import ClassifierError, DimensionMismatch, NoAnchor, anchor

UP = [1.0, 0.0, 0.0, 0.0]
RIGHT = [0.0, 1.0, 0.0, 0.0]


def test_one_phrase_gives_back_its_own_direction():
    assert anchor([([0.0, 3.0, 0.0, 4.0], 1.0)]) == pytest.approx([0.0, 0.6, 0.0, 0.8])


def test_a_negative_phrase_pushes_away():
    blended = anchor([(UP, 1.0), (RIGHT, -1.0)])
    assert blended == pytest.approx([2**-0.5, -(2**-0.5), 0.0, 0.0])


def test_pictures_alone_start_a_concept_from_what_sets_them_apart():
    shared = [0.0, 0.0, 1.0, 0.0]
    assert anchor(examples=[[0.6, 0.0, 1.0, 0.0]], mean=shared) == pytest.approx(UP)


def test_phrase_and_picture_count_the_same():
    assert anchor([(UP, 1.0)], [RIGHT]) == pytest.approx([2**-0.5, 2**-0.5, 0.0, 0.0])


def test_nothing_to_start_from_is_an_error():
    with pytest.raises(NoAnchor, match="needs a phrase or an example picture"):
        anchor()


@pytest.mark.parametrize("phrases", [[(UP, 1.0), (UP, -1.0)], [(UP, 0.0)]])
def test_phrases_that_cancel_out_or_weigh_nothing_are_an_error(phrases):
    with pytest.raises(NoAnchor, match="cancel out or weigh nothing"):
        anchor(phrases)


@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_no_number_is_an_error(weight: float):
    with pytest.raises(ClassifierError, match="no weight of a phrase"):
        anchor([(UP, weight)])


def test_phrases_of_two_encoders_are_an_error():
    with pytest.raises(DimensionMismatch):
        anchor([(UP, 1.0), (np.ones(3), 1.0)])
