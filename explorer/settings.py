"""What a concept keeps of its rounds, as the database holds it: the one place that reads it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.limits import check_whole
from explorer.query import Query

VERSION = 1
UNMARKED = ("skip", "negative")
# Several times as many candidates are asked for, of which the engine sorts at most 16 million.
LARGEST_PAGE = 1_000_000
# Names this run of the program: a rule that turns what nobody marked into a no ends with it.
RUN = uuid.uuid4().hex


@dataclass(frozen=True)
class Tile:
    """A photo on a page: why it is there, the mark (1, 0, -1) it opens with, its probability."""

    photo_id: str
    reason: str
    mark: int = 0
    score: float | None = None


@dataclass(frozen=True)
class Settings:
    """How a concept is worked on, and where it stands.

    Attributes:
        anchor: (d,) direction that the concept starts from; None where nobody has said.
        first: (d,) direction that its first page is ranked by; None where that is the anchor.
        phrases: words with weights that it was started with.
        photo_ids: example photos that it was started with.
        page_size: photos a page.
        unmarked: what photos without a mark are, "skip" or "negative"; after a restart, skip.
        page: the page it stands at; None before the first.
        agreements: a share for each round answered: matches kept from the round before.
        exclusive: whether a photo is of one only among the collection's concepts that say so.
        judge: whose answers alone count; None counts everybody's, the majority where they differ.
        origin: id of the concept this one was carried over from, when the encoder was changed.
        opened: (d + 1,) weights and bias of the saved classifier it was opened from, which stand
            until there are answers.
        seen: when the latest match that somebody has looked at was stored, nanoseconds since 1970;
            0 where nobody looked since the concept was made.
    """

    anchor: tuple[float, ...] | None = None
    first: tuple[float, ...] | None = None
    phrases: tuple[tuple[str, float], ...] = ()
    photo_ids: tuple[str, ...] = ()
    page_size: int = 25
    unmarked: str = "skip"
    page: tuple[Tile, ...] | None = None
    agreements: tuple[float, ...] = ()
    exclusive: bool = False
    origin: str = ""
    judge: str | None = None
    opened: tuple[float, ...] | None = None
    seen: int = 0

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Settings":
        """Read what `as_json` wrote; what is missing or of another kind takes its default."""
        page = stored.get("page")
        judge = stored.get("judge")
        size, unmarked = stored.get("page_size"), stored.get("unmarked")
        seen = stored.get("seen")
        if stored.get("run") != RUN:
            unmarked = cls.unmarked
        return cls(
            anchor=_direction(stored, "anchor"),
            first=_direction(stored, "first"),
            phrases=tuple((str(text), float(w)) for text, w in _list(stored, "phrases")),
            photo_ids=tuple(str(photo) for photo in _list(stored, "photo_ids")),
            page_size=size if isinstance(size, int) and size > 0 else cls.page_size,
            unmarked=unmarked if unmarked in UNMARKED else cls.unmarked,
            page=None if page is None else tuple(Tile(*entry) for entry in page),
            agreements=tuple(float(share) for share in _list(stored, "agreements")),
            exclusive=stored.get("exclusive") is True,
            origin=str(stored.get("origin") or ""),
            judge=judge if isinstance(judge, str) else None,
            opened=_direction(stored, "opened"),
            seen=seen if isinstance(seen, int) else cls.seen,
        )

    def as_json(self) -> dict[str, Any]:
        """Return what JSON holds of it, with the version of this form."""
        page = None if self.page is None else [[*vars(tile).values()] for tile in self.page]
        return {"version": VERSION, "run": RUN, **vars(self), "page": page}


def settings_for(query: Query, page_size: int, first: np.ndarray | None = None) -> Settings:
    """Return the settings of a concept that starts with a query; its first page by `first` (d,).

    Raises:
        BadInput: `page_size` is no whole number from 1 to LARGEST_PAGE.
    """
    return Settings(
        first=None if first is None else tuple(float(x) for x in first),
        phrases=tuple(query.phrases),
        photo_ids=tuple(query.photo_ids),
        page_size=check_whole("page_size", page_size, 1, LARGEST_PAGE),
    )


def _direction(stored: Mapping[str, Any], name: str) -> tuple[float, ...] | None:
    return tuple(map(float, _list(stored, name))) or None


def _list(stored: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = stored.get(name)
    return found if isinstance(found, list | tuple) else ()
