"""Export: the ways to take a concept and its photos elsewhere."""

import shlex
import time
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from classifier import to_sql
from commandline.words import describe_error, percent
from explorer.errors import ExplorerError
from explorer.exports import (
    BOTH,
    FORMATS,
    PHOTOS,
    Choice,
    as_classifier,
    describe_export,
    export_to_download,
    name_file,
)
from explorer.exports.choice import SHARES as USUAL
from explorer.exports.families import FOLDER
from explorer.fitting import head_of
from explorer.history import read_history
from explorer.people import Role
from pages._boxes import put, said
from pages._current import shared_explorer
from pages._download import offer_file
from pages._login import may
from pages._words import escape_markdown
from pages.concept import keywords
from pages.concept.label_files import offer_downloads
from vecdb import Collection, Concept, VecdbError
from vecdb.concepts import view_name

WORDS = {"both": "Matches and answers", "matches": "Matches", "labels": "Answers"}
ONE_SPLIT = "All in one"
SHARES = {
    "80 / 10 / 10": (0.8, 0.1, 0.1),
    "70 / 15 / 15": (0.7, 0.15, 0.15),
    "80 / 20, no test": (0.8, 0.2),
    ONE_SPLIT: (1.0,),
}
TOLD_SECONDS = 0.2
# On a phone what comes of Prepare lies below it, out of sight. The browser runs a script that it
# knows no second time.
LEAD = """<script>/* {} */
document.querySelector(".st-key-export_result").scrollIntoView({{ block: "nearest" }});
</script>"""
SOURCES = (FOLDER, "photographer", "camera", "city", "country", "taken")
state = st.session_state


def on_view(concept_id: str) -> None:
    """Make the view of the concept, or remove it."""
    concepts = shared_explorer().concepts
    try:
        if said(f"export_view_{concept_id}"):
            concepts.create_view(concept_id)
        else:
            concepts.drop_view(concept_id)
        state.export_error = ""
    except VecdbError as error:
        tell_problem(error)


def tell_problem(error: Exception, of: tuple[str, Choice] | None = None) -> None:
    """Say what went wrong, as long as that form and choice are chosen where it is of one."""
    state.export_error, state.export_error_of = describe_error(error), of


def draw(collection: Collection, concept: Concept) -> None:
    """Offer the photos as files, made when they are asked for, and the concept in SQL."""
    problem = st.container()
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Photos")
        form, choice, place = offer_photos(collection, concept)
    if state.get("export_error") and state.export_error_of in (None, (form, choice)):
        problem.error(escape_markdown(state.export_error))
    with right:
        st.header("Labels and classifier")
        offer_downloads(concept)
        offer_classifier(collection, concept)
        if may(Role.OWN):
            st.header("In the database")
            offer_view(concept)
            st.header("Keywords beside the originals")
            keywords.draw(concept)
    if state.get("export_wanted") == (concept.id, form, choice):
        # Last, so that the page around it is there meanwhile.
        with place:
            prepare(concept, form, choice)


def offer_view(concept: Concept) -> None:
    """Offer the concept as a view for any SQL client."""
    view = shared_explorer().concepts.view_of(concept.id)
    key = put(f"export_view_{concept.id}", bool(view))
    st.toggle("A view of this concept", key=key, on_change=on_view, args=[concept.id])
    st.caption(
        "Any SQL client of this database can read it. It follows the concept: fitted again, or "
        "with another threshold, it shows that, and photos added later are in it."
    )
    view = view or view_name(concept)
    # In one colour: those of languages are too pale to read, and a block that scrolls has no key.
    st.code(
        f"SELECT id, url, score FROM {view}\nWHERE matches ORDER BY score DESC",
        language=None,
        wrap_lines=True,
    )


