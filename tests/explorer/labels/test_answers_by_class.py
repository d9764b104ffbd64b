"""Files with a row for each photo and class, or a column for each class."""

import pytest

from tests.explorer.labels.conftest import collect, write

FIRST = [f"yes-{at:03}" for at in range(10, 30)] + [f"no-{at:03}" for at in range(30, 120)]
UNCLEAR = {
    "rows": ("id,label,answer", "{},cat,0\n{},dog,0", "yes-001,cat,maybe\nyes-001,dog,1"),
    "columns": ("id,cat,dog", "{},0,0", "yes-001,maybe,1"),
}


@pytest.mark.parametrize(("head", "no", "last"), UNCLEAR.values(), ids=UNCLEAR)
def test_an_unreadable_answer_about_a_class_is_no_other_class(
    photos_there, tmp_path, head, no, last
):
    lines = [head, *(no.format(photo, photo) for photo in FIRST), last]
    held, done = collect(photos_there, write(tmp_path, "\n".join(lines)), others_no=True)
    assert (held, done.unreadable.first) == (dict.fromkeys(FIRST, -1), ["yes-001: maybe"])


def test_answers_about_a_class_are_told_however_far_down_another_comes(photos_there, tmp_path):
    rows = [f"yes-{at:03},cat,{at % 2}" for at in range(30)]
    rows += [f"no-{at:03},cat,0" for at in range(30, 118)] + ["yes-000,dog,1", "yes-001,dog,0"]
    held, done = collect(photos_there, write(tmp_path, "\n".join(["id,label,answer", *rows])))
    assert len(held) == 118
    assert (held["yes-000"], held["yes-001"], done.contradictions.count) == (-1, 1, 0)
