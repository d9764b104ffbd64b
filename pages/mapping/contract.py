"""The border between Python and the browser: what the map is sent, and what it answers.

`contract.d.ts` is made from this file (`python -m pages.grid.typings`). Addresses are relative to
the app's root; positions are from 0 to 1, or whole numbers up to 65535 where many travel.
"""

from typing import Literal

from typing_extensions import NotRequired, TypedDict


class MapGroup(TypedDict):
    """A group of neighbours: its name, where that stands, how many photos it has."""

    name: str
    x: float
    y: float
    count: int


class MapColour(TypedDict):
    """Something that photos can be coloured by."""

    by: str
    name: str


class MapHits(TypedDict):
    """Photos that a search found, by their numbers, and where they lie, up to 65535."""

    rows: list[int]
    x: list[int]
    y: list[int]


class MapChoice(TypedDict):
    """What is chosen: the photos inside a loop of corners, those of a group, or one photo."""

    loop: NotRequired[list[tuple[float, float]]]
    group: NotRequired[int]
    row: NotRequired[int]


class MapData(TypedDict):
    """A map. Another `stamp` is another map, or other photos; numbers hold for one."""

    stamp: str
    collection: str
    count: int
    points: str  # answers with typed arrays: see api/maps.py
    values: str
    photos: str
    groups: list[MapGroup]
    colours: list[MapColour]
    hits: MapHits
    hint: str
    choice: MapChoice


class MapLegend(TypedDict):
    """What the bytes mean that colour the photos."""

    kind: Literal["kinds", "scale"]
    names: list[str]
    counts: list[int]
    others: int
    unknown: int
    low: str
    high: str


class MapPhoto(TypedDict):
    """A photo, as the map's route tells of it."""

    row: int
    id: str
    src: str
    caption: str
    group: str


class MapEvent(TypedDict):
    """Photos were chosen; an empty choice chooses none."""

    type: Literal["choose"]
    choice: MapChoice
