"""`GET /api/thumb/{collection}/{photo id}`: a stored thumbnail."""

from starlette.responses import Response

from api.access import check_thumbnail
from api.endpoint import Call, Endpoint
from api.errors import Refused
from explorer import default_table
from explorer.addresses import with_dots
from explorer.metrics import timed


def thumbnail(call: Call) -> Response:
    """Answer with the JPEG, cacheable for a day."""
    collection, photo_id = call.path.get("collection", ""), call.path["photo_id"]
    with timed("thumbnail"):
        store = call.explorer.store
        jpeg = store.thumbnail(collection, photo_id)
        if jpeg is None:
            jpeg = store.thumbnail(collection, with_dots(photo_id))
        if jpeg is None:
            # An id alone: of the default collection.
            whole = f"{collection}/{photo_id}" if collection else photo_id
            jpeg = store.thumbnail(default_table(), whole)
    if jpeg is None:
        raise Refused(404, "No thumbnail of this photo is stored.")
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "max-age=86400"})


_SIGNED = {
    "type": "object",
    "properties": {"key": {"type": "string", "description": "signature, where a token is set"}},
}
ENDPOINTS = [
    Endpoint(
        "GET",
        path,
        thumbnail,
        summary,
        takes=_SIGNED,
        answers="image/jpeg",
        guard=check_thumbnail,
        counted=False,
    )
    for path, summary in {
        "/api/thumb/{collection}/{photo_id:path}": "The stored thumbnail of a photo.",
        "/api/thumb/{photo_id}": "The stored thumbnail of a photo of the default collection.",
    }.items()
]
