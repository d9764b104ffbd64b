"""A page of photos: what it shows, what its marks become, and how it is shown again."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from explorer.history import EDIT, SURE, History
from explorer.memory import Known
from explorer.mining import BINS, Mined, Standing, round_score
from explorer.settings import Settings, Tile
from vecdb import Concept, Label


@dataclass
class Page:
    """What the user is asked next.

    `counts` (100,) is the histogram of the collection's probabilities; `upcoming` are likely photos
    of the page after this one; `rows` what tiles say of the photos, None where nobody asked yet;
    `timing` is in seconds; `made` when, as Unix time; `sampled` how many photos `counts` is an
    estimate from, 0 where all were counted.
    """

    concept: Concept
    tiles: list[Tile]
    history: History
    counts: list[int]
    upcoming: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] | None = None
    timing: dict[str, float] = field(default_factory=dict)
    made: float = field(default_factory=time.time)
    sampled: int = 0

    @property
    def settings(self) -> Settings:
        """How the concept is worked on."""
        return Settings.read(self.concept.settings)


def answer_tiles(
    concept: Concept,
    history: History,
    tiles: Sequence[Tile],
    marks: Mapping[str, int],
    default: int,
    by: str,
) -> list[Label]:
    """Turn the marks of a page into labels; what they said in this round already is left out."""
    # In the order of the page, in which undo brings them back.
    shown = {tile.photo_id: tile.reason for tile in tiles}
    shown |= {photo: EDIT for photo in marks if photo not in shown}
    # A photo nobody clicked here may have been judged in another tab meanwhile: that stands, as
    # an answer does that was asked about again and left as it is.
    stands = {**dict.fromkeys(shown, default), **history.judged}
    labels = [
        Label(photo, marks.get(photo, stands[photo]), concept.round, reason, by=by)
        for photo, reason in shown.items()
        if photo in marks or photo not in history.judged or reason == SURE
    ]
    # A round that a kill broke off, or another process stores at this moment, is answered again.
    said = {
        (row.photo_id, row.label, row.round, row.by)
        for votes in history.votes.values()
        for row in votes
        if row.action.startswith("round:")
    }
    return [row for row in labels if (row.photo_id, row.label, row.round, row.by) not in said]


def show_again(known: Known, standing: Standing, tiles: Sequence[Tile]) -> Mined | None:
    """Score what is left of a page that was shown before; None where nothing is."""
    head, ids = standing.head, [tile.photo_id for tile in tiles]
    found, vectors = known.collection.known_vectors(ids)
    if not found:
        return None
    scores = dict(zip(found, head.probabilities(vectors), strict=True))
    scored = [
        replace(tile, score=round_score(scores[tile.photo_id]))
        for tile in tiles
        if tile.photo_id in scores
    ]
    rows = known.describe_photos(found)
    return Mined(scored, rows, [], known.count_by_probability(head, BINS), 1.0)
