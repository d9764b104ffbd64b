"""Widgets whose value the program sets as well as the user.

A browser goes on saying what it shows. Where a click stops a script after it has set a widget's
value and before it has drawn it, Streamlit takes what the browser says for a change by the user:
the old value is set again, and `on_change` is called with it. So another value, where the program
sets it, is another widget here, of which no browser has said anything yet.
"""

from typing import Any

import streamlit as st

from explorer.phrases import lines

state = st.session_state


def box(name: str) -> str:
    """Return the key of the widget that now goes by a name."""
    at = state.get(f"{name}_widget", 0)
    return f"{name}_{at}" if at else name


def put(name: str, value: Any, options: Any = None) -> str:
    """Let the widget of this name show a value; returns its key, to be drawn with it.

    Args:
        options: what may be chosen, as it is written; a browser holds a choice by its words.
    """
    key = box(name)
    drawn = state.get(f"{name}_options")
    state[f"{name}_options"] = options
    if key in state and (not _say_the_same(state[key], value) or drawn != options):
        state[f"{name}_replaced"] = key, state[key]
        state[f"{name}_widget"] = state.get(f"{name}_widget", 0) + 1
        key = box(name)
    if key not in state:
        state[key] = value
    return key


def fill(name: str, value: str) -> str:
    """Let a text box show a value as `put` does, but leave it empty where it was emptied.

    A value that is put back takes the box from under the hands of who types the next one; let the
    placeholder say it.
    """
    emptied = box(name) in state and not lines(said(name))
    return box(name) if emptied else put(name, value)


def hear(*names: str) -> None:
    """Take what was typed into a widget while another was put into its place.

    On a busy machine the browser shows the old one for a while, and what is typed there is what
    the user wants.
    """
    for name in names:
        replaced = state.get(f"{name}_replaced")
        if replaced and replaced[0] in state and state[replaced[0]] != replaced[1]:
            put(name, state[replaced[0]])


def said(name: str, default: Any = None) -> Any:
    """Return what the widget of this name says."""
    return state.get(box(name), default)


def _say_the_same(shown: Any, value: Any) -> bool:
    """Tell whether two values differ in nothing but the spaces and empty lines of a text.

    To take those away would take the box from under the hands of who types on.
    """
    if isinstance(shown, str) and isinstance(value, str):
        return lines(shown) == lines(value)
    return bool(shown == value)
