"""Every form in which a concept leaves, by name; one function that writes any of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from classifier import to_sql
from commandline.words import count_things
from explorer.downloads import make_place
from explorer.errors import BadInput
from explorer.exports.choice import Choice, Selected, Tell, say_nothing
from explorer.exports.concept_file import as_classifier
from explorer.exports.folders import (
    write_coco,
    write_imagefolder,
    write_pictures,
    write_yolo,
)
from explorer.exports.packed import write_huggingface, write_webdataset
from explorer.exports.selection import select_photos
from explorer.exports.splits import SPLITS
from explorer.exports.tables import write_csv, write_img2dataset, write_lance, write_parquet
from explorer.exports.targets import ZIP, Target, check_free, open_target, remove, write_whole
from explorer.fitting import head_of
from explorer.history import read_history
from vecdb import Concept, Store

if TYPE_CHECKING:
    from explorer.explorer import Explorer

WriteFile = Callable[[Selected, Path], None]
WriteFolder = Callable[[Selected, Target, Store], Iterator[str]]


@dataclass(frozen=True)
class Format:
    """A form of the photos: what people call it, its ending, and what writes it.

    Attributes:
        ending: of its file, or of its folder; empty where a folder may have any name.
    """

    title: str
    ending: str
    write_file: WriteFile | None = None
    write_folder: WriteFolder | None = None


FORMATS = {
    "csv": Format("CSV", ".csv", write_csv),
    "parquet": Format("Parquet", ".parquet", write_parquet),
    "lance": Format("Lance, with the vectors", ".lance", write_lance),
    "img2dataset": Format("JSON for img2dataset", ".json", write_img2dataset),
    "pictures": Format("Pictures as they are", "", write_folder=write_pictures),
    "coco": Format("COCO", "", write_folder=write_coco),
    "yolo": Format("YOLO classification folders", "", write_folder=write_yolo),
    "huggingface": Format(
        "Hugging Face: Parquet with the pictures", "", write_folder=write_huggingface
    ),
    "imagefolder": Format("Hugging Face: imagefolder", "", write_folder=write_imagefolder),
    "webdataset": Format("webdataset tars", "", write_folder=write_webdataset),
}
CONCEPT_FILES = (".safetensors", ".npz", ".sql")


@dataclass(frozen=True)
class Exported:
    """What was written: how many photos, of them yes and no, in which splits; and sentences."""

    file: str
    photos: int = 0
    yes: int = 0
    no: int = 0
    splits: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def export_concept(
    explorer: "Explorer",
    concept: Concept,
    out: Path,
    form: str = "",
    choice: Choice | None = None,
    tell: Tell = say_nothing,
) -> Exported:
    """Write a concept's photos, or its classifier, to a file or a folder.

    Args:
        out: where to; a name that ends in .zip takes a folder's files as one.
        form: a name of FORMATS; by default what the ending of `out` says.
        choice: which photos, and how they are split.
        tell: told how far it is.

    Raises:
        BadInput: the ending says nothing, or another form than is asked for.
        NothingThere: there is no such photo.
        OSError: it cannot be written; nothing is left of it then.
    """
    if not form and out.suffix.lower() in CONCEPT_FILES:
        _write_concept(explorer, concept, out)
        return Exported(str(out))
    form = form or _guess_form(out)
    if form not in FORMATS:
        raise BadInput(f"There is no form {form!r}: choose one of {', '.join(FORMATS)}.")
    chosen = FORMATS[form]
    as_zip = out.suffix.lower() == ZIP
    if chosen.write_file and as_zip:
        raise BadInput(f"{chosen.title} is one file or folder of its own: name it without .zip.")
    check_free(out)  # before the work
    selected = select_photos(explorer, concept, choice or Choice(), tell)
    if chosen.write_file:
        chosen.write_file(selected, out)
    elif chosen.write_folder:
        explorer.store.path.parent.mkdir(parents=True, exist_ok=True)
        with open_target(out) as target:
            selected.notes.extend(chosen.write_folder(selected, target, explorer.store))
    return _summarize(selected, out)


def export_to_download(
    explorer: "Explorer", concept: Concept, form: str, choice: Choice, tell: Tell = say_nothing
) -> tuple[Path, Exported]:
    """Write a concept's photos to one file beside the store, where it stays for a day.

    Args:
        tell: told how far it is.

    Returns:
        The file, named after the concept; a zip, and after its form, where that is a folder.
        And what was written.
    """
    chosen = FORMATS[form]
    folder = make_place(explorer.store)
    out = folder / (name_file(concept) + (chosen.ending or f"-{form}{ZIP}"))
    done = export_concept(explorer, concept, out, form, choice, tell)
    if not out.is_dir():
        return out, done
    zipped = folder / f"{out.name}{ZIP}"
    with open_target(zipped) as target:
        for path in sorted(out.rglob("*")):
            if path.is_file():
                target.put(path.relative_to(folder).as_posix(), path)
    remove(out)
    return zipped, done


def name_file(concept: Concept) -> str:
    """Return a concept's name as a file's, without an ending."""
    name = "".join(c if c.isalnum() else "-" for c in concept.name)
    return name.strip("-").lower()[:60] or "concept"


def _guess_form(out: Path) -> str:
    ending = out.suffix.lower()
    if ending == ZIP:
        return "pictures"
    for name, form in FORMATS.items():
        if form.ending and form.ending == ending:
            return name
    known = ", ".join(sorted({f.ending for f in FORMATS.values() if f.ending}))
    raise BadInput(
        f"{out} does not say in which form: end it in {known}, {', '.join(CONCEPT_FILES)}, or "
        f"give --format {'|'.join(FORMATS)}."
    )


def _write_concept(explorer: "Explorer", concept: Concept, out: Path) -> None:
    concept, ending = explorer.concepts.get_fitted(concept.id), out.suffix.lower()
    if ending == ".sql":
        content = to_sql(head_of(concept), concept.collection).encode()
    else:
        collection = explorer.database.collection(concept.collection)
        labels = list(read_history(explorer.concepts, concept).latest.values())
        content = as_classifier(concept, labels, collection.fingerprint, ending)
    with write_whole(out) as part:
        part.write_bytes(content)


def _summarize(selected: Selected, out: Path) -> Exported:
    kept = np.array([photo not in selected.gone for photo in selected.ids])
    photos, yes = int(kept.sum()), int(selected.positive[kept].sum())
    counts = np.bincount(selected.splits[kept], minlength=len(SPLITS)).tolist()
    if selected.gone:
        told = count_things(len(selected.gone), "photo")
        selected.notes.append(f"Left out, for they were deleted meanwhile: {told}.")
    return Exported(
        str(out),
        photos,
        yes,
        photos - yes,
        {name: count for name, count in zip(SPLITS, counts, strict=True) if count},
        selected.notes,
    )


def describe_export(done: Exported) -> str:
    """Say in one line what was written."""
    if not done.photos:
        return "The classifier."
    splits = ", ".join(f"{name} {count:,}" for name, count in done.splits.items())
    return f"{count_things(done.photos, 'photo')}, {done.yes:,} yes and {done.no:,} no: {splits}."
