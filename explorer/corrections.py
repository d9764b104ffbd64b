"""Classes that are kept in the database: fitted to their corrections, and as files."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifier.class_file import Correction, SavedClasses, load_classes, save_classes
from classifier.classes import decide_classes, refit_heads
from commandline.words import count_things
from encoder import Encoder
from explorer.full_disk import passing_folder
from explorer.photo_sets import PhotoSet
from explorer.zeroshot import NONE, heads_of
from vecdb import ClassCorrection, ClassSet, ClassSetStore, Collection

# Photos nobody corrected that a fit looks at; more change nothing that can be seen.
OTHERS = 500
NAMED = 3  # classes that a set without a name is called after


def fit_classes(
    kept: ClassSet, corrections: Mapping[str, ClassCorrection], found: PhotoSet, encoder: Encoder
) -> SavedClasses:
    """Fit classes to their words and to what was said of photos.

    Args:
        corrections: by photo id; those of classes that are no longer named are left out.
        found: the photos that are classified.

    Raises:
        ClassifierError: no class, one twice, or a template without {}.
        EncoderError: a name cannot be encoded.
    """
    heads = heads_of(kept.names, kept.templates, encoder)
    numbers = {"": -1, **{name: number for number, name in enumerate(kept.names)}}
    known = {
        photo: Correction(said.vector, numbers[said.name])
        for photo, said in corrections.items()
        if said.name in numbers
    }
    if not known:
        return SavedClasses(heads, {})
    others = [row for row, photo in enumerate(found.photos.ids) if photo not in known][:OTHERS]
    fitted = refit_heads(
        heads,
        np.array([made.vector for made in known.values()]),
        [made.number for made in known.values()],
        found.photos.vectors[others],
    )
    return SavedClasses(fitted, known)


def decide_photos(
    classes: SavedClasses, ids: Sequence[str], vectors: np.ndarray, threshold: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the class number of each photo, -1 for none, and how sure it is: what was said stands.

    Args:
        vectors: (n, d); another collection may have another photo of a corrected one's id.
    """
    probabilities = classes.heads.probabilities(vectors)
    chosen, sure = decide_classes(probabilities, threshold), probabilities.max(axis=1)
    for row, photo in enumerate(ids):
        said = classes.corrections.get(photo)
        if said is not None and np.allclose(said.vector, vectors[row], atol=1e-4):
            chosen[row], sure[row] = said.number, 1.0
    return chosen, sure


def correct_photos(
    store: ClassSetStore, kept: ClassSet, found: PhotoSet, said: Mapping[str, str]
) -> ClassSet:
    """Keep what was said of photos: photo id -> class name, or NONE."""
    at = {photo: row for row, photo in enumerate(found.photos.ids)}
    rows = {
        photo: ClassCorrection("" if name == NONE else name, found.photos.vectors[at[photo]])
        for photo, name in said.items()
        if photo in at
    }
    return store.correct(kept.id, rows)


# photo id -> what is to be said of it, and the class name, or NONE, that must still stand; None for
# a photo of which nothing is said.
Step = Mapping[str, tuple[ClassCorrection | None, str | None]]


def take_step(store: ClassSetStore, kept: ClassSet, step: Step) -> Step:
    """Take a correction back, or make it again; what somebody has said of its photos since stays.

    Returns:
        the step that takes this one back.
    """
    now = store.corrections(kept.id)
    rows = {
        photo: said for photo, (said, stands) in step.items() if _class_of(now.get(photo)) == stands
    }
    store.correct(kept.id, rows)
    return {photo: (now.get(photo), _class_of(said)) for photo, said in rows.items()}


def _class_of(said: ClassCorrection | None) -> str | None:
    return (said.name or NONE) if said else None


def name_classes(names: Sequence[str]) -> str:
    """Return what classes are called as long as nobody has said."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def name_each(kept: Iterable[ClassSet]) -> dict[str, str]:
    """Return a name for each set of classes, by id, that no other has."""
    names: dict[str, str] = {}
    for one in kept:
        classes = count_things(len(one.names), "class", "classes")
        name = f"{one.name} · {classes}"
        if one.corrected:
            name += f" · corrected: {one.corrected:,}"  # a narrow box may cut it: no "71 correct"
        if name in names.values():
            name = f"{name} · {one.created:%-d %b %Y, %H:%M:%S}"
        while name in names.values():
            name += "'"
        names[one.id] = name
    return names


def keep_file(store: ClassSetStore, file: Any, collection: Collection) -> ClassSet:
    """Keep the classes of an uploaded file under the file's name.

    Raises:
        ClassifierError: it holds none, or they were made with another encoder.
    """
    with passing_folder() as folder:
        path = folder / Path(file.name).name
        path.write_bytes(file.getvalue())
        saved = load_classes(path, encoder=collection.encoder)
    heads = saved.heads
    made = store.create(
        Path(file.name).stem,
        collection.name,
        collection.encoder,
        names=heads.names,
        templates=heads.templates,
    )
    rows = {
        photo: ClassCorrection(heads.names[said.number] if said.number >= 0 else "", said.vector)
        for photo, said in saved.corrections.items()
    }
    return store.correct(made.id, rows)


def as_file(saved: SavedClasses) -> bytes:
    """Return classes as a file."""
    with passing_folder() as folder:
        path = folder / "classes.safetensors"
        save_classes(path, saved)
        return path.read_bytes()
