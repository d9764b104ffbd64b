"""`/api/thumb` and `/api/original`: the pictures themselves."""

import contextlib
import hashlib
import re
from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import Response

from api.access import check_signed
from api.errors import Refused
from api.fields import Asked, Name, PhotoId
from api.routing import Explorer_, bytes_of, make_router
from explorer import Explorer, default_table
from explorer.addresses import ORIGINAL, with_dots
from explorer.metrics import measure_step
from explorer.originals import make_thumbnail, read_original
from vecdb.errors import UnknownCollection

# A picture may be replaced by an ingest: browsers show what they have for a day, and ask behind it.
CACHED = {"Cache-Control": "private, max-age=60, stale-while-revalidate=86400"}
# One range of bytes, from one to another or the last so many; several are answered with the whole.
RANGE = re.compile(r"bytes=(?:(?P<first>\d{1,18})-(?P<last>\d{0,18})|-(?P<final>\d{1,18}))")


class Signed(Asked):
    """What every address of a picture may hold."""

    key: Annotated[str, Query(max_length=100, description="signature, where a token is set")] = ""


class SignedId(Signed):
    """A picture by its id, whatever its form."""

    id: PhotoId


def _check_thumbnail(request: Request) -> None:
    given = request.path_params
    check_signed(request, given.get("collection", ""), given["photo_id"])


def _check_original(request: Request) -> None:
    place = ORIGINAL + request.path_params["collection"]
    check_signed(request, place, request.query_params.get("id", ""))


_thumbnails = make_router(_check_thumbnail, counted=False)
_originals = make_router(_check_original, counted=False)
ROUTERS = [_thumbnails, _originals]
_Id = Annotated[PhotoId, Path()]
_JPEG, _ANY = bytes_of("image/jpeg"), bytes_of("image/*")


@_thumbnails.get(
    "/api/thumb/{collection}/{photo_id:path}", response_class=Response, responses=_JPEG
)
def thumbnail(
    collection: _Id,
    photo_id: _Id,
    asked: Annotated[Signed, Query()],
    explorer: Explorer_,
    request: Request,
) -> Response:
    """The stored thumbnail of a photo; browsers ask after a minute whether it changed."""
    # A path of several parts may be an id alone: of the default collection.
    places = [(collection, photo_id), (collection, with_dots(photo_id))]
    return _thumbnail(request, explorer, [*places, (default_table(), f"{collection}/{photo_id}")])


@_thumbnails.get("/api/thumb/{photo_id}", response_class=Response, responses=_JPEG)
def default_thumbnail(
    photo_id: _Id, asked: Annotated[Signed, Query()], explorer: Explorer_, request: Request
) -> Response:
    """The stored thumbnail of a photo of the default collection."""
    return _thumbnail(request, explorer, [(default_table(), photo_id)])


@_originals.get("/api/original/{collection}", response_class=Response, responses=_ANY)
def original(
    collection: Annotated[Name, Path(min_length=1)],
    asked: Annotated[SignedId, Query()],
    explorer: Explorer_,
    request: Request,
) -> Response:
    """The original picture of a photo that lies on the server, as a browser shows it.

    Kinds that browsers do not show come as JPEG, upright, at most 4096 pixels a side.
    """
    with measure_step("original"):
        picture = read_original(explorer.collection(collection), asked.id)
    return _answer(request, picture.data, picture.media_type)


def _thumbnail(request: Request, explorer: Explorer, places: list[tuple[str, str]]) -> Response:
    with measure_step("thumbnail"):
        store = explorer.store
        for collection, photo_id in places:
            jpeg = store.thumbnail(collection, photo_id)
            if jpeg is not None:
                return _answer(request, jpeg)
        # Stored as a vector alone: its picture is looked at now, for the first time.
        for collection, photo_id in places:
            with contextlib.suppress(UnknownCollection):
                found = explorer.collection(collection)
                made = make_thumbnail(store, found, photo_id)
                if made is not None:
                    return _answer(request, made)
    raise Refused(404, "No thumbnail of this photo is stored.")


def _answer(request: Request, picture: bytes, kind: str = "image/jpeg") -> Response:
    """Send a picture, or the one range of it that is asked for, or 304 to who has it already."""
    tag = f'"{hashlib.blake2b(picture, digest_size=16).hexdigest()}"'
    headers = {**CACHED, "ETag": tag, "Accept-Ranges": "bytes"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    asked = RANGE.fullmatch(request.headers.get("range", ""))
    if not asked or request.headers.get("if-range", tag) != tag:
        return Response(picture, media_type=kind, headers=headers)
    size, first, last = len(picture), asked["first"], asked["last"] or asked["final"]
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start >= size:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if start >= stop:  # from a later byte to an earlier one
        return Response(picture, media_type=kind, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return Response(picture[start:stop], 206, headers, kind)
