"""What takes long is done beside the script: words say so meanwhile, and any click leaves it."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from commandline.words import percent

LOOK = 0.25  # seconds between two looks at what is awaited, and at whether the user asks for more
Found = TypeVar("Found")
state = st.session_state


class Share:
    """Words for what is done in a thread, and which share of it is done."""

    def __init__(self, words: str) -> None:
        self._words, self._share = words, 0.0

    def tell(self, _what: str, share: float) -> None:
        """Note which share is done, 0 to 1."""
        self._share = share

    def say(self) -> str:
        """Return the words with the share."""
        return f"{self._words}: {percent(min(self._share, 1.0))}"


def place() -> DeltaGenerator:
    """Draw where it is said what a page waits for: over what is below, so that nothing moves.

    To be drawn in every run, at one place of the page; see look.css.
    """
    return st.container(key="awaited")


def wait_for(awaited: Future[Any], words: str | Callable[[], str]) -> None:
    """Wait until something is done, and say in words (Markdown) what, unless it is done at once.

    The script waits, not a timer of the browser: a timer that ends before the page has arrived
    tears the page down. A click, or another page, ends the waiting: the script runs anew.
    """
    wait([awaited], LOOK)
    line = st.empty()
    while not awaited.done():
        line.info(words if isinstance(words, str) else words())
        wait([awaited], LOOK)
    line.empty()


def compute(key: Any, work: Callable[[], Found], words: str | Callable[[], str]) -> Found:
    """Return what some work finds; a script that runs anew meanwhile waits for the same.

    Args:
        key: tells this work from other work.
        work: draws nothing.
        words: what is done, as Markdown.

    Raises:
        Exception: what the work raises.
    """
    begun: tuple[Any, Future[Found], str | Callable[[], str]] | None = state.get("computed")
    if begun is None or begun[0] != key:
        begun = state["computed"] = (key, begin(work), words)
    wait_for(*begun[1:])
    state.pop("computed", None)
    return begun[1].result()


@st.cache_resource(show_spinner=False)
def under_way() -> dict[Any, tuple[Future[Any], Callable[[], str]]]:
    """Return what goes on to its end whatever is clicked, and what says how far it is.

    By what it is about, of every window of the app: one that is loaded anew finds it again, and
    whoever comes first once it has ended finds what it has found.
    """
    return {}


def begin(work: Callable[[], Found]) -> Future[Found]:
    """Do some work, which draws nothing, in a thread of its own."""
    begun: Future[Found] = Future()

    def run() -> None:
        try:
            begun.set_result(work())
        except Exception as error:
            begun.set_exception(error)

    Thread(target=run, name="computing", daemon=True).start()
    return begun
