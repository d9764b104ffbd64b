"""What classes made of the photos, to look at: strips, a heat map, a confusion table."""

import html
from functools import partial

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from classifier.classes import ClassHeads, accuracy, confusion, decide_classes
from commandline.words import count_things, percent
from encoder import Encoder
from explorer.corrections import NONE
from explorer.photo_sets import PhotoSet
from explorer.zeroshot import heads_of
from pages._session import count_photos
from pages.grid.contract import GridTile
from pages.sorting.tiles import set_tiles

STRIP = 12
HIGH = 84  # pixels
EXAMPLES = 2


def sheets(found: PhotoSet, heads: ClassHeads, chosen: np.ndarray, sure: np.ndarray) -> None:
    """Draw a strip for each class that photos were put into, the surest first; fold the others."""
    empty = [name for at, name in enumerate(heads.names) if not (chosen == at).any()]
    for at in [*range(len(heads.names)), -1]:
        rows = np.flatnonzero(chosen == at)
        if not len(rows):
            continue
        rows = rows[np.argsort(-sure[rows], kind="stable")]
        name = heads.names[at] if at >= 0 else NONE
        pictures = "".join(
            f'<img src="{html.escape(tile["src"], quote=True)}" alt="" '
            f'title="{html.escape(tile["caption"], quote=True)}" '
            f'style="width:{_width_of(tile)}px;height:{HIGH}px;flex:none;object-fit:contain">'
            for tile in set_tiles(found, [found.photos.ids[row] for row in rows[:STRIP]])
        )
        mean = f", mean probability {sure[rows].mean():.2f}"
        safe = html.escape(name, quote=True)
        st.html(
            f'<div data-class="{safe}" style="overflow-wrap:anywhere">'
            f'<strong dir="auto">{safe}</strong> {count_photos(len(rows))}{mean}'
            f'<div style="display:flex;gap:4px;overflow:hidden">{pictures}</div></div>'
        )

    if empty:
        with st.expander(f"{count_things(len(empty), 'class', 'classes')} without a photo"):
            st.text(", ".join(empty))


def _width_of(tile: GridTile) -> int:
    """Return a photo's width in a strip, in pixels: it is whole unless it is very wide or tall."""
    return round(HIGH * min(2.5, max(0.4, tile.get("aspect", 1.0))))


def heat_map(found: PhotoSet, heads: ClassHeads, truth: np.ndarray, chosen: np.ndarray) -> None:
    """Draw the cosines of example photos with the classes' words."""
    groups = truth if (truth >= 0).any() else chosen
    rows = [
        row for at in range(len(heads.names)) for row in np.flatnonzero(groups == at)[:EXAMPLES]
    ]
    cosines = heads.cosines(found.photos.vectors[rows])
    frame = pd.DataFrame(
        [
            {"photo": f"{heads.names[groups[row]]} {n % EXAMPLES + 1}", "class": name,
             "cosine": cosines[n, at]}
            for n, row in enumerate(rows) for at, name in enumerate(heads.names)
        ]
    )  # fmt: skip
    order = list(dict.fromkeys(frame["photo"])) if len(frame) else []
    # The likest stand out from the page: dark on a light one, light on a dark one.
    greys = alt.Scale(scheme="greys", reverse=st.context.theme.type == "dark")
    chart = (
        alt.Chart(frame)
        .mark_rect()
        .encode(
            alt.X("class:N", sort=list(heads.names), title="class, in words"),
            alt.Y("photo:N", sort=order, title="example photos"),
            alt.Color("cosine:Q", scale=greys),
            tooltip=["photo", "class", alt.Tooltip("cosine:Q", format=".3f")],
        )
    )
    st.altair_chart(chart, width="stretch")


def confusions(heads: ClassHeads, chosen: np.ndarray, truth: np.ndarray) -> None:
    """Draw the table of true against chosen classes."""
    if not (truth >= 0).any():
        st.info("The true classes of these pictures are not known, so nothing can be counted.")
        return
    table = confusion(chosen, truth, len(heads.names))
    frame = pd.DataFrame(table, index=list(heads.names), columns=[*heads.names, NONE])
    st.caption("Rows: the true class. Columns: the class that was chosen.")
    st.dataframe(frame, height=35 * (len(frame) + 1) + 3)


def per_template(found: PhotoSet, heads: ClassHeads, encoder: Encoder, truth: np.ndarray) -> None:
    """Draw the accuracy that each template reaches by itself."""
    rows = []
    for template in heads.templates:
        alone = heads_of(heads.names, [template], encoder).probabilities(found.photos.vectors)
        rows.append({"template": template, "accuracy": accuracy(decide_classes(alone, 0), truth)})
    frame = pd.DataFrame(rows)
    frame["accuracy"] = frame["accuracy"].map(partial(percent, digits=1))
    st.dataframe(frame, hide_index=True)
