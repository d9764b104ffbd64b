"""What a search found, as files."""

import json
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from explorer.csv_cells import frame_as_csv
from explorer.ranking import Ranked, rank
from vecdb import Collection, Filter

EXPORTED = 1000


def table(found: Ranked) -> pd.DataFrame:
    """Return photos with similarity and metadata, best first."""
    kept = [
        {"similarity": round(similarity, 6), **found.photos[photo]}
        for photo, similarity in zip(found.ids, found.similarities, strict=True)
        if photo in found.photos
    ]
    return pd.DataFrame(kept)


def as_json(frame: pd.DataFrame) -> bytes:
    """One JSON list, an object a photo."""
    return json.dumps(frame.to_dict("records"), ensure_ascii=False, indent=1, default=str).encode()


def offer(collection: Collection, vector: np.ndarray, where: Filter | None, *, fold: bool) -> None:
    """Offer the best photos as files, made when they are asked for."""
    st.caption(f"The best {EXPORTED:,}, near-duplicates {'folded' if fold else 'kept'}.")
    offer_files("search", lambda: table(rank(collection, vector, EXPORTED, where=where, fold=fold)))


def offer_files(name: str, make: Callable[[], pd.DataFrame]) -> None:
    """Offer a table as JSON and as CSV, made when it is asked for."""
    for title, suffix, mime, render in (
        ("JSON", "json", "application/json", as_json),
        ("CSV", "csv", "text/csv", frame_as_csv),
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
