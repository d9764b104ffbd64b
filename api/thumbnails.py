"""`GET /api/thumb/{collection}/{photo id}`: a stored thumbnail."""

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api import resources


def thumbnail_url(collection: str, photo_id: str) -> str:
    """Return the address, on this server, of a photo's thumbnail."""
    return f"/api/thumb/{quote(collection, safe='')}/{quote(photo_id, safe='')}"


async def thumbnail(request: Request) -> Response:
    """Answer with the JPEG, cacheable for a day, or 404 where there is none."""
    collection = request.path_params["collection"]
    photo_id = request.path_params["photo_id"]
    jpeg = await run_in_threadpool(resources.store().thumbnail, collection, photo_id)
    if jpeg is None:
        return PlainTextResponse("No thumbnail of this photo is stored.", status_code=404)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "max-age=86400"})
