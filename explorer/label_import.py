"""Labels from elsewhere into concepts: matched to photos, checked, stored as one action each."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from classifier import NoAnchor
from commandline.words import count_things
from encoder import EncoderError
from explorer.errors import BadInput
from explorer.explorer import Explorer
from explorer.label_files import Said, read_sign
from explorer.label_reading import Reading, choose_reading, split_classes
from explorer.limits import check_there
from explorer.people import Person, Role, clean_name
from explorer.photo_names import SEVERAL, find_shared, match_photos
from explorer.settings import Settings
from ingest.sources.cells import read_moment
from vecdb import Collection, Concept, Label
from vecdb.errors import UnknownConcept

ID = re.compile("[0-9a-f]{32}")  # of a concept
BATCH = 20_000  # rows matched at once
ROUNDS = 2**31  # more is no number of a round
NAMED = 1_000  # rows of a kind that are listed; all are counted
SHOWN = 5  # rows of a kind that are named in a sentence
Rows = Callable[[], Iterator[Said]]
# A photo and who answered about it: people may differ, one person may not.
Given = tuple[str, str]


@dataclass
class Listed:
    """Rows of one kind: how many, and the first of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Count a row, and name it while there are few."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(name)


@dataclass
class Imported:
    """What became of a file of labels.

    Attributes:
        rows: how many there were.
        concepts: for each concept its id, name, and how many yes, no and cleared it took in.
        unmatched: rows that name no photo of the collection.
        ambiguous: rows whose file name several photos have.
        contradictions: photos that one person is said to call two things; neither is taken in.
        unreadable: rows whose answer is neither yes nor no.
        notes: sentences on how the file was read.
    """

    rows: int = 0
    concepts: list[dict[str, Any]] = field(default_factory=list)
    unmatched: Listed = field(default_factory=Listed)
    ambiguous: Listed = field(default_factory=Listed)
    contradictions: Listed = field(default_factory=Listed)
    unreadable: Listed = field(default_factory=Listed)
    notes: list[str] = field(default_factory=list)


def find_concept(explorer: Explorer, named: str, table: str | None = None) -> Concept | None:
    """Return the concept of an id or a name, None where there is none.

    Raises:
        BadInput: several have this name.
        NothingThere: it is the id of one that was deleted.
    """
    listed = explorer.concepts.list(table)
    by_id = [concept for concept in listed if concept.id == named]
    name = " ".join(named.split())  # as names are kept
    found = by_id or [concept for concept in listed if concept.name == name]
    if len(found) > 1:
        ids = ", ".join(concept.id for concept in found)
        raise BadInput(f"There are {len(found)} concepts named {named!r}: give one of {ids}.")
    if not found and ID.fullmatch(named):
        with suppress(UnknownConcept):
            check_there(explorer.concepts.get(named))
    return found[0] if found else None


def import_labels(
    explorer: Explorer,
    rows: Rows,
    collection: Collection,
    concept: str | None,
    *,
    category: str | None = None,
    all_classes: bool = False,
    others_no: bool = False,
    from_words: bool = True,
    by: str = "",
) -> Imported:
    """Add the labels of a file to concepts, an action each that undo takes back.

    Args:
        rows: called three times; yields what the file says, such as `label_files.read_labels`.
        concept: id or name; one that is not there is made. None only with `all_classes`.
        category: the class of the file that is a yes, where it names classes; by default the one
            called like the concept.
        all_classes: a concept for each class, or for each column of answers.
        others_no: photos of other classes are a no.
        from_words: a new concept starts from its name's meaning, too, where the encoder reads
            words; else from the labels alone.
        by: who gave the labels, where the file does not say.

    Raises:
        BadInput: nothing in it can be used; nothing is stored then.
        NoAnchor: a new concept has no yes to start from.
    """
    there = find_concept(explorer, concept, collection.name) if concept else None
    called = there.name if there else concept
    reading = choose_reading(rows(), called, category, all_classes)
    if there and not all_classes:  # by its id: others may have its name
        reading = replace(reading, names=dict.fromkeys(reading.names, there.id))
    done = Imported()
    if reading.zero:
        done.notes.append("0 was read as no: the file has no -1.")
    if reading.guessed:
        only = "only class" if reading.classes else "column"
        meant = "yes" if reading.classes else "the answers"
        done.notes.append(f"The {only} {reading.guessed!r} was read as {meant}.")
    shared = find_shared(row.keys for row in rows())
    labels = _collect(rows(), collection, reading, shared, others_no, by, done)
    if not done.rows:
        raise BadInput("The file holds no rows: there are no labels in it.")
    if not any(labels.values()):
        raise BadInput(
            f"None of the {done.rows:,} rows is a label of one photo of {collection.name}: name "
            "photos by id, address or file name, and answer with 1 or -1. "
            + " ".join(_describe_left_out(done))
        )
    _store_all(explorer, collection, labels, from_words, done)
    return done


