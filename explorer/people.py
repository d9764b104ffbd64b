"""Who works here: the name that answers are kept under, and what its owner may do."""

from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import unquote

from explorer.errors import NotAllowed

PERSON_COOKIE = "vde_person"
LONGEST = 100


class Role(IntEnum):
    """What somebody may do; each may what those before it may."""

    NOTHING = 0
    LOOK = 1
    LABEL = 2
    OWN = 3


# What each role may do beyond the one before it, as refusals say it.
DOES = {
    Role.LOOK: "look at the photos",
    Role.LABEL: "label photos or change concepts",
    Role.OWN: "change collections or read the server's folders",
}


@dataclass(frozen=True)
class Person:
    """Somebody who works here.

    Attributes:
        name: the address they logged in with; else the name that they gave, or empty.
        role: what they may do.
        known: whether the name is certain: they logged in.
    """

    name: str = ""
    role: Role = Role.OWN
    known: bool = False

    def check(self, least: Role) -> None:
        """Let somebody pass who may do as much.

        Raises:
            NotAllowed: they may not.
        """
        if self.role < least:
            who = self.name or "This token"
            raise NotAllowed(f"{who} may not {DOES[least]}: ask an owner of this app.")

    def sign(self, given: str) -> str:
        """Return the name their answers are kept under: their own, else the one that is given."""
        return self.name if self.known else given or self.name


def read_person(cookie: str) -> str:
    """Return the name that a cookie holds, percent-encoded; what no name may hold is left out."""
    name = unquote(cookie, errors="replace").strip()[:LONGEST]
    return "".join(letter for letter in name if letter.isprintable())
