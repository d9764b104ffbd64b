"""What a search found, as files."""

import io
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from explorer.exports.rows import TAKEN, Known
from explorer.exports.tables import write_cells, write_json
from explorer.ranking import Ranked, rank
from vecdb import Collection, Filter

EXPORTED = 1000
Row = Mapping[str, Any]


def describe(collection: Collection, found: Mapping[str, Row]) -> list[Row]:
    """Return a row for each photo that still exists: what was found by its id, then what is known.

    Every row has the same columns.
    """
    own = next(iter(found.values()), {})
    known = Known(collection, {*TAKEN, *own}).describe(list(found))
    return [{**row, **known[photo]} for photo, row in found.items() if photo in known]


def table(collection: Collection, found: Ranked) -> list[Row]:
    """Return photos with similarity and what is known of them, best first."""
    nearness = zip(found.ids, found.similarities, strict=True)
    return describe(collection, {photo: {"similarity": round(near, 6)} for photo, near in nearness})


def as_json(rows: list[Row]) -> bytes:
    """One JSON list, an object a photo and line."""
    return ("[\n" + ",\n".join(map(write_json, rows)) + "\n]\n").encode()


def as_csv(rows: list[Row]) -> bytes:
    """UTF-8 CSV that spreadsheets open right; no cell of it runs as a formula."""
    file = io.StringIO()
    write_cells(file, next(iter(rows), {}), rows)
    return file.getvalue().encode("utf-8-sig")


def offer(collection: Collection, vector: np.ndarray, where: Filter | None, *, fold: bool) -> None:
    """Offer the best photos as files, made when they are asked for."""
    st.caption(f"The best {EXPORTED:,}, near-duplicates {'folded' if fold else 'kept'}.")

    def found() -> list[Row]:
        return table(collection, rank(collection, vector, EXPORTED, where=where, fold=fold))

    offer_files("search", found)


def offer_files(name: str, make: Callable[[], list[Row]]) -> None:
    """Offer a table as JSON and as CSV, made when it is asked for."""
    for title, suffix, mime, render in (
        ("JSON", "json", "application/json", as_json),
        ("CSV", "csv", "text/csv", as_csv),
    ):
        st.download_button(
            title,
            partial(lambda render: render(make()), render),
            f"{name}.{suffix}",
            mime,
            on_click="ignore",
            width="stretch",
            key=f"{name}_{suffix}",
        )
