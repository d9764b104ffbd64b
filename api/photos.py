"""`/api/photos`: everything known of one photo; `/api/collections`: what there is."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.errors import Refused
from api.fields import Asked, Name, PhotoId
from api.routing import Base, Explorer_, make_router
from explorer import Explorer
from explorer.addresses import thumbnail_url
from vecdb import Collection

router = make_router()
_FIRST = Field(description="default: the first")
_Time = Annotated[str | None, Field(description="ISO 8601, in UTC")]


class Photo(BaseModel):
    """What is known of a photo. The path of a file on the server is not."""

    model_config = ConfigDict(extra="allow")

    id: str
    url: Annotated[str, Field(description="its address on the web; empty for a file")]
    thumbnail: Annotated[str, Field(description="address of its thumbnail on this server")]
    width: int | None = None
    height: int | None = None
    description: str | None = None
    photographer: str | None = None
    camera: str | None = None
    country: str | None = None
    city: str | None = None
    taken: _Time = None
    views: int | None = None
    downloads: int | None = None
    label: str | None = None
    digest: Annotated[str | None, Field(description="SHA-256 of its bytes")] = None
    duplicate_of: Annotated[str | None, Field(description="id of an earlier photo")] = None
    added_at: _Time = None
    extra: Annotated[dict[str, Any], Field(description="the other columns of its source")] = {}


class OnePhoto(Photo):
    """A photo of a collection."""

    collection: str
    vector: Annotated[list[float] | None, Field(description="where it was asked for")] = None


class CollectionInfo(BaseModel):
    """A collection: the encoder of its vectors, their dimension, the number of photos."""

    name: str
    encoder: str
    dim: int
    created: str
    count: int


class Which(Asked):
    """Of which collection, and how much."""

    collection: Annotated[Name | None, _FIRST] = None
    vector: Annotated[bool, Field(description="also return the vector")] = False


class WhichPhoto(Which):
    """A photo by its id, of whatever form."""

    id: PhotoId


def photo_json(collection: Collection, row: dict[str, Any], base: str) -> dict[str, Any]:
    """Return what is known of a photo as `Photo` has it.

    The path of a file on this machine stays here: `url` is empty then, `thumbnail` never is.
    """
    known = {key: _plain(value) for key, value in row.items() if key != "vector"}
    web = str(row["url"]).startswith(("http://", "https://"))
    thumbnail = f"{base}/{thumbnail_url(collection.name, row['id'])}"
    return {**known, "url": row["url"] if web else "", "thumbnail": thumbnail}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value


@router.get("/api/photos", response_model_exclude_unset=True)
def photo_by_id(asked: Annotated[WhichPhoto, Query()], explorer: Explorer_, base: Base) -> OnePhoto:
    """What is known of a photo, by an id that a path cannot hold, such as `../a.jpg`."""
    return _photo(explorer, asked.id, asked, base)


@router.get("/api/photos/{photo_id:path}", response_model_exclude_unset=True)
def photo(
    photo_id: Annotated[PhotoId, Path()],
    asked: Annotated[Which, Query()],
    explorer: Explorer_,
    base: Base,
) -> OnePhoto:
    """What is known of a photo."""
    return _photo(explorer, photo_id, asked, base)


@router.get("/api/collections")
def collections(explorer: Explorer_) -> list[CollectionInfo]:
    """The collections, with encoder and number of photos."""
    return [
        CollectionInfo(**{**vars(info), "created": info.created.isoformat()})
        for info in explorer.database.collections()
    ]


def _photo(explorer: Explorer, photo_id: str, asked: Which, base: str) -> OnePhoto:
    collection = explorer.collection(asked.collection)
    rows = collection.photos([photo_id])
    if not rows:
        raise Refused(404, f"The collection {collection.name} holds no photo {photo_id[:80]!a}.")
    known = photo_json(collection, rows[0], base)
    if asked.vector:
        known["vector"] = collection.vectors([photo_id])[0].tolist()
    return OnePhoto(**{**known, "collection": collection.name})
