"""Undo and redo, read from the append-only labels: nothing is kept beside them.

Every change of labels is one action. A plain action has a name of its own; taking it back appends
the labels that stood before it under `undo:<action>:<nonce>`, doing it again `redo:<action>:...`.
So the stacks can be rebuilt from the table at any time, also after a restart.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from vecdb import Label


@dataclass
class Stacks:
    """The actions that can be undone and redone, the latest last."""

    done: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)


def stacks(history: Iterable[Label]) -> Stacks:
    """Replay the actions of a concept, in the order in which they were made."""
    result = Stacks()
    for action in dict.fromkeys(row.action for row in history):
        kind, _, rest = action.partition(":")
        target = rest.rpartition(":")[0]
        if kind == "undo" and target in result.done:
            result.done.remove(target)
            result.undone.append(target)
        elif kind == "redo" and target in result.undone:
            result.undone.remove(target)
            result.done.append(target)
        elif kind not in {"undo", "redo"}:
            result.done.append(action)
            result.undone.clear()
    return result


def latest_labels(history: Iterable[Label]) -> dict[str, int]:
    """Return the label of each photo as it stands now, in the order of first judgement."""
    return {row.photo_id: row.label for row in history}


def prior_labels(history: Iterable[Label], action: str) -> dict[str, int]:
    """Return the label of each photo as it stood before an action was made."""
    labels: dict[str, int] = {}
    for row in history:
        if row.action == action:
            break
        labels[row.photo_id] = row.label
    return labels


def positives_by_round(history: Iterable[Label]) -> list[int]:
    """Count the photos now judged positive, by the round they were last judged in, from round 1."""
    latest = {row.photo_id: row for row in history}
    rounds = [row.round for row in latest.values() if row.label]
    found = [row.round for row in latest.values() if row.label == 1]
    return [found.count(number) for number in range(1, max(rounds, default=0) + 1)]
