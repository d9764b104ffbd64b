"""Who works here: the name that answers are kept under, and what its owner may do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import unquote

from explorer.errors import BadInput, NotAllowed

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

    @property
    def mark(self) -> str:
        """What tells apart what one browser keeps for several people who log in; else empty."""
        digest = hashlib.sha256(self.name.encode()).hexdigest()[:12]
        return f"_{digest}" if self.known else ""

    def check(self, least: Role) -> None:
        """Let somebody pass who may do as much.

        Raises:
            NotAllowed: they may not.
        """
        if self.role < least:
            who = f"As {self.name} you" if self.name else "This token"
            raise NotAllowed(f"{who} may not {DOES[least]}: ask an owner of this app.")

    def sign(self, given: str) -> str:
        """Return the name their answers are kept under: their own, else the one that is given."""
        return self.name if self.known else clean_name(given) or self.name


@dataclass(frozen=True)
class Roles:
    """Who may log in: addresses by role. `*@example.org` is everybody there, `*` everybody."""

    named: Mapping[Role, tuple[str, ...]]

    @classmethod
    def read(cls, section: Mapping[str, object]) -> "Roles":
        """Read lists of addresses under `own`, `label` and `look`.

        Raises:
            BadInput: another name, or something that is no list of addresses.
        """
        roles = {role.name.lower(): role for role in Role if role}
        named = {}
        for name, addresses in section.items():
            if name not in roles:
                raise BadInput(f"There is no role {name!r} in [roles]: use {', '.join(roles)}.")
            if not isinstance(addresses, list) or not all(isinstance(a, str) for a in addresses):
                raise BadInput(f"The role {name} in [roles] must be a list of addresses.")
            named[roles[name]] = tuple(address.strip().casefold() for address in addresses)
        return cls(named)

    def role_of(self, address: str) -> Role:
        """Return the highest role that an address has."""
        address = address.strip().casefold()
        name, _, domain = address.rpartition("@")
        known = {address, f"*@{domain}", "*"} if name else set()
        found = [role for role, addresses in self.named.items() if known & set(addresses)]
        return max(found, default=Role.NOTHING)


def read_person(cookie: str) -> str:
    """Return the name that a cookie holds, percent-encoded."""
    return clean_name(unquote(cookie, errors="replace").strip()[:LONGEST])


def clean_name(given: str) -> str:
    """Return a name as answers are kept under it; what no name may hold is left out."""
    return "".join(letter for letter in given if letter.isprintable()).strip()
