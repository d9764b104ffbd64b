"""Manners as people give them: on a command line, or in the fields of the Data page."""

import argparse
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from ingest.errors import SourceError
from ingest.manners import Manners, compose_agent

T = TypeVar("T")
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def read_manners(
    agent: str = "", contact: str = "", headers: Iterable[str] = (), *, ignore_opt_out: bool = False
) -> Manners:
    """Return manners from what was typed; what is empty is the default.

    Args:
        agent: the whole User-Agent.
        contact: a page or a mail address that goes into the default agent.
        headers: of every download, `NAME: VALUE` each.

    Raises:
        SourceError: a text cannot stand in a request.
    """
    return Manners(
        agent=check_agent(agent or compose_agent(contact.strip())),
        headers=tuple(read_header(text) for text in headers),
        ignore_opt_out=ignore_opt_out,
    )


def check_agent(text: str) -> str:
    """Return a text that can stand in a User-Agent, without the spaces around it.

    Raises:
        SourceError: it holds other letters than ASCII's.
    """
    if not (text.isascii() and text.isprintable()):
        raise SourceError(
            f"{text!r} cannot name who downloads: use plain letters on one line, also in "
            "CONTACT_PAGE."
        )
    return text.strip()


def read_header(text: str) -> tuple[str, str]:
    """Read `NAME: VALUE`.

    Raises:
        SourceError: it has another form, or cannot stand in a request.
    """
    name, colon, value = (part.strip() for part in text.partition(":"))
    if not (colon and HEADER_NAME.fullmatch(name) and value.isascii() and value.isprintable()):
        raise SourceError(f"{text!r} is no header of a download: give NAME:VALUE on one line.")
    return name, value


def add_manners(parser: argparse.ArgumentParser, *, header: str = "--header") -> None:
    """Add the options of manners to a command; `header` names the one of single headers."""
    add = parser.add_argument
    add(
        "--contact", type=_checked(check_agent), default="", metavar="PAGE",
        help="where hosts read who downloads: a page or a mail address; by default CONTACT_PAGE",
    )  # fmt: skip
    add(
        "--user-agent", type=_checked(check_agent), default="", metavar="NAME",
        help="what downloads call themselves, in place of the product's name and the contact",
    )  # fmt: skip
    add(
        header, type=_checked(_as_given), action="append", default=[],
        dest="header_of_requests", metavar="NAME:VALUE", help="a header of every download",
    )  # fmt: skip
    add("--ignore-opt-out", action="store_true", help="take what X-Robots-Tag opts out, too")


def given_manners(args: argparse.Namespace) -> Manners:
    """Return the manners that a command line gives."""
    return read_manners(
        args.user_agent,
        args.contact,
        args.header_of_requests,
        ignore_opt_out=args.ignore_opt_out,
    )


def _as_given(text: str) -> str:
    read_header(text)
    return text


def _checked(read: Callable[[str], T]) -> Callable[[str], T]:
    """Let argparse say why an argument cannot be one."""

    def convert(text: str) -> T:
        try:
            return read(text)
        except SourceError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return convert
