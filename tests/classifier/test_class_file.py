import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from classifier import ClassifierError
from classifier.class_file import Correction, SavedClasses, load_classes, save_classes
from classifier.classes import refit_heads
from tests.classifier.test_classes import cloud, heads


@pytest.fixture
def saved():
    vectors, truth = cloud()
    kept = {f"p{at}": Correction(vectors[at].astype(np.float32), truth[at]) for at in range(9)}
    kept["p9"] = Correction(vectors[9].astype(np.float32), -1)
    rows, numbers = [c.vector for c in kept.values()], [c.number for c in kept.values()]
    return SavedClasses(refit_heads(heads(), rows, numbers, vectors[10:]), kept)


def test_saved_classes_come_back_with_their_corrections(saved, tmp_path):
    vectors, _ = cloud()
    save_classes(tmp_path / "c.safetensors", saved)
    back = load_classes(tmp_path / "c.safetensors", encoder="by hand")
    assert (back.heads.names, back.heads.templates) == (saved.heads.names, saved.heads.templates)
    assert back.heads.probabilities(vectors) == pytest.approx(
        saved.heads.probabilities(vectors), abs=1e-6
    )
    assert list(back.corrections) == list(saved.corrections)
    for photo, made in saved.corrections.items():
        assert back.corrections[photo].number == made.number
        assert back.corrections[photo].vector == pytest.approx(made.vector)


def test_classes_without_corrections_are_saved_too(tmp_path):
    save_classes(tmp_path / "c.safetensors", SavedClasses(heads(), {}))
    assert not load_classes(tmp_path / "c.safetensors").corrections


def test_another_encoder_is_named(saved, tmp_path):
    save_classes(tmp_path / "c.safetensors", saved)
    with pytest.raises(ClassifierError, match="by hand"):
        load_classes(tmp_path / "c.safetensors", encoder="another")


def test_a_file_that_holds_no_classes_is_refused(saved, tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"no")
    with pytest.raises(ClassifierError, match="holds no saved classes"):
        load_classes(path)
    save_classes(path, saved)
    save_file(load_file(path), path)  # the tensors without what is said about them
    with pytest.raises(ClassifierError, match="holds no saved classes"):
        load_classes(path)
