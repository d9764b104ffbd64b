from pathlib import Path

import numpy as np
import pytest

from encoder import load_encoder
from explorer.mapping import naming
from explorer.mapping.naming import list_words, name_groups, word_vectors
from explorer.nouns import Nouns
from tests.encoder.tiny_clip import save_tiny_clip
from tests.explorer.conftest import disk_full_after
from vecdb import Store

WORDS = ["bird", "car", "sea"]
# What all words share, in the last place, and what each says alone.
VECTORS = np.array([[1, 0, 0, 2], [0, 1, 0, 2], [0, 0, 1, 2]], np.float32)


def test_each_group_is_named_by_the_word_that_sets_it_apart(monkeypatch) -> None:
    monkeypatch.setattr(naming, "list_words", lambda: WORDS)
    photos = np.array([[0.3, 0, 0, 1], [0.4, 0, 0, 1], [0, 0.3, 0, 1], [0, 0, 0.2, 1]], np.float32)
    assert name_groups(photos, np.array([1, 1, 0, 2]), VECTORS) == ["car", "bird", "sea"]


def test_two_words_name_a_group_that_both_are_near_and_no_word_names_two(monkeypatch) -> None:
    monkeypatch.setattr(naming, "list_words", lambda: WORDS)
    photos = np.array([[0.5, 0.48, 0, 0], [0, 0, 0.5, 0]], np.float32)
    assert name_groups(photos, np.array([0, 1]), VECTORS) == ["bird, car", "sea"]


def test_groups_are_numbered_where_nothing_encodes_words_or_none_is_near(monkeypatch) -> None:
    monkeypatch.setattr(naming, "list_words", lambda: WORDS)
    photos = np.eye(3, 4, dtype=np.float32)
    assert name_groups(photos, np.arange(3), None) == ["group 1", "group 2", "group 3"]
    alike = np.array([[1, 0, 0, 0], [1, 0, 0, 0]], np.float32)
    assert name_groups(alike, np.arange(2), VECTORS)[0] == "group 1"


def test_a_group_without_photos_between_others_has_a_name_too(monkeypatch) -> None:
    monkeypatch.setattr(naming, "list_words", lambda: WORDS)
    names = name_groups(np.eye(2, 4, dtype=np.float32), np.array([0, 2]), VECTORS)
    assert len(names) == 3
    assert len(set(names)) == 3


def test_words_are_encoded_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = load_encoder(str(save_tiny_clip(tmp_path / "clip")))
    store = Store(tmp_path / "store")
    first = word_vectors(encoder, store)
    assert first.shape == (len(list_words()), encoder.dim)
    at = list_words().index("mountain")
    np.testing.assert_allclose(encoder.encode_texts(["a mountain"])[0], first[at], atol=1e-5)
    monkeypatch.setattr(encoder, "encode_texts", None)
    np.testing.assert_array_equal(word_vectors(encoder, store), first)


def test_words_are_encoded_where_the_store_takes_nothing(tmp_path: Path) -> None:
    encoder = load_encoder(str(save_tiny_clip(tmp_path / "clip")))
    store = Store(tmp_path / "store")
    with disk_full_after(0):
        vectors = word_vectors(encoder, store)
        assert Nouns(lambda: store).find_shared(encoder) is not None
    np.testing.assert_array_equal(word_vectors(encoder, store), vectors)
