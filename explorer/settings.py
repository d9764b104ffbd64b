"""What a concept keeps of its rounds, as the database holds it: the one place that reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from explorer.query import Query

VERSION = 1
UNMARKED = ("skip", "negative")


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
        phrases: words with weights that it was started with.
        photo_ids: example photos that it was started with.
        page_size: photos a page.
        unmarked: what photos without a mark are, "skip" or "negative".
        page: the page it stands at; None before the first.
        agreements: a share for each round answered: matches kept from the round before.
    """

    anchor: tuple[float, ...] | None = None
    phrases: tuple[tuple[str, float], ...] = ()
    photo_ids: tuple[str, ...] = ()
    page_size: int = 25
    unmarked: str = "skip"
    page: tuple[Tile, ...] | None = None
    agreements: tuple[float, ...] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Settings":
        """Read what `as_json` wrote; what is missing or of another kind takes its default."""
        anchor, page = stored.get("anchor"), stored.get("page")
        size, unmarked = stored.get("page_size"), stored.get("unmarked")
        return cls(
            anchor=tuple(float(x) for x in anchor) if anchor else None,
            phrases=tuple((str(text), float(w)) for text, w in _list(stored, "phrases")),
            photo_ids=tuple(str(photo) for photo in _list(stored, "photo_ids")),
            page_size=size if isinstance(size, int) and size > 0 else cls.page_size,
            unmarked=unmarked if unmarked in UNMARKED else cls.unmarked,
            page=None if page is None else tuple(Tile(*entry) for entry in page),
            agreements=tuple(float(share) for share in _list(stored, "agreements")),
        )

    def as_json(self) -> dict[str, Any]:
        """Return what JSON holds of it, with the version of this form."""
        return {
            "version": VERSION,
            "anchor": None if self.anchor is None else list(self.anchor),
            "phrases": [list(phrase) for phrase in self.phrases],
            "photo_ids": list(self.photo_ids),
            "page_size": self.page_size,
            "unmarked": self.unmarked,
            "page": None if self.page is None else [list(astuple(tile)) for tile in self.page],
            "agreements": list(self.agreements),
        }


def settings_for(query: Query, page_size: int) -> Settings:
    """Return the settings of a concept that starts with a query."""
    return Settings(
        phrases=tuple(query.phrases), photo_ids=tuple(query.photo_ids), page_size=page_size
    )


def _list(stored: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = stored.get(name)
    return found if isinstance(found, list | tuple) else ()