def drop_names(rows: Rows, person: Person) -> Rows:
    """Return rows without the names in them, unless somebody may answer in others' names."""
    if not person.known or person.role >= Role.OWN:
        return rows
    return lambda: (replace(row, about={**row.about, "by": ""}) for row in rows())


def _collect(
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
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        photos = match_photos(collection, [row.keys for row in batch], shared)
        for row, photo in zip(batch, photos, strict=True):
            done.rows += 1
            name = row.keys[0] if row.keys else "a row without a name"
            if not isinstance(photo, str):
                (done.ambiguous if photo is SEVERAL else done.unmatched).add(name)
            elif reading.classes:
                _take_classes(row, photo, name, by, member, done)
            else:
                _take(row, photo, name, reading, by, held, disputed, done)
    for given, (label, classes) in member.items():
        for column, name in reading.names.items():
            if column in classes or others_no:
                held[name][given] = replace(label, label=1 if column in classes else -1)
    for name, given in disputed:
        held[name].pop(given, None)
    return held


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
) -> None:
    for column, name in reading.names.items():
        text = row.cells.get(column, "")
        sign = read_sign(text)
        if sign is None:
            if text or not column:
                done.unreadable.add(f"{shown}: {text or 'no label'}")
            continue
        sign = sign or reading.zero
        label = _label(photo, sign, row, by)
        given = photo, label.by
        before = held[name].setdefault(given, label)
        if before.label != sign and (name, given) not in disputed:
            disputed.add((name, given))
            done.contradictions.add(shown if shown == photo else f"{shown} ({photo})")


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


def _store_all(
    explorer: Explorer,
    collection: Collection,
    labels: Mapping[str, Mapping[Given, Label]],
    from_words: bool,
    done: Imported,
) -> None:
    """Store the labels of each concept; several have to be found before one is changed.

    Raises:
        BadInput: two concepts have one of the names, or none can be made; nothing is stored then.
        NoAnchor: the only one has no yes to start from.
    """
    filled = {name: held for name, held in labels.items() if held}
    there = {name: find_concept(explorer, name, collection.name) for name in filled}
    for name, held in filled.items():
        try:
            stored = _store(explorer, collection, there[name], name, held, from_words, done.notes)
            done.concepts.append(stored)
        except NoAnchor:
            if len(filled) == 1:
                raise
            done.notes.append(f"{name} has no yes to start from, and was left out.")
    if not done.concepts:
        raise BadInput(" ".join(done.notes))


def _store(
    explorer: Explorer,
    collection: Collection,
    concept: Concept | None,
    name: str,
    held: Mapping[Given, Label],
    from_words: bool,
    notes: list[str],
) -> dict[str, Any]:
    made = concept is None
    if concept is None:
        concept = _create(explorer, collection, name, from_words, notes)
    rows = list(held.values())
    try:
        page = explorer.rounds.import_labels(concept.id, rows)
    except Exception:
        if made:  # what could not be filled must not stay behind
            explorer.concepts.delete(concept.id)
        raise
    signs = [row.label for row in rows]
    return {
        "id": page.concept.id,
        "name": page.concept.name,
        "new": made,
        "yes": signs.count(1),
        "no": signs.count(-1),
        "cleared": signs.count(0),
    }


def _create(
    explorer: Explorer, collection: Collection, name: str, from_words: bool, notes: list[str]
) -> Concept:
    """Make a concept that starts from its name where the encoder reads words, else from labels."""
    if from_words:
        try:
            explorer.encoder_of(collection).encode_texts([name])
        except EncoderError as error:
            notes.append(f"{name} starts from the labels alone: {error}")
            from_words = False
    prompt = name if from_words else ""
    return explorer.concepts.create(name, collection.name, prompt, settings=Settings().as_json())


def describe_import(done: Imported) -> Iterator[str]:
    """Yield what became of a file of labels, a line each."""
    for concept in done.concepts:
        new = ", a new concept" if concept["new"] else ""
        yield f"{concept['name']} ({concept['id']}{new}): {concept['yes']} yes, " + (
            f"{concept['no']} no, {concept['cleared']} cleared."
        )
    yield from done.notes
    yield from _describe_left_out(done)


def _describe_left_out(done: Imported) -> Iterator[str]:
    for listed, one, several, words in (
        (done.unmatched, "row names", "rows name", "no photo of the collection"),
        (done.ambiguous, "row names", "rows name", "several photos"),
        (done.contradictions, "photo is", "photos are", "said to be both, and left out"),
        (done.unreadable, "row holds", "rows hold", "neither yes nor no"),
    ):
        if listed.count:
            yield f"{count_things(listed.count, one, several)} {words}: {_name_some(listed)}."


def _name_some(listed: Listed) -> str:
    more = ", ..." if listed.count > SHOWN else ""
    return ", ".join(listed.first[:SHOWN]) + more
