"""`/api/map/{collection}`: where photos lie on a map, what colours them, what they are.

Positions and colours are typed arrays, little-endian, so that a browser draws them as they come.
"""

import json
from typing import Annotated

import numpy as np
from fastapi import Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.access import check_signed
from api.errors import Refused
from api.fields import Name, Text, Within
from api.pictures import Signed
from api.routing import Explorer_, bytes_of, make_router
from explorer import Explorer
from explorer.addresses import MAP, thumbnail_url
from explorer.mapping.map import Box, Map
from explorer.metrics import measure_step

MOST_POINTS = 60_000
"""Points of one answer: a larger collection shows a sample, and more of each part zoomed into."""
MOST_PHOTOS = 200
BYTES = "application/octet-stream"
WAYS = "group, label, date, class:CLASSES, probability:CONCEPT or answers:CONCEPT"
_Side = Annotated[float, Within(0, 1)]
_Collection = Annotated[Name, Path(min_length=1)]


class Asked(Signed):
    """Of which map: another one has other numbers for its photos."""

    stamp: Annotated[Text, Field(max_length=100, description="as the page names the map")]


class Part(Asked):
    """A part of the map; the whole by default."""

    left: _Side = 0.0
    top: _Side = 0.0
    right: _Side = 1.0
    bottom: _Side = 1.0


class Coloured(Part):
    """A part, and what colours it."""

    by: Annotated[Text, Field(max_length=200, description=WAYS)]


class Numbered(Asked):
    """Photos by their numbers on the map."""

    rows: Annotated[Text, Field(pattern=r"^\d{1,9}(,\d{1,9}){0,199}$", max_length=2000)]


class MapPhoto(BaseModel):
    """A photo of a map, by its number there."""

    row: int
    id: str
    src: Annotated[str, Field(description="address of its thumbnail, from the app's root")]
    caption: str
    group: str


def _check(request: Request) -> None:
    check_signed(request, MAP, request.path_params["collection"])


router = make_router(_check, counted=False)
_BYTES = bytes_of(BYTES)


@router.get("/api/map/{collection}/points", response_class=Response, responses=_BYTES)
def points(
    collection: _Collection, asked: Annotated[Part, Query()], explorer: Explorer_
) -> Response:
    """The photos in a part of the map, at most 60,000: of more, a sample.

    uint32 n; then n numbers of photos as uint32, their n x and their n y as uint16 from 0 to 65535,
    and the n numbers of their groups as bytes.
    """
    with measure_step("map"):
        shown = explorer.maps.at(collection, asked.stamp)
        rows = shown.rows_in(_box(asked), MOST_POINTS)
        columns = (
            ([len(rows)], "<u4"),
            (rows, "<u4"),
            (shown.x[rows], "<u2"),
            (shown.y[rows], "<u2"),
        )
        body = b"".join(np.asarray(numbers).astype(kind).tobytes() for numbers, kind in columns)
        body += shown.groups[rows].astype("u1").tobytes()
    return Response(body, media_type=BYTES, headers=_kept(asked))


@router.get("/api/map/{collection}/values", response_class=Response, responses=_BYTES)
def values(
    collection: _Collection, asked: Annotated[Coloured, Query()], explorer: Explorer_
) -> Response:
    """What colours the photos that `points` answers with for the same part, in the same order.

    uint32 length of a JSON legend, the legend, then a byte for each photo: the number of a kind
    (254 for others) or a place on a scale from 0 to 254; 255 where nothing is known.
    """
    with measure_step("map"):
        shown = explorer.maps.at(collection, asked.stamp)
        found = explorer.maps.colours.colour(shown, asked.by)
        legend = json.dumps({n: v for n, v in vars(found).items() if n != "values"}).encode()
        rows = shown.rows_in(_box(asked), MOST_POINTS)
        head = np.array([len(legend)], "<u4").tobytes()
    return Response(head + legend + found.values[rows].tobytes(), media_type=BYTES)


@router.get("/api/map/{collection}/photos")
def photos(
    collection: _Collection, asked: Annotated[Numbered, Query()], explorer: Explorer_
) -> list[MapPhoto]:
    """What is known of photos of the map, by their numbers; at most 200."""
    shown = explorer.maps.at(collection, asked.stamp)
    return _describe(explorer, shown, [int(row) for row in asked.rows.split(",")])


def _describe(explorer: Explorer, shown: Map, rows: list[int]) -> list[MapPhoto]:
    kept = [row for row in rows if row < len(shown)]
    if not kept:
        raise Refused(404, "The map has no photos of these numbers.")
    ids = shown.ids_at(kept)
    known = {row["id"]: row for row in shown.collection.photos(ids)}
    names, groups = shown.layout.names, shown.groups
    return [
        MapPhoto(
            row=row,
            id=photo,
            src=thumbnail_url(shown.collection.name, photo),
            caption=known.get(photo, {}).get("description") or photo,
            group=names[groups[row]] if groups[row] < len(names) else "",
        )
        for row, photo in zip(kept, ids, strict=True)
    ]


def _box(asked: Part) -> Box:
    return Box(asked.left, asked.top, asked.right, asked.bottom)


def _kept(asked: Asked) -> dict[str, str]:
    # The stamp names the very photos, so an answer holds for good.
    return {"Cache-Control": "private, max-age=86400"}
