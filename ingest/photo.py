"""One photo as a source names it, before anything of it is fetched."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ingest.errors import Rejected, SourceError
from vecdb.photos import Extra

EXTRA = "extra:"  # goes before the name of a column of the source's own
LONGEST_ID = 255
LONGEST_ADDRESS = 4_000
LONGEST_TEXT = 20_000
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Photo:
    """What a source says of a photo.

    Attributes:
        id: names it in the collection.
        address: an http or https address, or a file's path; empty where `payload` is given.
        metadata: values for the table's own columns.
        extra: every other column of the source: words, numbers, times, true or false; None is
            unknown.
        captions: every text of the source that describes the picture, each once.
        payload: the picture's bytes, where the source holds them itself.
        broken: why the row cannot be used, where it cannot.
        within: the folder or archive from which the id is a path; empty where the id is the
            source's own. Where another photo has the id already, parts of it go before the id.
        named_by: the table or archive that names the photo and may name it anew; empty where the
            photo is its file or its address. Photos of two tables with the same id of their own
            are two, and the table's name goes before the second one's id.
        told_by: the table that tells of a photo without naming it.
        adds_to: sources of the same run whose word stands before its own; None where none told of
            it before.
        former: ids that earlier versions gave; a photo that is stored under one keeps it.
        modified: of a file, seconds since 1970; 0 where not known.
        size: of a file, bytes; 0 where not known.
        replaces: whether it is stored already, and takes the place of what is.
        is_partly_read: whether a file that may describe it could not be read: what it said
            before stays.
    """

    id: str
    address: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Extra] = field(default_factory=dict)
    payload: bytes | None = None
    broken: str | None = None
    within: str = ""
    named_by: str = ""
    told_by: str = ""
    adds_to: tuple[str, ...] | None = None
    former: tuple[str, ...] = ()
    modified: float = 0.0
    size: int = 0
    replaces: bool = False
    captions: tuple[str, ...] = ()
    is_partly_read: bool = False

    def __post_init__(self) -> None:
        """Write paths that are not UTF-8 percent-encoded: they can be stored, and lead there.

        Raises:
            SourceError: the id or the address is no text.
        """
        if isinstance(self.address, os.PathLike):
            object.__setattr__(self, "address", os.fspath(self.address))
        if not isinstance(self.id, str) or not isinstance(self.address, str):
            raise SourceError(
                f"The id and the address of a photo must be texts, not {self.id!r:.60} and "
                f"{self.address!r:.60}."
            )
        for name in ("address", "within", "named_by", "told_by"):
            text = getattr(self, name)
            if not text.isascii() and clean(text) != text:
                written = clean(text) if "://" in text else address_of(Path(text))
                object.__setattr__(self, name, written)
        # No earlier version could store such an id.
        object.__setattr__(self, "former", tuple(one for one in self.former if clean(one) == one))

    @property
    def is_remote(self) -> bool:
        """Whether it must be downloaded."""
        return "://" in self.address and not self.address.startswith("file:")

    @cached_property  # asked for several times of each photo that is known already
    def url(self) -> str:
        """The address as it is stored: a file's as a percent-encoded `file:` one."""
        if not self.address or "://" in self.address:
            return clean(self.address)
        return Path(self.address).absolute().as_uri()

    @cached_property
    def picture(self) -> str:
        """What tells its picture from others: its address, or the sha256 in hex of its bytes."""
        return self.url if self.payload is None else hashlib.sha256(self.payload).hexdigest()

    @property
    def source(self) -> str:
        """The table or archive that tells of it; empty for what lies in and beside its file."""
        return self.told_by or self.named_by

    @property
    def given(self) -> list[str]:
        """The columns that its source gives."""
        return [*self.metadata, *(EXTRA + clean(name) for name in self.extra)]

    @cached_property
    def mark(self) -> int:
        """A number (64 bits, not 0) that is another one where its source says something else."""
        told = repr((sorted(self.metadata.items()), sorted(self.extra.items())))
        told += " and more" * self.is_partly_read
        digest = hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).digest()
        return int.from_bytes(digest, "big") or 1

    def check(self) -> None:
        """Refuse what cannot be a photo's row.

        Raises:
            Rejected: the row is broken, or its id or address cannot be one.
        """
        if self.broken:
            raise Rejected(self.broken, permanent=False)
        if not self.id and (self.address or self.payload is not None):
            raise Rejected("no id", permanent=True)
        if CONTROL.search(self.id):
            raise Rejected("control characters in the id", permanent=True)
        if CONTROL.search(self.address):
            raise Rejected("control characters in the address", permanent=True)
        if not self.address and self.payload is None:
            raise Rejected("no address", permanent=True)
        if len(self.address) > LONGEST_ADDRESS:
            raise Rejected("address too long", permanent=True)


def id_of_path(path: str) -> str:
    """Return a path as an id: with slashes, UTF-8, on one line, and no `.` or `..` in it."""
    text = os.fsencode(path).decode("utf-8", "replace")
    names: list[str] = []
    for name in (text.replace("\\", "/") if ".." in text else text).split("/"):
        if name == ".." and names and names[-1]:
            names.pop()
        elif name not in {".", ".."}:
            names.append(name)
    return short_id(CONTROL.sub(lambda found: quote(found[0]), "/".join(names)))


def address_of(path: Path) -> str:
    """Return a file's address: its path, or a percent-encoded one where that is no plain text."""
    text = str(path)
    return path.absolute().as_uri() if CONTROL.search(text) or clean(text) != text else text


def short_id(text: str) -> str:
    """Return an id as it is, or a digest of it where it is longer than 255 characters."""
    text = clean(text.strip())
    if len(text) <= LONGEST_ID:
        return text
    return "sha256-" + hashlib.sha256(text.encode()).hexdigest()


def clean(text: str) -> str:
    """Replace what cannot be stored as UTF-8: halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode("utf-8")


def clean_values(told: Mapping[str, Any]) -> dict[str, Any]:
    """Clean the names and the texts of what is told of a photo."""
    return {clean(n): clean(v) if isinstance(v, str) else v for n, v in told.items()}
