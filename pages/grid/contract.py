"""The border between Python and the browser: what the grid is sent, and what it answers.

`contract.d.ts` is made from this file (`python -m pages.grid.typings`), so the scripts are checked
against it as the pages are. Addresses are relative to the app's root, without a leading slash, so
that they hold behind a proxy that serves the app below a path; http(s) and data ones are whole.
"""

from typing import Literal

from typing_extensions import NotRequired, TypedDict

Mark = Literal[1, 0, -1]
Rule = Literal["skip", "negative"]


class GridTile(TypedDict):
    """One photo: where its picture is, and what is written on it. All text is shown as it is."""

    id: str
    src: str
    aspect: NotRequired[float]  # width over height; a square where nobody knows
    rank: int
    score: str | None
    reason: str
    caption: str
    meta: list[tuple[str, str]]
    fallback: NotRequired[str]  # shown where `src` cannot be
    full: NotRequired[str]  # shown large
    link: NotRequired[str]  # opened in a window of its own


class Counts(TypedDict):
    """Answers stored so far, those on the page left out."""

    yes: int
    no: int


class GridInsight(TypedDict):
    """The charts: matches by page, photos by probability in hundredths, the threshold's line."""

    pages: list[int]
    counts: list[int]
    threshold: float
    interval: str
    advice: str
    sampled: int  # photos that `counts` is an estimate from, 0 where all were counted


class CommonGrid(TypedDict):
    """What every page of photos has. Marks are kept in the browser under `key` until sent."""

    key: str
    tiles: list[GridTile]
    note: NotRequired[str]
    error: NotRequired[str]
    collection: NotRequired[str]  # where "more like this" looks; without it tiles offer none
    intake: NotRequired[bool]  # pictures may be dropped or pasted
    heard: NotRequired[int]  # events so far, so that each is answered though nothing else changed


class WelcomeGrid(CommonGrid):
    """Photos to look at before anything is asked."""

    mode: Literal["welcome"]


class MiningGrid(CommonGrid):
    """A round. With a ticket it answers a turn, and the page's script can take it over."""

    mode: Literal["mine"]
    title: str
    action: str
    made: float
    turns: str
    round: int
    marks: dict[str, Mark]
    counts: Counts
    last: str
    unmarked: Rule
    undoable: bool
    redoable: bool
    insight: GridInsight
    prefetch: list[str]
    timing: dict[str, float]
    ticket: NotRequired[str]


class ResultsGrid(CommonGrid):
    """Photos found; `more` can be had when the end comes near."""

    mode: Literal["results"]
    title: str
    more: bool


class LabelsGrid(CommonGrid):
    """Answers to look over; `marks` are as stored."""

    mode: Literal["labels"]
    title: str
    action: str
    marks: dict[str, Mark]
    undoable: bool
    redoable: bool
    more: bool


class AuditGrid(CommonGrid):
    """Questions asked blind: nothing is shown of a photo but its picture."""

    mode: Literal["audit"]
    title: str
    action: str
    unmarked: Rule
    marks: dict[str, Mark]
    undoable: bool


class SheetGrid(CommonGrid):
    """The photos of one class, to correct."""

    mode: Literal["sheet"]
    title: str
    action: str
    undoable: bool
    redoable: bool


GridData = WelcomeGrid | MiningGrid | ResultsGrid | LabelsGrid | AuditGrid | SheetGrid


class FinishEvent(TypedDict):
    """The page is done; photos that are not in `marks` are unmarked."""

    type: Literal["finish"]
    marks: dict[str, Mark]


class HistoryEvent(TypedDict):
    """Take the latest stored action back, or do it again."""

    type: Literal["undo", "redo"]


class TurnedEvent(TypedDict):
    """A turn was answered over HTTP; the ticket names the page that it brought."""

    type: Literal["turned"]
    ticket: str
    threshold: NotRequired[float]  # that was set meanwhile, and told in an event before this


class UnmarkedEvent(TypedDict):
    """Another rule for unmarked photos."""

    type: Literal["unmarked"]
    rule: Rule


class ThresholdEvent(TypedDict):
    """The threshold's line was moved."""

    type: Literal["threshold"]
    value: float


class PicturesEvent(TypedDict):
    """Pictures were dropped or pasted, as data addresses."""

    type: Literal["pictures"]
    pictures: list[str]


class AddressEvent(TypedDict):
    """A picture of another page was dropped: the server fetches it, where it may."""

    type: Literal["address"]
    address: str


class LikeEvent(TypedDict):
    """More like a photo is wanted; the page that looks may show another collection."""

    type: Literal["like"]
    id: str
    collection: str


class MoreEvent(TypedDict):
    """The end of the photos comes near; so many are shown."""

    type: Literal["more"]
    shown: int


GridEvent = (
    FinishEvent
    | HistoryEvent
    | TurnedEvent
    | UnmarkedEvent
    | ThresholdEvent
    | PicturesEvent
    | AddressEvent
    | LikeEvent
    | MoreEvent
)


class Told(TypedDict):
    """What a grid tells: an event, and the `key` of the page that it was made on."""

    page: str
    event: GridEvent


class ShownTile(TypedDict):
    """A photo that was on the page, and why."""

    id: str
    reason: str


class Turn(TypedDict):
    """What is posted to `turns`; a `MiningGrid` with a ticket, or a `Refusal`, comes back.

    A "finish" is refused with 409 where another window has answered the page; "show" brings the
    page that the concept stands at, and keeps the marks as answers.
    """

    turn: Literal["finish", "show", "undo", "redo"]
    round: NotRequired[int]  # of the page that is finished
    shown: NotRequired[list[ShownTile]]
    yes: NotRequired[list[str]]
    no: NotRequired[list[str]]
    unmarked: NotRequired[Rule]
    threshold: NotRequired[float]  # set just before: the script's event for it may come too late


class Stand(TypedDict):
    """What `turns` answers to a GET: the round that the concept stands at."""

    round: int


class Refusal(TypedDict):
    """Why a turn was not made, in a sentence."""

    error: str
