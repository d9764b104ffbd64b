"""The script of every run: the list of pages, and the look they share."""

from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from classifier import ClassifierError
from encoder import EncoderError
from explorer.errors import NotAllowed
from explorer.people import Role
from pages import _likeness
from pages._current import remember_open, shared_explorer, tell_missing
from pages._login import ask_login, current_person, draw_person, may, separate_people, watch_login
from pages._streamlit import pressed_button, run_when_back
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
BEGUN_ANEW = "The server was started anew. If what you pressed did nothing, press it once more."
st.set_page_config("Visual Dataset Explorer", page_icon=HERE / "icon.png", layout="wide")
st.html(HERE / "look.css")
for script in ("popovers.js", "drops.js", "focus.js", "menu.js"):
    st.html(f"<script>{(HERE / script).read_text()}</script>", unsafe_allow_javascript=True)


def lead_on(page: str, view: str) -> None:
    """Go from an address of an earlier version to where its page is now."""
    if not may(Role.LOOK):
        ask_login()
        return
    query = dict(st.query_params) | ({"view": view} if view else {})
    st.switch_page(page, query_params=query)


def refuse(least: Role) -> None:
    """Say in a sentence that somebody may not open a page; who is unknown is asked to log in."""
    if not may(Role.LOOK):
        ask_login()
        return
    try:
        current_person().check(least)
    except NotAllowed as refused:
        st.info(escape_markdown(refused))


def open_to(least: Role, name: str, *, default: bool = False) -> StreamlitPage:
    """Return a page for those who may do as much; the others find a sentence in its place."""
    if may(least):
        return st.Page(f"{name}.py", title=name.title(), default=default)
    page = partial(refuse, least)
    return st.Page(page, title=name.title(), url_path=name, default=default, visibility="hidden")


separate_people()
may_label = may(Role.LABEL)
page = st.navigation(
    [
        open_to(Role.LABEL, "train", default=may_label),
        open_to(Role.LOOK, "search", default=not may_label),
        open_to(Role.LOOK, "concepts"),
        open_to(Role.LABEL, "classes"),
        open_to(Role.OWN, "data"),
        *(
            st.Page(partial(lead_on, *place), title=address, url_path=address, visibility="hidden")
            for address, place in MOVED.items()
        ),
    ],
    position="top",
)
if may(Role.LOOK) and not may_label and not page.url_path and "concept" in st.query_params:
    # What somebody who trains it has sent on; Train is not for who may only look.
    st.switch_page("concepts.py", query_params={"concept": st.query_params["concept"]})
try:
    if may(Role.LOOK):
        _ = shared_explorer().database
        _likeness.go()
        st.html(f"<h1>{page.title}</h1>")
    above = st.container()
    if "has_run" not in st.session_state and pressed_button():
        above.warning(BEGUN_ANEW)
    st.session_state.screen_before = st.session_state.get("screen")
    st.session_state.screen = page.title
    page.run()
    if may(Role.LOOK):
        with above:
            tell_missing()
        remember_open()
        draw_person()
    run_when_back()
    watch_login(asked=bool(page.url_path or st.query_params))
    st.session_state.has_run = True
except (VecdbError, EncoderError, ClassifierError) as error:
    # What a page does not say beside the thing it concerns, above all a database that is gone.
    st.error(escape_markdown(error))
