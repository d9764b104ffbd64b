"""What is said of a sample and of names, and the predictions for every photo as files."""

from functools import partial

import streamlit as st

from classifier.class_file import SavedClasses
from classifier.classes import ClassHeads
from explorer.full_disk import passing_folder
from explorer.photo_sets import PhotoSet
from explorer.predictions import hint_near_names, predict_photos, predict_vectors, write_predictions
from explorer.zeroshot import describe_sample
from pages._boxes import said
from pages._words import escape_markdown

state = st.session_state


def draw_notes(found: PhotoSet, heads: ClassHeads) -> None:
    """Say where the page shows a sample, and which names are nearly those of stored labels."""
    hints = hint_near_names(heads.names, found.photos.labels)
    for note in filter(None, [describe_sample(found.photos), *hints]):
        st.caption(escape_markdown(note))


def offer(found: PhotoSet, classes: SavedClasses, threshold: float) -> None:
    """Offer id, class and probability of every photo, not of the sample alone, when asked for."""
    prefix = said("class_prefix", "").strip()

    def make(ending: str) -> bytes:
        photos = found.photos
        if found.collection is None:
            batches = iter([predict_vectors(photos.ids, photos.vectors, classes, threshold)])
        else:
            batches = predict_photos(found.collection, classes, threshold, prefix)
        with passing_folder() as folder:
            out = folder / f"predictions{ending}"
            write_predictions(batches, out)
            return out.read_bytes()

    for title, ending in (("CSV", ".csv"), ("Parquet", ".parquet")):
        st.download_button(
            f"Every photo's class as {title}",
            partial(make, ending),
            f"predictions{ending}",
            on_click="ignore",
        )
