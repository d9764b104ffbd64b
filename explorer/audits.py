"""An audit of a concept: what is asked, what was answered, what follows. Kept with the concept."""

import random
from typing import Any

import numpy as np

from classifier.audit import Audit, Findings, Stratum, estimate, plan
from vecdb import Collection, Concept, Database


def begin(database: Database, collection: Collection, concept: Concept, width: float) -> Concept:
    """Draw the photos to ask about and keep them with the concept.

    Args:
        width: wanted half-width of the 95 % interval of precision.
    """
    total = collection.count()
    accepted = collection.count_above(concept, concept.threshold)
    drawn = plan(total, accepted, width=width, seed=random.SystemRandom().randrange(1 << 31))
    ranks = [rank for part in drawn.ranks for rank in part]
    photos = dict(zip(ranks, collection.at_ranks(concept, ranks), strict=True))
    shuffled = [photos[rank] for rank in ranks]
    random.SystemRandom().shuffle(shuffled)  # blind: the order tells nothing of the score
    audit = {
        "round": concept.round,
        "threshold": concept.threshold,
        "total": total,
        "accepted": accepted,
        "strata": [[part.start, part.stop] for part in drawn.strata],
        "photos": [[photos[rank] for rank in part] for part in drawn.ranks],
        "ranks": [list(part) for part in drawn.ranks],
        "order": shuffled,
        "answers": {},
    }
    return database.concepts.update(concept.id, audit=audit)


def open_questions(audit: dict[str, Any]) -> list[str]:
    """Return the photos that have not been answered, in the order they are asked."""
    return [photo for photo in audit["order"] if photo not in audit["answers"]]


def answer(database: Database, concept_id: str, answers: dict[str, int]) -> Concept:
    """Keep answers (1, -1, or 0 for not sure); with the last one the findings are computed."""
    concept = database.concepts.get(concept_id)
    audit = {**concept.audit, "answers": {**concept.audit["answers"], **answers}}
    if not open_questions(audit):
        found = findings(audit)
        audit["findings"] = {
            name: vars(getattr(found, name)) for name in ("precision", "recall", "matches")
        }
        audit["sentence"] = sentence(found)
    return database.concepts.update(concept_id, audit=audit)


def findings(audit: dict[str, Any]) -> Findings:
    """Compute precision, recall and matches from the answers given so far."""
    drawn = Audit(
        audit["accepted"],
        tuple(Stratum(*part) for part in audit["strata"]),
        tuple(tuple(part) for part in audit["ranks"]),
    )
    given = [[audit["answers"].get(photo, 0) for photo in part] for part in audit["photos"]]
    return estimate(drawn, given)


def sentence(found: Findings) -> str:
    """State the findings in one line."""
    precision, recall, matches = found.precision, found.recall, found.matches
    return (
        f"Precision {precision.value:.2f} ({precision.low:.2f} to {precision.high:.2f}), "
        f"recall {recall.value:.2f} ({recall.low:.2f} to {recall.high:.2f}), "
        f"about {matches.value:,.0f} matches ({np.floor(matches.low):,.0f} "
        f"to {np.ceil(matches.high):,.0f})"
    )
