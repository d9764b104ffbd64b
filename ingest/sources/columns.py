"""Which column of a table means what, and how its rows become photos."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ingest.embedded.words import name_camera
from ingest.errors import NamesNoPictures, SourceError
from ingest.photo import LONGEST_TEXT, Photo, id_of_path, short_id
from ingest.sources.addresses import (
    Locator,
    file_name,
    first_address,
    holds_several,
    is_web,
    join_folder,
)
from ingest.sources.captions import caption_columns, read_captions
from ingest.sources.cells import (
    OF_TEXT,
    as_text,
    find_kinds,
    is_blob,
    is_empty,
    plain,
    read_as,
    read_as_local,
    read_number,
)
from ingest.sources.certain import are_certain
from ingest.sources.guess import (
    find_flags,
    guess_address,
    guess_by_content,
    guess_caption,
    guess_picture,
    holds_arrays,
    is_set,
    is_shared,
    is_vector,
    may_name_pictures,
    read_picture_cell,
)
from ingest.sources.names import (
    ADDRESSES,
    CLASS_WORDS,
    FOLDERS,
    IDS,
    LABEL_NUMBERS,
    LATER_IDS,
    METADATA,
    PAIRS,
    call_within,
    find_annotated,
    find_label,
    usual,
)
from ingest.sources.places import JUDGED
from ingest.sources.values import PART, READERS, join_words, read_text, read_word
from vecdb.photos import Extra

Row = Mapping[str, Any]
TEXTS = {"description", "photographer", "label"}
INDEX = "__index_level_"  # of pandas
# The options of the command line that name columns.
OPTIONS = {
    "id": "--id-column",
    "address": "--url-column",
    "caption": "--caption-column",
    "label": "--label-column",
}


@dataclass(frozen=True)
class Roles:
    """The columns that have been named for a table's photos; None where one is to be guessed."""

    id: str | None = None
    address: str | None = None
    caption: str | None = None
    label: str | None = None


