"""Conditions on what is known of a photo, as one small value; always typed parameters in SQL."""

from dataclasses import dataclass, fields
from datetime import datetime, timezone
from typing import Any


@dataclass(frozen=True)
class Filter:
    """Which photos may come back; every field given must hold, None asks nothing.

    `orientation` is "landscape", "portrait" or "square"; `description` is a piece of text in
    either case; `photographer`, `camera`, `country`, `city` and `label` are compared exactly;
    times without a zone are taken as UTC, `taken_before` is exclusive; `no_duplicates` leaves out
    near-duplicates of earlier photos.
    """

    min_width: int | None = None
    min_height: int | None = None
    orientation: str | None = None
    description: str | None = None
    photographer: str | None = None
    camera: str | None = None
    country: str | None = None
    city: str | None = None
    label: str | None = None
    taken_from: datetime | None = None
    taken_before: datetime | None = None
    min_views: int | None = None
    min_downloads: int | None = None
    no_duplicates: bool | None = None

    def predicates(self) -> dict[str, Any]:
        """Files of sql/filter that must hold, each with the value of its parameter."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: _parameter(value) for name, value in given.items() if value not in (None, False)
        }


def _parameter(value: Any) -> Any:
    if isinstance(value, datetime):
        known = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return max(0, int(known.timestamp()))
    return value
