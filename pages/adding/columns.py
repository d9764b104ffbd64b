"""What of a source is read as what: the guesses, to be set otherwise, and the first five rows."""

import os
import re

import pandas as pd
import streamlit as st

from explorer.looks import Look, look_at
from ingest import IngestError, Options
from ingest.manners import compose_agent
from ingest.manners_options import read_manners
from ingest.sources.where import condition
from pages._words import escape_markdown

state = st.session_state
DELIMITERS = {"guessed": None, "comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
HEADERS = {"guessed": None, "names of the columns": True, "a photo already": False}
COLUMNS = ("address", "id", "caption", "label", "vector")
# What an option of the command is called here.
OPTIONS = {
    **{f"--{name}-column": f"Column of the {name}" for name in COLUMNS},
    "--url-column": "Column of the address",
    "--table": "Collection",
    "--encoder": "Encoder",
    "--limit": "Photos at most",
    "--where": "Only rows where",
    "--prune": "Take photos out whose files are gone",
    "--header": "The first row is",
    "--delimiter": "Between columns",
    "--encoding": "Encoding",
    "--contact": "Contact page, under Downloads",
    "`python -m explorer delete`": "Delete photos",
}
OPTION = re.compile(rf"(?<!\S)(\()?({'|'.join(OPTIONS)})(?![\w/-])")
KEYS = (
    *(f"data_{name}_column" for name in COLUMNS),
    *("data_header", "data_delimiter", "data_encoding"),
    *("data_limit", "data_where", "data_exclude", "data_prune"),
    *("data_contact", "data_agent", "data_request_headers", "data_ignore_opt_out"),
)


def name_controls(sentence: object) -> str:
    """Return a sentence of an ingest with the page's controls in place of the command's options."""
    return OPTION.sub(lambda found: f"{found[1] or ''}“{OPTIONS[found[2]]}”", str(sentence))


def draw_choices(columns: list[str]) -> None:
    """Draw what can be set otherwise than guessed; empty means guessed."""
    for place, name in zip(st.columns(len(COLUMNS)), COLUMNS, strict=True):
        place.selectbox(
            f"Column of the {name}",
            columns,
            index=None,
            key=f"data_{name}_column",
            placeholder="guessed",
            accept_new_options=True,
        )
    header, delimiter, encoding, limit = st.columns(4)
    header.selectbox("The first row is", list(HEADERS), key="data_header")
    delimiter.selectbox("Between columns", list(DELIMITERS), key="data_delimiter")
    encoding.text_input("Encoding", key="data_encoding", placeholder="guessed")
    limit.number_input(
        "Photos at most", 1, value=None, step=1, key="data_limit", placeholder="all of them"
    )
    where, exclude = st.columns(2)
    where.text_area(
        "Only rows where, one condition a line",
        key="data_where",
        placeholder="width>=1000\nsplit=train",
        height=80,
    )
    exclude.text_area(
        "Leave out such files and folders, one pattern a line",
        key="data_exclude",
        placeholder="*.png\ndrafts/",
        height=80,
    )
    st.checkbox("Take photos out whose files are gone from the folder", key="data_prune")


def draw_manners() -> None:
    """Draw what downloads call themselves and respect; empty means the default."""
    contact, agent = st.columns(2)
    contact.text_input(
        "Contact page or mail address, for hosts to ask",
        key="data_contact",
        placeholder=os.environ.get("CONTACT_PAGE") or "none is named",
    )
    agent.text_input(
        "User agent", key="data_agent", placeholder=compose_agent(state.get("data_contact") or "")
    )
    st.text_area(
        "Headers of every download, one a line",
        key="data_request_headers",
        placeholder="Authorization: Bearer …",
        height=80,
    )
    st.checkbox("Take pictures whose hosts opted out (X-Robots-Tag)", key="data_ignore_opt_out")


def chosen_options() -> Options:
    """Return what was set.

    Raises:
        SourceError: a condition is not understood, or a header cannot be one.
    """
    where = _lines("data_where")
    for text in where:
        condition(text)
    columns = {name: state.get(f"data_{name}_column") or None for name in COLUMNS}
    return Options(
        limit=int(state.data_limit) if state.get("data_limit") else None,
        where=where,
        exclude=_lines("data_exclude"),
        id_column=columns["id"],
        url_column=columns["address"],
        caption_column=columns["caption"],
        label_column=columns["label"],
        vector_column=columns["vector"],
        header=HEADERS[state.get("data_header") or "guessed"],
        delimiter=DELIMITERS[state.get("data_delimiter") or "guessed"],
        encoding=state.get("data_encoding") or None,
        prune=bool(state.get("data_prune")),
        manners=read_manners(
            (state.get("data_agent") or "").strip(),
            state.get("data_contact") or "",
            _lines("data_request_headers"),
            ignore_opt_out=bool(state.get("data_ignore_opt_out")),
        ),
    )


def draw_look(source: str) -> Look | None:
    """Show what was guessed of a source and its first rows; None where it cannot be read."""
    try:
        look = read_start(source, chosen_options())
    except (IngestError, OSError) as error:
        st.error(escape_markdown(name_controls(error)))
        return None
    if look.choices:
        words = "" if look.vectors else "Read by "
        st.markdown(
            escape_markdown(f"{words}{look.choices}."[:1].upper() + f"{words}{look.choices}."[1:])
        )
    elif look.rows:
        st.markdown("The first photos found in it:")
    if look.rows:
        st.dataframe(pd.DataFrame(look.rows), hide_index=True, width="stretch", placeholder="")
    else:
        st.info("No photos are found in it.")
    return look


@st.cache_data(ttl=20, max_entries=50, show_spinner="Reading the start of it …")
def read_start(source: str, options: Options) -> Look:
    """Read the start of a source as `look_at` does, kept for some seconds."""
    return look_at(source, options)


def _lines(key: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in (state.get(key) or "").splitlines() if line.strip())
