"""The rows of a file as labels: matched to photos, each checked, the rest counted."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from explorer.labels.answers import Said, split_classes
from explorer.labels.reading import Reading
from explorer.labels.report import Imported
from explorer.people import clean_name
from explorer.photo_names import SEVERAL, match_photos, match_renamed
from ingest.sources.cells import read_moment
from vecdb import Collection, Label

BATCH = 20_000  # rows matched at once
ROUNDS = 2**31  # more is no number of a round
# A photo and who answered about it: people may differ, one person may not.
Given = tuple[str, str]


def collect_labels(
    rows: Iterable[Said],
    collection: Collection,
    reading: Reading,
    shared: set[str],
    others_no: bool,
    by: str,
    done: Imported,
) -> dict[str, dict[Given, Label]]:
    """Return the labels by concept, photo and person; what cannot be one is counted in `done`."""
    held: dict[str, dict[Given, Label]] = {name: {} for name in reading.names.values()}
    disputed: set[tuple[str, Given]] = set()
    member: dict[Given, tuple[Label, set[str]]] = {}
    unclear: set[tuple[str, Given]] = set()
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        photos = _match(collection, [row.keys for row in batch], shared)
        for row, photo in zip(batch, photos, strict=True):
            done.rows += 1
            name = row.keys[0] if row.keys else "a row without a name"
            if not isinstance(photo, str):
                (done.ambiguous if photo is SEVERAL else done.unmatched).add(name)
            elif reading.classes:
                _take_classes(row, photo, name, by, member, done)
            else:
                label = _label(photo, -1, row, by)
                open_to = _take(row, photo, name, reading, by, held, disputed, done)
                unclear.update((concept, (photo, label.by)) for concept in open_to)
                is_of_another = any(reading.read_sign(t) == 1 for t in row.cells.values())
                if others_no and is_of_another and "" not in reading.names:
                    member.setdefault((photo, label.by), (label, set()))
    columns = {name: {c for c, of in reading.names.items() if of == name} for name in held}
    for given, (label, classes) in member.items():
        for name, called in columns.items():
            is_yes = not called.isdisjoint(classes)
            if is_yes or (others_no and (name, given) not in unclear):
                held[name].setdefault(given, replace(label, label=1 if is_yes else -1))
    for name, given in disputed:
        held[name].pop(given, None)
    return held


def _match(
    collection: Collection, names: Sequence[Sequence[str]], shared: set[str]
) -> list[object]:
    """Find the photo that each row names, by its names as they are, else before renaming."""
    found = match_photos(collection, names, shared)
    missing = [at for at, photo in enumerate(found) if photo is None]
    renamed = match_renamed(collection, [names[at] for at in missing], shared)
    for at, photo in zip(missing, renamed, strict=True):
        found[at] = photo
    return found


def _take_classes(
    row: Said,
    photo: str,
    shown: str,
    by: str,
    member: dict[Given, tuple[Label, set[str]]],
    done: Imported,
) -> None:
    words = split_classes(row.cells.get("", "")) if row.classes is None else row.classes
    if row.classes is None and not words:
        done.unreadable.add(f"{shown}: no label")
        return
    label = _label(photo, 1, row, by)
    member.setdefault((photo, label.by), (label, set()))[1].update(words)


def _take(
    row: Said,
    photo: str,
    shown: str,
    reading: Reading,
    by: str,
    held: dict[str, dict[Given, Label]],
    disputed: set[tuple[str, Given]],
    done: Imported,
) -> list[str]:
    """Take in the answers of a row; return the concepts that it gives an unreadable one to."""
    unclear: list[str] = []
    is_one = "" in reading.names
    if not row.cells and not is_one:
        done.unreadable.add(f"{shown}: no label")
    for column in [""] if is_one else [name for name in row.cells if name in reading.names]:
        name, text = reading.names[column], row.cells.get(column, "")
        sign = reading.read_sign(text)
        if sign is None:
            if text or not column:
                done.unreadable.add(f"{shown}: {text or 'no label'}")
                unclear.append(name)
            continue
        label = _label(photo, sign, row, by)
        given = photo, label.by
        before = held[name].setdefault(given, label)
        if before.label != sign and (name, given) not in disputed:
            disputed.add((name, given))
            done.contradictions.add(shown if shown == photo else f"{shown} ({photo})")
    return unclear


def _label(photo: str, sign: int, row: Said, by: str) -> Label:
    about = row.about
    number = about.get("round", "")
    return Label(
        photo,
        sign,
        int(number) if number.isdecimal() and int(number) < ROUNDS else 0,
        about.get("reason") or "import",
        created=read_moment(about.get("at", "")),
        by=clean_name(about.get("by") or "") or clean_name(by),
    )
