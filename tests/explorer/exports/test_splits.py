"""Exports: in which split each photo is."""

from datetime import datetime, timezone

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from explorer.exports import Choice, select_photos
from explorer.exports.families import group_hashed, group_near, join_families, source_keys
from explorer.exports.splits import assign_splits


def test_no_near_duplicate_is_in_two_splits_and_both_classes_are_in_each(explorer, concept):
    for seed in range(5):
        chosen = select_photos(explorer, concept, Choice(shares=(0.6, 0.2, 0.2), seed=seed))
        split = dict(zip(chosen.ids, chosen.splits, strict=True))
        vectors = explorer.collection("things").vectors(chosen.ids)
        close = vectors @ vectors.T > 0.94
        assert (close.sum() - len(chosen)) > 0
        for one, other in zip(*np.nonzero(close), strict=True):
            assert split[chosen.ids[one]] == split[chosen.ids[other]]
        share = [chosen.positive[chosen.splits == at].mean() for at in range(3)]
        assert max(share) - min(share) < 0.15
        again = select_photos(explorer, concept, Choice(shares=(0.6, 0.2, 0.2), seed=seed))
        assert (again.splits == chosen.splits).all()


def test_photos_of_one_source_are_in_one_split():
    rng = np.random.default_rng(0)
    families = rng.integers(0, 30, 300)
    classes = rng.integers(0, 2, 300)
    splits = assign_splits(classes, families, (0.7, 0.15, 0.15), seed=3)
    for family in range(30):
        assert len(set(splits[families == family])) == 1
    sizes = np.bincount(splits, minlength=3) / 300
    assert np.abs(sizes - [0.7, 0.15, 0.15]).max() < 0.05
    alone = assign_splits(np.repeat([0, 1], [80, 20]), np.arange(100), (0.8, 0.1, 0.1), seed=1)
    counts = [
        np.bincount(alone[rows], minlength=3).tolist() for rows in (slice(80), slice(80, 100))
    ]
    assert counts == [[64, 8, 8], [16, 2, 2]]


@pytest.mark.parametrize("sources", [3, 4, 5, 8])
def test_few_large_sources_still_fill_every_split(sources):
    families = np.arange(60) % sources
    classes = np.arange(60) // 30
    splits = assign_splits(classes, families, (0.8, 0.1, 0.1), seed=0)
    assert all(len(set(splits[families == family])) == 1 for family in range(sources))
    assert set(splits) == {0, 1, 2}
    assert np.bincount(splits).argmax() == 0


@pytest.mark.parametrize(("yes", "no"), [(1, 1), (1, 5), (2, 2), (3, 3), (1, 300)])
def test_no_class_is_taken_from_what_is_trained_on(yes, no):
    classes = np.repeat([0, 1], [yes, no])
    for seed in range(3):
        splits = assign_splits(classes, np.arange(yes + no), (0.8, 0.1, 0.1), seed)
        assert set(classes[splits == 0]) == {0, 1}
        assert len(set(splits)) == min(3, yes + no - 1)


def test_a_split_without_one_of_the_classes_is_told(explorer, concept):
    notes = select_photos(explorer, concept, Choice(photos="matches", negatives=1)).notes
    assert [note.partition(":")[0] for note in notes] == [
        "No photo of the split validation is a no",
        "No photo of the split test is a no",
    ]


def rows_by(*people, day=None):
    taken = None if day is None else datetime(2020, 1, day, tzinfo=timezone.utc)
    return [{"photographer": name, "camera": "", "taken": taken} for name in people]


def test_a_photographer_is_a_source_and_one_who_took_most_photos_is_one_a_day():
    keys, note = source_keys(rows_by("Ann", "Bo", "Ann", "", "Cy"))
    assert keys.tolist() == [0, 1, 0, -1, 2]
    assert not note
    rows = [*rows_by("Ann", "Ann", day=1), *rows_by("Ann", "Ann", day=2), *rows_by("Ann", "Bo")]
    keys, note = source_keys(rows)
    assert keys.tolist() == [0, 0, 1, 1, -1, 2]
    assert "more than half" in note


def test_families_follow_every_key_and_chains_of_likeness():
    turns = np.linspace(0, 1, 6)
    chain = np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)
    assert len(set(group_near(chain, 0.97))) == 1
    assert len(set(group_near(chain[::2], 0.97))) == 3
    keys = [np.array([0, 0, -1, -1, 1]), np.array([[0, 1, 2, 3, 4], [-1, -1, -1, 2, -1]])]
    assert join_families(keys, 5).tolist() == [0, 0, 1, 1, 2]


def test_no_near_pair_is_missed_where_vectors_are_long():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(700, 512)) + 2 * rng.normal(size=512)  # a cone, as CLIP's are
    noise = np.linspace(0.1, 1.5, 150)[:, None]
    vectors[350:500] = vectors[:150] + rng.normal(size=(150, 512)) * noise
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    for near in (0.97, 0.9, 0.85):
        close = vectors @ vectors.T > near
        _, wanted = connected_components(csr_matrix(close), directed=False)
        found = group_near(vectors, near)
        assert len(set(zip(wanted, found, strict=True))) == len(set(wanted)) == len(set(found))
        assert len(set(wanted)) < 700
        # Hashes miss some, and join nothing that is apart.
        hashed = group_hashed(vectors, near)
        assert len(set(zip(found, hashed, strict=True))) == len(set(hashed))
        assert len(set(hashed)) < 700


@pytest.mark.parametrize("column", ["folder", "raw", "iso", "photographer"])
def test_a_column_can_be_kept_together(explorer, concept, column):
    chosen = select_photos(explorer, concept, Choice(together=(column,)))
    if column == "raw":
        even = [int(photo.rpartition("#")[2]) % 2 for photo in chosen.ids]
        assert all(len(set(chosen.splits[np.array(even) == part])) == 1 for part in (0, 1))
    if column == "folder":
        files = [at for at, p in enumerate(chosen.ids) if int(p.rpartition("#")[2]) % 10 != 9]
        assert len(set(chosen.splits[files])) == 1