class Columns:
    """How one table's rows become photos.

    Args:
        names: the table's columns, in any case.
        id_column: which one holds the ids; guessed by default, the address where none does.
        url_column: which one holds addresses or paths; guessed by default.
        caption_column, label_column: which ones hold descriptions and labels; guessed by default.
        locator: finds the pictures that paths lead to; None where paths make no sense.
        table: what names the table among others: its path or address.
        sample: some of its rows, to guess by what they hold.
        named: whether the names are the table's own; else everything is guessed by content.
        kinds: what texts may say beside words; see `kind_of`.
        classes: columns of names of classes, for the label where none has its usual name.
        needs_address: whether its rows are nothing without pictures.

    Attributes:
        may_name_pictures: whether the address is more than that of pages, by its name or cells.

    Raises:
        SourceError: a column asked for is not there, or no column holds addresses or pictures.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        id_column: str | None = None,
        url_column: str | None = None,
        caption_column: str | None = None,
        label_column: str | None = None,
        locator: Locator | None = None,
        table: str = "",
        sample: Sequence[Row] = (),
        named: bool = True,
        kinds: Sequence[str] = OF_TEXT,
        classes: Sequence[str] = (),
        needs_address: bool = True,
    ) -> None:
        self.names = list(names)
        self._locator = locator
        self._within = str(locator.base) if locator is not None else None
        self._table = table
        self._classes = classes
        asked = Roles(id_column, url_column, caption_column, label_column)
        roles = Roles(**{role: _chosen(names, name, role) for role, name in vars(asked).items()})
        cells = {name: [row.get(name) for row in sample] for name in names}
        self.vector = next((name for name in names if is_vector(cells[name])), None)
        self.picture = None if url_column else guess_picture(cells, locator or Locator(""))
        self._path = self._find_paths(cells)
        self.roles = self._guess(roles, cells, named)
        self._folder = self._find_folder(cells)
        if self._folder and self.roles.address:
            cells[self.roles.address] = list(map(self._address, sample))
        self._places = self._find_places(cells, is_asked=url_column is not None)
        self._flags = self._find_flags(cells) if named else []
        self._captions = self._caption_columns(only=caption_column is not None or not named)
        shown = cells.get(self.roles.address or self.picture or "", ())
        self._holds_several = any(map(holds_several, shown))
        arrays = [n for n in names if usual(n) in ADDRESSES and holds_arrays(cells[n])][:1]
        if needs_address and self.roles.address is None and self.picture is None:
            raise NamesNoPictures(
                "None of the columns "
                + ", ".join(f"{name:.40}" for name in list(names)[:12])
                + " looks like addresses or paths of "
                "pictures (such as photo_image_url, url or path): name that of the addresses "
                "(--url-column), or of vectors that exist already (--vector-column)."
                + "".join(f" {name:.40} holds arrays: write them as PNG files." for name in arrays)
            )
        self._kinds = find_kinds(cells, kinds)
        address, places = self.roles.address or "", self._places or self.picture
        self.may_name_pictures = bool(places) or may_name_pictures(
            address, cells.get(address, ()), locator or Locator("")
        )

    def choices(self) -> list[str]:
        """Say what was chosen, a phrase a role."""
        said = {"address": self.roles.address, "picture": self.picture}
        label = self.roles.label or (f"the names of {len(self._flags)} columns" * bool(self._flags))
        said |= {"caption": self.roles.caption, "label": label, "id": self.roles.id}
        notes = [f"pictures in: {self._places}"] if self._places not in {"", "."} else []
        notes += ["the first of several pictures"] if self._holds_several else []
        return [f"{role}: {name}" for role, name in said.items() if name] + notes

    def read_local(self, row: Row) -> Row:
        """Return a row whose numbers and times are read as its country writes them."""
        return {name: read_as_local(self._kinds.get(name), cell) for name, cell in row.items()}

    def photo(self, row: Row, number: str = "") -> Photo:
        """Turn a row into a photo; a row without id takes its address for one, or its number.

        Args:
            number: names the row, where neither an id nor an address does.
        """
        roles = self.roles
        address, payload = self._picture(row)
        own = short_id(read_word(row.get(roles.id))) if roles.id else ""
        told = file_name(row.get(self._path)) if self._path else ""
        named = address if payload is None else told or number
        used = {roles.address or "", roles.id or "", self.picture or ""}
        metadata = self._metadata(row, used)
        extra = dict(self._extra(row, used))
        captions = read_captions(row, self._captions)
        if "description" not in metadata and (first := self._first_of_several(row)):
            metadata["description"] = first
        found = Photo(own, self._locate(address), metadata, extra, payload, captions=captions)
        if own or payload is not None:
            found = replace(found, named_by=self._table)
        else:
            found = replace(found, told_by=self._table)
        if own and usual(roles.id or "") in LATER_IDS:
            found = replace(found, former=(short_id(named),))
        if own or self._within is None or is_web(address) or is_empty(named):
            return found if own else replace(found, id=short_id(named))
        # The id is a path from the table's folder: another folder may have the same.
        former = [short_id(named if payload is None else number)]
        if isinstance(several := row.get(self._path or ""), list):
            former.append(id_of_path(as_text(several)))
        return replace(found, id=id_of_path(named), within=self._within, former=tuple(former))

    def _first_of_several(self, row: Row) -> str:
        """Return the first caption of a row that keeps them in a list, as rows of their own too."""
        lists = [name for name in self._captions if isinstance(row.get(name), list)]
        return next(iter(read_captions(row, lists)), "")

    def _picture(self, row: Row) -> tuple[str, bytes | None]:
        """Return a row's address, or its picture itself; where it should hold one, its path."""
        cell = row.get(self.picture or self.roles.address or "")
        if self.picture and (payload := read_picture_cell(cell)) is not None:
            return "", payload
        address = self._address(row) or first_address(row.get(f"{self.picture}.path"))
        payload = read_picture_cell(address) if address.startswith("data:") else None
        return (address, None) if payload is None else ("", payload)

    def _address(self, row: Row) -> str:
        """Return a row's address, a file's name with its folder first."""
        address = first_address(row.get(self.picture or self.roles.address or ""))
        return join_folder(row.get(self._folder), address) if self._folder else address

    def _find_folder(self, cells: Mapping[str, list[Any]]) -> str | None:
        """Return the column of the folders that files lie in, where it leads to half of them."""
        folder = next((name for name in self.names if usual(name) in FOLDERS), None)
        names = cells.get(self.roles.address or "", [])
        if self._locator is None or self.picture or folder in {None, self.roles.address}:
            return None
        pairs = [
            (told, text)
            for told, cell in zip(cells[folder or ""], names, strict=True)
            if (text := first_address(cell))
        ]
        paths = [join_folder(told, text) for told, text in pairs[:JUDGED]]
        if paths == [text for _, text in pairs[:JUDGED]]:
            return None
        there = sum(os.path.lexists(self._locator.locate(path)) for path in paths)
        leads = 2 * there >= len(paths) or self._locator.has_places(paths)
        return folder if leads else None

    def _find_paths(self, cells: Mapping[str, list[Any]]) -> str | None:
        """Return the column of the files that pictures came from, where each has its own."""
        name = f"{self.picture}.path"
        files = [file_name(path) for path in cells.get(name, ())]
        return name if files and all(files) and len(set(files)) == len(files) else None

    def _find_flags(self, cells: Mapping[str, list[Any]]) -> list[str]:
        """Return the columns of a class each, where no other one holds the label."""
        roles = {*vars(self.roles).values(), self.picture, self._path, self.vector}
        others = {n: c for n, c in cells.items() if n not in roles and not n.startswith(INDEX)}
        return [] if self.roles.label else find_flags(others)

    def _caption_columns(self, *, only: bool) -> list[str]:
        if only:
            return [self.roles.caption] if self.roles.caption else []
        taken = {self.roles.address, self.roles.id, self.roles.label}
        found = caption_columns(name for name in self.names if name not in taken)
        first = self.roles.caption
        return [first, *found] if first and first not in found else found

    def _guess(self, asked: Roles, cells: Mapping[str, list[Any]], named: bool) -> Roles:
        found = asked
        if found.address is None and self.picture is None:
            found = replace(found, address=guess_address(cells, self._locator or Locator("")))
        if not named:
            found = replace(found, label=found.label or next(iter(self._classes), None))
            return Roles(**guess_by_content(vars(found), cells))
        taken = {found.address, self.picture}
        lower = {usual(name): name for name in reversed(self.names) if name not in taken}

        def is_one(name: str) -> bool:
            return name in cells and not any(isinstance(cell, list) for cell in cells[name])

        shown = cells.get(found.address or self.picture or "", [])
        alone = {n: c for n, c in lower.items() if not is_shared(cells[c], shown)}
        lower = call_within(found.address, lower)
        taken |= set(map(lower.get, PAIRS["camera"]))
        guessed = {
            "id": _first(alone, IDS),
            "caption": _first(lower, METADATA["description"])
            or (lower.get("name") if "sku" in lower else None)  # of a product
            or guess_caption({n: cells[n] for n in self.names if n not in taken}),
            "label": next(filter(CLASS_WORDS.search, self.names), None)
            or _first(lower, METADATA["label"])
            or self._find_annotated(cells)
            or next(filter(is_one, self._classes), None)
            or find_label(lower.values())
            or _first(lower, LABEL_NUMBERS),
        }
        return replace(found, **{r: n for r, n in guessed.items() if getattr(found, r) is None})

    def _find_annotated(self, cells: Mapping[str, list[Any]]) -> str | None:
        """Return the column of classes within annotations, whole where each has a certainty."""
        told = [n for n in self.names if not cells[n] or not all(map(is_empty, cells[n]))]
        name = next(iter(find_annotated(told)), None)
        outer = (name or "").rpartition(".")[0]
        return outer if any(map(are_certain, cells.get(outer, ()))) else name

    def _find_places(self, cells: Mapping[str, list[Any]], *, is_asked: bool) -> str:
        """Find pictures that are named without folder or ending, and the column that names them.

        Addresses that may be pages' give way to them, unless they were asked for; a label `cat` is
        no picture's name because there is a `cat.jpg`, where anything else names pictures.
        """
        if self._locator is None or self.picture:
            return ""
        given = self.roles.address
        is_sure = given and (is_asked or may_name_pictures(given, cells[given], self._locator))
        first, label = [given] if given else [], self.roles.label
        names = [name for name in self.names if name != label]
        names += [label] if label and not given else []
        for name in first if is_sure else dict.fromkeys([*first, *names]):
            texts = [text for cell in cells[name] if (text := first_address(cell))]
            texts = [text for text in texts if not is_web(text)]
            missing = [text for text in texts if not os.path.lexists(self._locator.locate(text))]
            none = len(missing) == len(texts)
            found = self._locator.adopt_places(missing, above=none) if missing else ""
            if found:
                caption = None if self.roles.caption == name else self.roles.caption
                self.roles = replace(self.roles, address=name, caption=caption)
                return found
        return ""

    def _metadata(self, row: Row, used: set[str]) -> dict[str, Any]:
        lower = call_within(self.roles.address, {usual(name): name for name in row})
        metadata: dict[str, Any] = {}
        for column, parts in PAIRS.items():
            words = [read_text(row[lower[part]]) if part in lower else "" for part in parts]
            if any(words):
                joined = name_camera(*words) if column == "camera" else " ".join(words).strip()
                metadata[column] = read_text(joined)
                used |= {lower[part] for part in parts if part in lower}
        chosen = {"description": self.roles.caption, "label": self.roles.label}
        # Open Images lists the classes that somebody looked for in vain with a confidence of 0.
        is_denied = read_number(as_text(row.get(lower.get("confidence", "")))) == 0
        for column, names in METADATA.items():
            first = chosen.get(column)
            for name in [
                *([first] if first else []),
                *(lower[name] for name in names if name in lower),
            ]:
                value = row.get(name)
                is_told = column in metadata or (column == "label" and is_denied)
                if is_told or name in used or is_empty(value):
                    continue
                if column in READERS and column not in TEXTS:
                    value = read_as_local(self._kinds.get(name), value)
                value = READERS.get(column, read_text)(value)
                if value not in (None, ""):
                    metadata[column] = value
                    used.add(name)
        if "label" not in metadata and (ticked := [n for n in self._flags if is_set(row.get(n))]):
            metadata["label"] = PART.join(ticked)[:LONGEST_TEXT]
        return metadata

    def _extra(self, row: Row, used: set[str]) -> Iterable[tuple[str, Extra]]:
        for name, value in row.items():
            value = plain(join_words(value))
            if not name or name in used or is_empty(value) or name.startswith(INDEX):
                continue
            if isinstance(value, str) and is_blob(value):
                continue
            if isinstance(value, str):
                yield name, read_as(self._kinds.get(name, "word"), value[:LONGEST_TEXT])
            elif isinstance(value, int | float | datetime):
                yield name, str(value) if value in (float("inf"), float("-inf")) else value

    def _locate(self, address: str) -> str:
        if is_empty(address):
            return ""
        return self._locator.locate(address) if self._locator else address


def _chosen(names: Sequence[str], wanted: str | None, role: str) -> str | None:
    if wanted is None or wanted in names:
        return wanted
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    raise SourceError(
        f"There is no column {wanted!r} for {OPTIONS[role]}; the columns are "
        + ", ".join(names)
        + "."
    )


def _first(lower: Mapping[str, str], known: Iterable[str]) -> str | None:
    return next((lower[name] for name in known if name in lower), None)
