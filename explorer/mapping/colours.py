"""What photos of a map can be coloured by."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from classifier.classes import decide_classes
from explorer.corrections import fit_classes
from explorer.errors import BadInput
from explorer.fitting import head_of
from explorer.history import read_history
from explorer.mapping.colouring import (
    UNKNOWN,
    Colouring,
    colour_kinds,
    colour_scale,
    write_day,
)
from explorer.mapping.map import Map
from explorer.photo_sets import of_collection

if TYPE_CHECKING:
    from explorer.explorer import Explorer

KEPT = 8  # colourings, a byte for each photo
PAGE = 20_000
ABSENT = -2
ANSWERS = ("yes", "no")


class Colours:
    """Colourings of one explorer's maps, the latest kept. Safe to share between threads."""

    def __init__(self, explorer: "Explorer") -> None:
        self._explorer = explorer
        self._guard = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], Colouring] = OrderedDict()
        self._ways: dict[str, tuple[str, list[str]]] = {}

    def colour(self, shown: Map, by: str) -> Colouring:
        """Return what colours a map.

        Args:
            by: "group", "label", "date", "class:<set of classes>", "probability:<concept>" or
                "answers:<concept>".

        Raises:
            BadInput: there is no such colouring.
            UnknownConcept, UnknownClasses: there are none of this id.
            NotReady, EncoderError: the encoder of classes cannot be had.
        """
        what, _, of = by.partition(":")
        make = _WAYS.get(what)
        if make is None or bool(of) != (what in _OF):
            raise BadInput(f"Photos cannot be coloured by {by[:80]!a}: use {', '.join(_WAYS)}.")
        key = (shown.collection.name, shown.stamp, by, self._state(what, of))
        with self._guard:
            kept = self._kept.get(key)
        # Answers change without a fit: they are few, and read each time.
        if kept is None or what == "answers":
            kept = make(self._explorer, shown, of)
            with self._guard:
                self._kept[key] = kept
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return kept

    def _state(self, what: str, of: str) -> str:
        """Return what moves when that which colours changes."""
        if not of:
            return ""
        store = self._explorer.database.class_sets if what == "class" else self._explorer.concepts
        return store.get(of).updated.isoformat()

    def choices(self, shown: Map) -> list[str]:
        """Return what a map's photos can be coloured by, concepts and classes aside."""
        stamp, ways = self._ways.get(shown.collection.name, ("", []))
        if stamp != shown.stamp:
            labelled, dated = self._explorer.database.maps.count_known(shown.collection.name)
            ways = ["group", *(["label"] if labelled else []), *(["date"] if dated else [])]
            self._ways[shown.collection.name] = (shown.stamp, ways)
        return ways


def _by_group(explorer: "Explorer", shown: Map, of: str) -> Colouring:
    # A name may stand twice only where it is a number: each group keeps its own colour.
    return colour_kinds(
        shown.groups.astype(np.int64), shown.layout.names, most=len(shown.layout.names)
    )


def _by_label(explorer: "Explorer", shown: Map, of: str) -> Colouring:
    ids, labels = explorer.database.maps.labels(shown.collection.name)
    coded = labels.cast(pa.string()).dictionary_encode()
    names = coded.dictionary.to_pylist()
    numbers = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    found = shown.spread(ids, numbers, -1)
    if "" in names:
        found[found == names.index("")] = -1
    return colour_kinds(found, names)


def _by_class(explorer: "Explorer", shown: Map, of: str) -> Colouring:
    """Classify all photos as the Classes page does: by the words, and what was corrected."""
    collection, store = shown.collection, explorer.database.class_sets
    kept, said = store.get(of), store.corrections(of)
    if kept.encoder != collection.encoder:
        raise BadInput(f"The classes {kept.name!r} are of another encoder.")
    encoder = explorer.encoder_of(collection)
    sample = of_collection(collection, kept.prefix)
    heads = fit_classes(kept, said, sample, encoder).heads
    numbers = {name: number for number, name in enumerate(kept.names)}
    found = np.full(len(shown), -1, np.int64)
    for ids, vectors in collection.pages_of_vectors(PAGE):
        chosen = decide_classes(heads.probabilities(vectors), kept.threshold)
        _overlay(found, shown, ids, chosen)
    corrected = [numbers.get(correction.name, -1) for correction in said.values()]
    _overlay(found, shown, list(said), np.array(corrected))
    return colour_kinds(found, kept.names)


def _overlay(found: np.ndarray, shown: Map, ids: Sequence[str], numbers: np.ndarray) -> None:
    """Write the numbers of some photos over what was found, which is (n,) in the map's order."""
    given = shown.spread(pa.array(ids, pa.string()), numbers.astype(np.int64), ABSENT)
    np.copyto(found, given, where=given != ABSENT)


def _by_date(explorer: "Explorer", shown: Map, of: str) -> Colouring:
    ids, seconds = explorer.database.maps.dates(shown.collection.name)
    times = seconds.to_numpy(zero_copy_only=False).astype(np.float64)
    if not len(times):
        return Colouring(np.full(len(shown), UNKNOWN, np.uint8), "scale", unknown=len(shown))
    # Cameras whose clock was never set would leave all others one colour.
    low, high = np.quantile(times, [0.01, 0.99], method="nearest")
    first, last = write_day(low), write_day(high)
    if write_day(times.min()) != first:
        first = f"until {first}"
    if write_day(times.max()) != last:
        last = f"from {last}"
    return colour_scale(shown.spread(ids, times, np.nan), low, high, first, last)


def _by_probability(explorer: "Explorer", shown: Map, of: str) -> Colouring:
    concept = explorer.concepts.get(of)
    if concept.collection != shown.collection.name:
        raise BadInput(f"The concept {concept.name!r} is of another collection.")
    if not len(concept.weights):  # made by a program: fitted to what is stored of it
        concept = explorer.page(of).concept
    head = head_of(concept)
    ids, values = explorer.database.maps.probabilities(shown.collection, head)
    numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
    return colour_scale(shown.spread(ids, numbers, np.nan), 0.0, 1.0, "0 %", "100 %")


def _by_answers(explorer: "Explorer", shown: Map, of: str) -> Colouring:
    judged = read_history(explorer.concepts, explorer.concepts.get(of)).judged
    numbers = np.array([0 if label > 0 else 1 for label in judged.values()], np.int64)
    return colour_kinds(
        shown.spread(pa.array(judged, pa.string()), numbers, -1), ANSWERS, sort=False
    )


_OF = ("class", "probability", "answers")
_Way = Callable[["Explorer", Map, str], Colouring]
_WAYS: dict[str, _Way] = {
    "group": _by_group,
    "label": _by_label,
    "class": _by_class,
    "date": _by_date,
    "probability": _by_probability,
    "answers": _by_answers,
}
