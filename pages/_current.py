"""What is open: one concept across pages, reloads and windows, and after a restart.

The address names it where it can; a session remembers it between pages, and a cookie of this
browser between sessions.
"""

from collections.abc import Callable
from urllib.parse import quote, unquote, urlsplit

import streamlit as st

from explorer import Explorer, default_table
from explorer.people import LONGEST, PERSON_COOKIE, Role
from explorer.settings import Settings
from pages._login import current_person, has_login, may
from pages._words import escape_markdown, isolate
from vecdb import Concept, LabelCounts
from vecdb.errors import UnknownConcept

state = st.session_state

# Keeps a cookie; the page that is drawn says which.
_KEEP = """
export default function ({ data }) {
  const kept = `${data.name}=${encodeURIComponent(data.value)}`;
  document.cookie = `${kept}; path=/${encodeURI(data.below ?? "")}; max-age=31536000; SameSite=Lax`;
}
"""


@st.cache_resource(show_spinner=False)
def shared_explorer() -> Explorer:
    """Return the one explorer of this process; app.py opens and closes it."""
    return Explorer()


def open_concept(concept: Concept) -> None:
    """Make a concept the one that every page works on; words that still wait begin no other."""
    if state.get("concept_id") != concept.id:
        state.pop("pending", None)
    state.concept_id, state.deleted_elsewhere = concept.id, ""
    state.collection = concept.collection


def close_concept() -> None:
    """Leave the concept that is open; nothing of it is lost."""
    state.concept_id = state.deleted_elsewhere = ""
    if "concept" in st.query_params:  # else a view is of Search
        for name in ("concept", "view"):
            st.query_params.pop(name, None)


def current_concept() -> Concept | None:
    """Return the concept that is open, None where there is none.

    Raises:
        UnknownConcept: the address names one that does not exist.
    """
    named = st.query_params.get("concept")
    wanted = named or state.get("concept_id", _remembered("concept"))
    if not wanted:
        return None
    try:
        concept = shared_explorer().concepts.get(wanted)
    except UnknownConcept:
        close_concept()
        if named:
            raise
        return None
    if concept.deleted:
        close_concept()
        state.deleted_elsewhere = concept.id
        return None
    open_concept(concept)
    return concept


def read_concept() -> Concept | None:
    """Return the concept that is open, and open nothing; None where there is none."""
    wanted = state.get("concept_id", _remembered("concept"))
    try:
        concept = shared_explorer().concepts.get(wanted) if wanted else None
    except UnknownConcept:
        return None
    return None if concept is None or concept.deleted else concept


def tell_missing() -> None:
    """Say that the concept or the collection that was open was deleted elsewhere."""
    if missing := state.get("missing_collection"):
        words = f"There is no collection {missing}: this is {state.collection}."
        st.warning(escape_markdown(words))
    if not state.get("deleted_elsewhere"):
        return
    concept = shared_explorer().concepts.get(state.deleted_elsewhere)
    left, right = st.columns([6, 2], vertical_alignment="center")
    if concept.id not in [one.id for one in list_returning()]:
        words = f"“{concept.name}” went with its collection, {concept.collection}"
        words += f" of {concept.encoder}: it can return once that holds photos again."
        left.warning(escape_markdown(words))
        return
    left.warning(escape_markdown(f"“{concept.name}” was deleted."))
    if may(Role.LABEL):
        key = f"restore_{concept.id}"
        right.button(
            "Undo the deletion", key=key, on_click=_restore, args=[concept.id], width="stretch"
        )


def _restore(concept_id: str) -> None:
    open_concept(shared_explorer().concepts.restore(concept_id))


def list_returning() -> list[Concept]:
    """Return the deleted concepts whose collection is there, with vectors of their encoder."""
    infos = shared_explorer().database.collections()
    there = {(info.name, info.encoder) for info in infos if info.count}
    deleted = shared_explorer().concepts.list(deleted=True)
    return [one for one in deleted if (one.collection, one.encoder) in there]


def remember_open() -> None:
    """Keep what is open in cookies, for the next window and after a restart."""
    kept = {}
    if "concept_id" in state:
        kept["concept"] = state.concept_id
    if "collection" in state:
        kept["collection"] = f"{default_table()}\n{state.collection}"
    for what, value in kept.items():
        keep = st.components.v2.component(f"remember_{what}", js=_KEEP)
        keep(
            data={"name": _cookie(what), "value": value, "below": _prefix()}, key=f"remember_{what}"
        )


def ask_person() -> None:
    """Ask who labels; the browser keeps the name, and an empty one is allowed."""
    if has_login():
        return
    state.setdefault("person", current_person().name)
    st.text_input(
        "Your name",
        key="person",
        max_chars=LONGEST,
        help="Kept in this browser and with each label that you give; may stay empty.",
    )
    keep = st.components.v2.component("remember_person", js=_KEEP)
    keep(data={"name": PERSON_COOKIE, "value": state.person.strip()}, key="remember_person")


def listed_concepts(
    wanted: Callable[[Concept], bool] = lambda concept: True,
) -> dict[str, tuple[Concept, LabelCounts]]:
    """Return the concepts that were answered in, opened from files or are open, latest first.

    Args:
        wanted: says which of them; the answers of others are not counted.
    """
    return count_answers([one for one in shared_explorer().concepts.list() if wanted(one)])


def count_answers(concepts: list[Concept]) -> dict[str, tuple[Concept, LabelCounts]]:
    """Return those of some concepts that hold anything or are open, with their counts, by id."""
    if not concepts:
        return {}
    judges = {concept.id: Settings.read(concept.settings).judge for concept in concepts}
    counts = shared_explorer().concepts.counts(
        list(judges), strip=8, judges={id: who for id, who in judges.items() if who is not None}
    )
    kept = {}
    for concept in concepts:
        found = counts[concept.id]
        is_open = concept.id == state.get("concept_id")
        if found.yes or found.no or is_open or Settings.read(concept.settings).opened:
            kept[concept.id] = (concept, found)
    return kept


def name_concepts(listed: dict[str, tuple[Concept, LabelCounts]]) -> dict[str, str]:
    """Return a name for each concept, by id, that no other has."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for key, (concept, counts) in listed.items():
        begun = describe_beginning(concept)
        name = f"{isolate(concept.name)} · {concept.collection} · {counts.yes} yes · {begun}"
        number = 2
        while name in taken:
            name = f"{name.split(' · #')[0]} · #{number}"
            number += 1
        taken.add(name)
        names[key] = name
    return names


def describe_beginning(concept: Concept) -> str:
    """Say when a concept was begun, which tells it from others of its name and stays the same."""
    return f"{concept.created:%-d %b %Y, %H:%M}"


def remembered_collection() -> str:
    """Return what was chosen in this browser, unless the app was told another collection since."""
    told, _, chosen = _remembered("collection").partition("\n")
    return chosen if told == default_table() else ""


def _remembered(what: str) -> str:
    return unquote(st.context.cookies.get(_cookie(what), ""))


def _cookie(what: str) -> str:
    # Cookies of one host are shared by all its ports, and those of an app at its root by all below:
    # each app has a name of its own. So has each person who logs in.
    app = f"{urlsplit(st.context.url or '').port or 80}{quote(_prefix(), safe='')}"
    return f"vde_{what}_{app}{current_person().mark}"


def _prefix() -> str:
    return str(st.get_option("server.baseUrlPath")).strip("/")
