"""From a concept's answers to its classifier."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from classifier import NOBODY, Head, anchor, borrow_answers, fit_and_leave_out, prompt_head
from explorer.history import History, read_history
from explorer.memory import Known, Memory
from explorer.mining import Standing
from explorer.settings import Settings
from vecdb import Concept, ConceptStore

# Answers of other concepts that a fit takes as its own, at most.
BORROWED = 100


class Fitting:
    """Fits the concepts of one database. Safe to share between threads."""

    def __init__(
        self,
        concepts: ConceptStore,
        memory: Memory,
        encode: Callable[[Concept], np.ndarray] | None,
    ) -> None:
        """Fit concepts.

        Args:
            memory: knows their collections.
            encode: returns the direction (d,) of a concept's words, for concepts that were made
                without one.
        """
        self._concepts = concepts
        self._memory = memory
        self._encode = encode

    def fit(self, concept: Concept, number: int, history: History) -> Standing:
        """Fit a concept to its history, as it stands when page `number` is wanted.

        Raises:
            NoAnchor: there is nothing to fit: no words, no weights and no yes.
        """
        known = self._memory.known(concept.collection)
        ids, judged, labels = known.read_judged(history)
        settled = np.asarray([photo in history.settled for photo in ids], bool)
        people = {name: row for row, name in enumerate(history.people)}
        givers = [people[history.latest[photo].by] for photo in ids]
        settings = Settings.read(concept.settings)
        if settings.anchor is None:
            start = self._anchor_of(concept, known, judged[labels > 0])
            settings = replace(settings, anchor=tuple(float(x) for x in start))
        direction, left_out = np.asarray(settings.anchor, np.float32), np.zeros(0)
        opened = None
        if settings.opened is not None:
            *weights, bias = settings.opened
            opened = Head(np.asarray(weights, np.float32), bias)
        if len(labels):
            borrowed = self._borrow(concept, settings, history, known)
            head, left_out = fit_and_leave_out(
                direction,
                np.vstack([judged, borrowed]),
                np.append(labels, np.full(len(borrowed), -1)),
                background=known.background,
                settled=np.append(settled, np.zeros(len(borrowed), bool)),
                slips=[history.slips[name] for name in people],
                givers=[*givers, *[NOBODY] * len(borrowed)],
                start=opened,
            )
        else:
            head = opened or prompt_head(settings.first or direction, known.background)
        left_out = left_out[: len(labels)]  # without those of borrowed answers
        return Standing(
            concept, settings, number, head, ids, judged, labels, settled, left_out, history
        )

    def _borrow(
        self, concept: Concept, settings: Settings, history: History, known: Known
    ) -> np.ndarray:
        """Return the vectors (m, d) of photos that are a no because another concept has them.

        Of many the likeliest by the last head, which teach the most.
        """
        others = [
            read_history(self._concepts, other).judged
            for other in (self._concepts.list(concept.collection) if settings.exclusive else [])
            if other.id != concept.id and Settings.read(other.settings).exclusive
        ]
        found = known.read(borrow_answers(history.judged, others))
        vectors = np.asarray(list(found.values()), np.float32).reshape(-1, known.collection.dim)
        last = concept.weights if len(concept.weights) else settings.anchor
        scores = vectors @ np.asarray(last, np.float32)
        return vectors[np.argsort(-scores, kind="stable")[:BORROWED]]

    def _anchor_of(self, concept: Concept, known: Known, examples: np.ndarray) -> np.ndarray:
        """Rebuild where a concept starts, for one that was made by a program.

        Raises:
            NoAnchor: it has no words, no weights and no yes.
        """
        if concept.prompt and self._encode is not None:
            return self._encode(concept)
        if len(concept.weights):
            return np.asarray(concept.weights, np.float32)
        return anchor([], examples if len(examples) else None, mean=known.background.mean)


def head_of(concept: Concept) -> Head:
    """Return the concept's fitted head."""
    return Head(np.asarray(concept.weights, np.float32), concept.bias, concept.threshold)
