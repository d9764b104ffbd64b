from pathlib import Path

import numpy as np
import pytest

from classifier.metrics import average_precision
from tests.classifier.development_sets import Labelled, offline_encoder, unit
from tests.classifier.words import SHARES, main, nouns_of


def test_each_share_of_the_nouns_is_taken_off_each_prompt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    vectors = unit(np.random.default_rng(0).normal(size=(60, offline_encoder().dim)))
    labels = np.array(["dog", "cat", "other"] * 20)
    prompts = offline_encoder().encode_texts(["a dog", "a cat"])
    Labelled(vectors, labels, ["dog", "cat"], prompts).save(tmp_path / "pets.npz")
    assert main([str(tmp_path / "pets.npz")]) == 0
    head, dog, cat, mean = (line.split() for line in capsys.readouterr().out.splitlines())
    assert head == ["pets", *(f"{share:.2f}" for share in SHARES)]
    shared = nouns_of(None, "a {}").mean(axis=0)
    for row, name, prompt in ((dog, "dog", prompts[0]), (cat, "cat", prompts[1])):
        wanted = [
            average_precision(labels == name, vectors @ (prompt - share * shared))
            for share in SHARES
        ]
        assert [float(cell) for cell in row[1:]] == pytest.approx(wanted, abs=0.001)
    both = (np.array(dog[1:], float) + np.array(cat[1:], float)) / 2
    assert np.array(mean[1:], float) == pytest.approx(both, abs=0.001)
