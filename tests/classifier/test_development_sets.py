from pathlib import Path

import numpy as np
import pytest

from classifier.benchmark.labelled_set import read_set
from tests.classifier.development_sets import Labelled, main, thinned, without_copies

DATA = Path(__file__).parents[3] / "shared" / "data"
EYE = np.eye(4, dtype=np.float32)


def test_a_thinned_set_keeps_few_of_a_concept_and_all_of_the_rest():
    labels = np.array(["cat"] * 5 + ["dog"] * 5 + ["other"] * 3)
    whole = Labelled(np.repeat(EYE[:1], 13, axis=0), labels, ["cat", "dog"], EYE[:2])
    kept = thinned(whole, (2, 2), 0).labels.tolist()
    assert [kept.count(name) for name in ("cat", "dog", "other")] == [2, 2, 3]


def test_of_copies_the_first_is_kept():
    whole = Labelled(EYE[[0, 1, 0, 2, 1]], np.array(list("abcde")), ["a"], EYE[:1])
    assert without_copies(whole).labels.tolist() == ["a", "b", "d"]


@pytest.mark.skipif(not (DATA / "clothing").exists(), reason="no pictures of clothes here")
def test_the_command_writes_a_set_that_the_benchmark_reads(tmp_path: Path):
    assert main([str(DATA), str(tmp_path), "--only", "clothing", "--limit", "8"]) == 0
    made = read_set(tmp_path / "clothing.npz")
    assert made.vectors.shape == (8, 512)
    assert np.linalg.norm(made.prompts, axis=1) == pytest.approx(1)
