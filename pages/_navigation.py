"""The script of every run: the list of pages, and the look they share."""

from pathlib import Path

import streamlit as st

from classifier import ClassifierError
from encoder import EncoderError
from pages import _likeness
from pages._session import shared_explorer
from vecdb import VecdbError

HERE = Path(__file__).parent
st.set_page_config("Visual Dataset Explorer", page_icon=HERE / "icon.png", layout="wide")
st.html(HERE / "look.css")

page = st.navigation(
    [
        st.Page("mine.py", title="Mine", default=True),
        st.Page("search.py", title="Search"),
        st.Page("classes.py", title="Classes"),
        st.Page("labels.py", title="Labels"),
        st.Page("audit.py", title="Audit"),
        st.Page("results.py", title="Results"),
        st.Page("concepts.py", title="Concepts"),
        st.Page("data.py", title="Data"),
    ],
    position="top",
)
try:
    _ = shared_explorer().database
    _likeness.go()
    page.run()
except (VecdbError, EncoderError, ClassifierError) as error:
    # What a page does not say beside the thing it concerns, above all a database that is gone.
    st.error(str(error))
