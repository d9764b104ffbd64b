"""The matches of a concept that came after somebody last looked."""

import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from explorer.settings import Settings
from vecdb import Concept, Scored

if TYPE_CHECKING:
    from explorer.explorer import Explorer

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class News:
    """New matches of a concept.

    Attributes:
        since: when the latest one was stored that somebody has looked at, or the concept was made.
        until: when the latest of these was stored, nanoseconds since 1970; what is looked at is
            marked by it.
        count: how many there are, of which `matches` are some, best first.
    """

    since: datetime
    until: int
    count: int
    matches: Scored


def read_new_matches(
    explorer: "Explorer", concept: Concept, *, limit: int = 100, offset: int = 0
) -> News:
    """Return the photos stored since somebody last looked that pass the concept's threshold.

    Photos that are judged in the concept are not among them.

    Raises:
        NotFitted: the concept has no head yet.
    """
    seen = last_seen(concept)
    found, count, latest = explorer.concepts.new_matches(
        concept.id, seen, limit=limit, offset=offset
    )
    since = datetime.fromtimestamp(seen / NANOSECONDS, timezone.utc)
    return News(since, max(seen, latest), count, found)


def mark_seen(explorer: "Explorer", concept_id: str, until: int) -> None:
    """Keep that the matches stored until then have been looked at; it never goes back."""
    concept = explorer.concepts.get(concept_id)
    until = min(until, time.time_ns())  # what comes from now on is new, whatever was asked
    if until > last_seen(concept):
        explorer.rounds.keep_settings(concept_id, seen=until)


def last_seen(concept: Concept) -> int:
    """Return when the latest match was stored that is not new, nanoseconds since 1970."""
    made = int(concept.created.timestamp() * 1_000_000) * 1000
    return Settings.read(concept.settings).seen or made
