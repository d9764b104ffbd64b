"""The labels that photos came with, held against a concept: how far they agree, where not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from commandline.words import count_things, name_some
from explorer.errors import NothingThere
from vecdb import Concept
from vecdb.truth import Agreement, Difference

if TYPE_CHECKING:
    from explorer.explorer import Explorer

SIDES = {"both": (0, 1), "above": (0,), "below": (1,)}
LISTED = 20  # labels named in a sentence


@dataclass(frozen=True)
class Truth:
    """How a concept and a label agree: counts, and photos where they differ, likeliest first."""

    label: str
    agreement: Agreement
    differences: list[Difference]


def compare_with_labels(
    explorer: "Explorer",
    concept: Concept,
    label: str = "",
    *,
    side: str = "both",
    limit: int = 100,
) -> Truth:
    """Hold a concept's matches against a label; photos without any label are left out.

    Args:
        label: by default the one called like the concept.
        side: "above" for matches without the label, "below" for the label without a match, "both".

    Raises:
        NotFitted: the concept has no head yet.
        NothingThere: the photos came with no labels, or none is called so.
    """
    concept = explorer.concepts.get_fitted(concept.id)
    truth = explorer.database.truth
    name = choose_label(concept, truth.labels(concept.collection), label)
    return Truth(
        name,
        truth.agreement(concept, name),
        truth.differences(concept, name, sides=SIDES[side], limit=limit),
    )


def choose_label(concept: Concept, labels: Iterable[str], wanted: str = "") -> str:
    """Return the label that is meant: as it is written, else in other letters.

    Raises:
        NothingThere: there are no labels, or none is meant; the sentence names those there are.
    """
    names = list(labels)
    if not names:
        raise NothingThere(
            f"The photos of {concept.collection} came without labels: there is nothing to compare."
        )
    for asked in [wanted] if wanted else [concept.name, concept.prompt]:
        for name in names:
            if name == asked:
                return name
        for name in names:
            if plain_name(name) == plain_name(asked):
                return name
    asked = wanted or concept.name
    near = nearest_name(asked, names)
    hint = f" Is it {near!r}?" if near else ""
    raise NothingThere(f"No label is called {asked!r}.{hint} There are {name_some(names, LISTED)}.")


def nearest_name(name: str, others: Sequence[str]) -> str:
    """Return which of some names is nearly this one; empty where none is."""
    plain = {plain_name(other): other for other in reversed(others)}
    found = get_close_matches(plain_name(name), list(plain), n=1, cutoff=0.8)
    return plain[found[0]] if found else ""


def plain_name(name: str) -> str:
    """Return a name as it is compared: in small letters, with single spaces for _ and -."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def describe_agreement(truth: Truth) -> str:
    """Say in one line how far they agree."""
    found = truth.agreement
    shares = ", ".join(
        f"{name} {share:.3f}" if share is not None else f"{name} unknown"
        for name, share in (("precision", found.precision), ("recall", found.recall))
    )
    return (
        f"{truth.label}: {shares} on {count_things(found.labelled, 'photo')} with a label; "
        f"{found.above:,} match without it, {found.below:,} have it and do not match."
    )
