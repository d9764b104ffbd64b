"""Labels from elsewhere into concepts, stored as one action each."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from classifier import NoAnchor
from commandline.words import count_things, show_name
from encoder import EncoderError
from explorer.errors import BadInput
from explorer.explorer import Explorer
from explorer.labels.answers import Said
from explorer.labels.collecting import Given, collect_labels
from explorer.labels.reading import choose_reading
from explorer.labels.report import Imported, describe_left_out
from explorer.limits import check_there
from explorer.people import Person, Role
from explorer.photo_names import find_shared
from explorer.settings import Settings
from vecdb import Collection, Concept, Label, default_table
from vecdb.errors import UnknownConcept

ID = re.compile("[0-9a-f]{32}")  # of a concept
Rows = Callable[[], Iterator[Said]]


def find_concept(explorer: Explorer, named: str, table: str | None = None) -> Concept | None:
    """Return the concept of an id or a name, None where there is none.

    Args:
        table: its collection; without it all are looked through, and of several concepts of one
            name that of the default one is meant.

    Raises:
        BadInput: several have this name.
        NothingThere: it is the id of one that was deleted.
    """
    listed = explorer.concepts.list(table)
    by_id = [concept for concept in listed if concept.id == named]
    name = " ".join(named.split())  # as names are kept
    found = by_id or [concept for concept in listed if concept.name == name]
    if len(found) > 1:
        found = [concept for concept in found if concept.collection == default_table()] or found
    if len(found) > 1:
        ids = ", ".join(f"{concept.id} (of {concept.collection})" for concept in found)
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
        rows: called three times; yields what the file says, such as `files.read_labels`.
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
    if reading.shares:
        done.notes.append("Numbers from .5 on were read as yes, those below as no.")
    elif reading.zero:
        done.notes.append("0 was read as no: the file has no -1.")
    if reading.guessed:
        only = "only class" if reading.classes else "column"
        meant = "yes" if reading.classes else "the answers"
        done.notes.append(f"The {only} {reading.guessed!r} was read as {meant}.")
    if len(reading.names) > len(set(reading.names.values())):
        done.notes.append(f"Read as one: {', '.join(map(show_name, reading.names))}.")
    shared = find_shared(row.keys for row in rows())
    labels = collect_labels(rows(), collection, reading, shared, others_no, by, done)
    if not any(labels.values()):
        raise BadInput(
            f"None of {count_things(done.rows, 'row')} is a label of one photo of "
            f"{collection.name}: name photos by id, address or file name, and answer with 1 or -1. "
            + " ".join(describe_left_out(done))
        )
    _store_all(explorer, collection, labels, from_words, done)
    return done


def drop_names(rows: Rows, person: Person) -> Rows:
    """Return rows without the names in them, unless somebody may answer in others' names."""
    if not person.known or person.role >= Role.OWN:
        return rows
    return lambda: (replace(row, about={**row.about, "by": ""}) for row in rows())


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
