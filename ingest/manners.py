"""How downloads behave towards hosts: who asks, what opted out, and which host is left alone."""

import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.errors import Rejected

NAME = "VisualDatasetExplorer/0.2"
# As img2dataset's defaults; none stands for noindex and nofollow.
OPT_OUTS = {"noai", "noimageai", "noindex", "noimageindex", "none"}
# Directives of X-Robots-Tag with a value after their colon, which no agent's name stands before.
VALUED = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
OPTED_OUT = "opted out (X-Robots-Tag: "
BROKEN = "host broken, not asked again in this run"
BREAKS = 5  # photos in a row that a host gave nothing for
SILENCE = 60.0  # seconds that a host which answered before may be down


def compose_agent(contact: str = "") -> str:
    """Return what downloads call themselves: the product, and where its user can be asked.

    Args:
        contact: a page or a mail address; by default CONTACT_PAGE of the environment. Only whoever
            runs this program has one, so without either none is named.
    """
    page = contact or os.environ.get("CONTACT_PAGE", "").strip()
    return f"{NAME} (+{page})" if page else NAME


@dataclass(frozen=True)
class Manners:
    """How downloads present themselves, and what they respect.

    Attributes:
        agent: the User-Agent.
        headers: further ones of every request, (name, value).
        ignore_opt_out: take pictures whose hosts say that they opted out, too.
    """

    agent: str = field(default_factory=compose_agent)
    headers: tuple[tuple[str, str], ...] = ()
    ignore_opt_out: bool = False

    @property
    def has_contact(self) -> bool:
        """Whether hosts learn whom to ask; an agent of one's own is taken to say it."""
        return self.agent != NAME

    @property
    def token(self) -> str:
        """The agent's name as X-Robots-Tag may name it: what stands before the version."""
        return (self.agent.split() or [""])[0].partition("/")[0].lower()

    def check_opt_out(self, tags: Iterable[str]) -> None:
        """Refuse a picture that its host does not want indexed, or used for AI.

        Args:
            tags: every X-Robots-Tag header of the answer, each `[AGENT:] DIRECTIVE, ...`.

        Raises:
            Rejected: one of them speaks of everybody, or of this agent, and opts out.
        """
        found = None if self.ignore_opt_out else find_opt_out(tags, self.token)
        if found:
            raise Rejected(f"{OPTED_OUT}{found})", permanent=True)


def find_opt_out(tags: Iterable[str], token: str) -> str | None:
    """Return the first directive that opts out for an agent, None where there is none."""
    for tag in tags:
        named = ""
        for part in tag.lower().split(","):
            name, colon, directive = (piece.strip() for piece in part.partition(":"))
            if colon and name not in VALUED:
                named = name
            else:
                directive = name
            if named in {"", "*", token} and directive in OPT_OUTS:
                return directive
    return None


@dataclass
class _Host:
    failures: int = 0
    answered: float | None = None


class Hosts:
    """Which hosts are broken: refuse connections, say nothing or only fail. Many threads ask.

    A host is left alone once it gave nothing for five photos in a row and has never answered, or
    not for a minute: one that was down for a moment is asked on.
    """

    def __init__(self, silence: float = SILENCE) -> None:
        self._silence = silence
        self._hosts: dict[str, _Host] = {}
        self._guard = threading.Lock()

    def check(self, address: str) -> None:
        """Refuse to ask a host that is broken.

        Raises:
            Rejected: it is; the next run asks again.
        """
        with self._guard:
            host = self._hosts.get(_host(address))
            if host is None or host.failures < BREAKS:
                return
            if host.answered is None or time.monotonic() - host.answered > self._silence:
                raise Rejected(BROKEN, permanent=False)

    def note(self, address: str, *, answered: bool) -> None:
        """Remember that a host answered, or gave nothing for a photo however often it was asked."""
        with self._guard:
            host = self._hosts.setdefault(_host(address), _Host())
            host.failures = 0 if answered else host.failures + 1
            if answered:
                host.answered = time.monotonic()


def _host(address: str) -> str:
    # By hand: an address that cannot be parsed must come to its own refusal.
    return address.partition("://")[2].partition("/")[0].rpartition("@")[2].lower()