def offer_photos(collection: Collection, concept: Concept) -> tuple[str, Choice, DeltaGenerator]:
    """Offer the photos in every form, with answers and splits.

    Returns:
        What is chosen, and where to show how far it is.
    """
    form = st.selectbox("Form", list(FORMATS), format_func=lambda name: FORMATS[name].title)
    left, right = st.columns(2)
    photos = left.selectbox("Photos", PHOTOS, PHOTOS.index(BOTH), format_func=WORDS.__getitem__)
    split = right.selectbox(
        "Train / validation / test",
        list(SHARES),
        help="Both classes have the same shares in every split. Near-duplicates, and photos of "
        "one photographer, are never in two of them.",
    )
    negatives = left.number_input(
        "Photos below the threshold as well",
        0,
        1_000_000,
        0,
        help="Drawn at random, as a no.",
        key="export_negatives",
    )
    seed = right.number_input("Seed", 0, 1_000_000, 0, key="export_seed")
    columns = [*SOURCES, *collection.records.extra_columns()]
    together = st.multiselect("Never in two splits: photos with the same", columns)
    choice = Choice(photos, int(negatives), SHARES[split], int(seed), tuple(together))
    st.button("Prepare", on_click=on_prepare)
    # What is chosen when the button is pressed counts, not what was drawn before.
    if state.pop("export_asked", False):
        state.export_wanted = (concept.id, form, choice)
    place = st.container(key="export_result")
    with place:
        offer_prepared(concept, form, choice)
    st.caption("The same from the command line, with the app stopped:")
    st.code(write_command(concept, form, choice), language=None, wrap_lines=True)
    return form, choice, place


def write_command(concept: Concept, form: str, choice: Choice) -> str:
    """Return the command that exports the same."""
    words = ["python", "-m", "explorer", "export", concept.id, "--format", form]
    words += ["--photos", choice.photos, "--out", "PATH"]
    if choice.negatives:
        words += ["--negatives", str(choice.negatives)]
    if choice.shares != USUAL:
        words += ["--split", ",".join(f"{share:g}" for share in choice.shares)]
    if choice.seed:
        words += ["--seed", str(choice.seed)]
    for column in choice.together:
        words += ["--keep-together", column]
    return shlex.join(words)


def on_prepare() -> None:
    """Want the photos as a file that can be downloaded then."""
    state.export_asked = True
    state.pop("export_made", None)


def on_stop() -> None:
    """Want it no longer; what was written goes."""
    state.pop("export_wanted", None)


def prepare(concept: Concept, form: str, choice: Choice) -> None:
    """Write what is wanted, and tell how far it is.

    Any click ends the script: all but Stop begin it anew, as long as the same is chosen.
    """
    st.button("Stop", key="export_stop", on_click=on_stop)
    bar, told = st.progress(0.0), 0.0
    lead_there()

    def tell(what: str, share: float) -> None:
        nonlocal told
        if time.monotonic() - told > TOLD_SECONDS:
            told = time.monotonic()
            bar.progress(min(share, 1.0), f"{what}: {percent(share)}")

    state.export_error = ""
    try:
        made = export_to_download(shared_explorer(), concept, form, choice, tell)
        state.export_made = ((concept.id, form, choice), *made)
        state.export_leads = True
    except (ExplorerError, VecdbError, OSError) as error:
        tell_problem(error, (form, choice))
    state.pop("export_wanted", None)
    st.rerun()


def offer_prepared(concept: Concept, form: str, choice: Choice) -> None:
    """Say what was written, and offer it, as long as it is what is chosen."""
    made, path, done = state.get("export_made", ((), None, None))
    if made != (concept.id, form, choice) or not path.exists():
        return
    st.markdown(f"**{describe_export(done)}**")
    for note in done.notes:
        st.caption(escape_markdown(note))
    offer_file(path, path.name)
    if state.pop("export_leads", False):
        lead_there()


def lead_there() -> None:
    """Bring into sight what comes of Prepare."""
    st.html(LEAD.format(time.time()), unsafe_allow_javascript=True)


def offer_classifier(collection: Collection, concept: Concept) -> None:
    """Offer the classifier as a file, and as a statement."""

    def saved() -> bytes:
        labels = list(read_history(shared_explorer().concepts, concept).latest.values())
        return as_classifier(concept, labels, collection.fingerprint)

    made: dict[str, tuple[str, Callable[[], Any]]] = {
        "Classifier (.safetensors)": (".safetensors", saved),
        "SQL statement": (".sql", lambda: to_sql(head_of(concept), collection.name)),
    }
    for title, (suffix, make) in made.items():
        st.download_button(
            title, make, f"{name_file(concept)}{suffix}", on_click="ignore", width="stretch"
        )
