"""What is asked on the Search page, kept in the address so that a search can be shared."""

from collections.abc import Mapping
from datetime import date, datetime, time, timezone
from typing import Any

import numpy as np
import streamlit as st

from explorer.conditions import read_conditions
from explorer.phrases import describe_phrases
from explorer.query import Query
from pages._boxes import box, hear, put
from vecdb import Collection, Condition, Filter

state = st.session_state

# Name in the address -> the value that asks for nothing, and so is left out of it.
WORDS = {
    "text": "",
    "place": "",
    "more": "",
    "like": "",
    "vector": "",
    "description": "",
    "photographer": "",
    "camera": "",
    "country": "",
    "city": "",
    "label": "",
    "where": "",
    "similar": "",
    "view": "",
}
# What a piece of is enough to find: few people type the whole of a name.
PIECES = ("photographer", "camera", "country", "city")
NUMBERS = ("min_width", "min_height", "min_views", "min_downloads")
DAYS = ("taken_from", "taken_before")
SHAPES = ("landscape", "portrait", "square")


def key(name: str) -> str:
    """Return the session's key of a widget of the page."""
    return box(f"search_{name}")


def fill(name: str, value: Any) -> None:
    """Let the widget of a search's part show a value."""
    put(f"search_{name}", value)


def restore() -> None:
    """Fill the widgets from the address, or from when the page was last open.

    Someone who goes back or forward finds the search of that address: it is not the one that this
    page has written, and no widget was touched.
    """
    hear(*(f"search_{name}" for name in WORDS))
    # Before it opens Train, Streamlit puts Train's address into this page's place of the history.
    address = {} if list(st.query_params) == ["concept"] else dict(st.query_params)
    if key("text") not in state:
        _fill(address or state.get("search_kept", {}))
    elif address != state.search_written and _given() == state.get("search_given"):
        _fill(address)
    else:
        return
    # At once: a run that is broken off here by the next step back has filled them nevertheless.
    state.search_written, state.search_given = address, _given()


def remember() -> None:
    """Write what is asked into the address, unless that is nothing and the address says so."""
    state.search_given = given = _given()
    kept = {name: str(value) for name, value in given.items() if value not in ("", None)}
    if kept or st.query_params:
        kept["collection"] = state.collection
    state.search_kept = kept
    if state.search_written != kept:
        state.search_written = kept
        st.query_params.from_dict(kept)


def _fill(source: Mapping[str, str]) -> None:
    for name in WORDS:
        fill(name, source.get(name, ""))
    for name in NUMBERS:
        given = source.get(name, "")
        fill(name, min(int(given), 2**31) if given.isdecimal() else None)
    for name in DAYS:
        fill(name, _day(source.get(name, "")))
    shape = source.get("orientation")
    fill("orientation", shape if shape in SHAPES else None)
    fill("no_duplicates", source.get("no_duplicates") == "yes")
    fill("fold", source.get("fold") != "no")
    if source.get("collection"):
        state.collection = source["collection"]


def _given() -> dict[str, Any]:
    """Return what the widgets hold, as the address says it."""
    given: dict[str, Any] = {name: state[key(name)] for name in (*WORDS, *NUMBERS, *DAYS)}
    given["orientation"] = state[key("orientation")]
    given["no_duplicates"] = "yes" if state[key("no_duplicates")] else ""
    given["fold"] = "" if state[key("fold")] else "no"
    return given


def conditions(collection: Collection) -> Filter | None:
    """Return the filter that the widgets ask for, None where they ask for none.

    Raises:
        BadCondition: a condition is not understood, or the collection has no such column.
    """
    given: dict[str, Any] = {
        name: state[key(name)].strip() for name in WORDS if name not in _NO_FIELDS
    }
    given["conditions"] = read_conditions(state[key("where")].splitlines(), collection) + tuple(
        Condition(name, "~", word) for name in PIECES if (word := given.pop(name))
    )
    given |= {name: state[key(name)] for name in (*NUMBERS, "orientation", "no_duplicates")}
    for name in DAYS:
        day: date | None = state[key(name)]
        given[name] = datetime.combine(day, time(), timezone.utc) if day else None
    given = {name: value for name, value in given.items() if value}
    return Filter(**given) if given else None


_NO_FIELDS = {"text", "more", "like", "vector", "where", "similar", "view"}
_NO_FILTERS = {"text", "more", "like", "vector", "view", "fold"}


def count_filters() -> int:
    """Return how many of the filters ask for something."""
    return sum(value not in ("", None) for name, value in _given().items()
               if name not in _NO_FILTERS)  # fmt: skip


def clear_filters() -> None:
    """Empty every filter; what is looked for stays."""
    _fill({name: str(value) for name, value in _given().items() if name in _NO_FILTERS})


def least_similarity() -> float | None:
    """Return the similarity that photos must reach, None where none was asked for.

    Raises:
        ValueError: it is no cosine.
    """
    typed = state[key("similar")].strip()
    try:
        least = float(typed.replace(",", ".").replace("\u2212", "-")) if typed else None
    except ValueError:
        least = np.nan
    if least is not None and not -1 <= least <= 1:
        raise ValueError(f"The similarity '{typed}' must be a number from -1 to 1, such as 0.25.")
    return least


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2299 else None


def describe_query(query: Query) -> str:
    """Say what is looked for, in one line."""
    parts = [describe_phrases(list(query.phrases))] if query.phrases else []
    parts += [f"like {photo}" for photo in query.photo_ids]
    if query.pictures:
        parts.append(f"{len(query.pictures)} picture{'s' if len(query.pictures) > 1 else ''}")
    if query.vectors:
        parts.append("a vector")
    return "  ".join(parts)


def describe_count(total: int, shown: int, narrowed: bool, collection: Collection) -> str:
    """Say how many photos there are and are shown."""
    photos, satisfy = ("1 photo", "satisfies") if total == 1 else (f"{total:,} photos", "satisfy")
    where = f"{satisfy} the filters" if narrowed else f"in {collection.name}"
    return f"{photos} {where}, {shown:,} shown"
