"""The script of every run: the list of pages, and the look they share."""

from functools import partial
from pathlib import Path

import streamlit as st

from classifier import ClassifierError
from encoder import EncoderError
from pages import _likeness
from pages._current import remember_concept, shared_explorer
from pages._words import escape_markdown
from vecdb import VecdbError

HERE = Path(__file__).parent
# What addresses of earlier versions lead to: a page, and a view of it.
MOVED = {
    "mine": ("train.py", ""),
    "labels": ("concepts.py", "labels"),
    "audit": ("concepts.py", "audit"),
    "results": ("concepts.py", "results"),
}
st.set_page_config("Visual Dataset Explorer", page_icon=HERE / "icon.png", layout="wide")
st.html(HERE / "look.css")


def lead_on(page: str, view: str) -> None:
    """Go from an address of an earlier version to where its page is now."""
    query = dict(st.query_params) | ({"view": view} if view else {})
    st.switch_page(page, query_params=query)


page = st.navigation(
    [
        st.Page("train.py", title="Train", default=True),
        st.Page("search.py", title="Search"),
        st.Page("concepts.py", title="Concepts"),
        st.Page("classes.py", title="Classes"),
        st.Page("data.py", title="Data"),
        *(
            st.Page(partial(lead_on, *place), title=address, url_path=address, visibility="hidden")
            for address, place in MOVED.items()
        ),
    ],
    position="top",
)
try:
    _ = shared_explorer().database
    _likeness.go()
    page.run()
    remember_concept()
except (VecdbError, EncoderError, ClassifierError) as error:
    # What a page does not say beside the thing it concerns, above all a database that is gone.
    st.error(escape_markdown(error))
