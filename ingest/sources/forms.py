"""What a row says in a form of some tool's own, as words in a column: classes, and captions."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.sources.rows import Row, is_rows

TICKED = re.compile(r"((?:.+\.)?(?:file|region)_attributes\.[^.]+)\.(.+)")  # VIA's boxes
MAPPED = "-metadata.class-map."  # SageMaker's numbers
# Where talks about pictures stand, who speaks there and what they say.
TALKS = (("conversations", "from", "value"), ("messages", "role", "content"))
MACHINES = ("gpt", "assistant", "model")
TAXONOMY = "taxonomy"  # Label Studio's paths of classes


def read_forms(row: Row) -> Row:
    """Return the columns that say in words what a row says in such forms.

    Rows of other tools may hold anything under the same names.
    """
    return {
        **_list_ticked(row),
        **_name_mapped(row),
        **_name_accepted(row),
        **_list_paths(row),
        **_find_reply(row),
    }


def _list_ticked(row: Row) -> Row:
    found: dict[str, list[str]] = {}
    for name, value in row.items():
        if value is True and (ticked := TICKED.fullmatch(name)):
            found.setdefault(ticked[1], []).append(ticked[2])
        elif name.endswith("regions") and is_rows(value):
            for kind, word in _tick_regions(value):
                found.setdefault(f"{name}.region_attributes.{kind}", []).append(word)
    return {name: list(dict.fromkeys(words)) for name, words in found.items()}


def _tick_regions(regions: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for region in regions:
        attributes = region.get("region_attributes")
        for kind, told in attributes.items() if isinstance(attributes, Mapping) else ():
            if isinstance(told, Mapping):
                yield from ((kind, word) for word, is_so in told.items() if is_so is True)


def _name_mapped(row: Row) -> Row:
    """Read manifests of SageMaker: `pets` holds numbers, `pets-metadata` what they mean."""
    found: dict[str, dict[str, str]] = {}
    for name, value in row.items():
        of, mapped, number = name.rpartition(MAPPED)
        if mapped and isinstance(value, str):
            found.setdefault(of, {})[number] = value
    words: dict[str, None] = {}
    for name, named in found.items():
        told = row.get(name, row.get(f"{name}.annotations"))
        if is_rows(told):
            told = [entry.get("class_id") for entry in told]
        numbers = told if isinstance(told, list) else named
        # A job called `label` has its words here already where the row was read before.
        known = (n if n in named.values() else named.get(str(n)) for n in numbers)
        words |= dict.fromkeys(filter(None, known))
    return {"label": list(words)} if found else {}


def _name_accepted(row: Row) -> Row:
    """Read Prodigy's choices and spans, which count where the whole was accepted."""
    answer, chosen, spans = row.get("answer"), row.get("accept"), row.get("spans")
    if answer not in ("accept", "reject", "ignore"):
        return {}
    if isinstance(chosen, list):
        options = row.get("options")
        texts = {str(e.get("id")): e.get("text") for e in (options if is_rows(options) else ())}
        words = [word if isinstance(word, str) else texts.get(str(word), word) for word in chosen]
    elif is_rows(spans):
        words = [entry.get("label") for entry in spans]
    else:
        return {}
    words = [word for word in words if word and isinstance(word, str | int)]
    told = list(dict.fromkeys(words)) if answer == "accept" else None
    return {"accept": told, "label": told}


def _find_reply(row: Row) -> Row:
    """Read the only answer in a talk about a picture, as of LLaVA; several are facts."""
    for name, who, what in TALKS:
        turns = row.get(name)
        if "caption" not in row and is_rows(turns):
            said = [turn.get(what) for turn in turns if turn.get(who) in MACHINES]
            return {"caption": said[0]} if len(said) == 1 and isinstance(said[0], str) else {}
    return {}


def _list_paths(row: Row) -> Row:
    """Read Label Studio's paths of classes, of which every level is one."""
    found: Row = {}
    for name, value in row.items():
        is_taxonomy = name.rpartition(".")[2] == TAXONOMY and isinstance(value, list)
        if is_taxonomy or is_rows(value):
            words = list(dict.fromkeys(_walk(value, is_within=is_taxonomy)))
            found |= {name if is_taxonomy else f"{name}.{TAXONOMY}": words} if words else {}
    return found


def _walk(value: Any, *, is_within: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _walk(inner, is_within=is_within or name == TAXONOMY)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, is_within=is_within)
    elif is_within and isinstance(value, str):
        yield value
