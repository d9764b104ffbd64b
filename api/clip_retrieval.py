"""clip-retrieval's protocol, so that its Python client and its front end work on this server.

What clip_back.py 2.45.0 takes and answers, with three notes. Photos are numbered by
`vecdb.photo_number`, and `photo_id` tells the real id. Scores for taste, safety and violence and
the multilingual model are not offered: their parameters are taken and change nothing. There are
vectors of pictures only, so a search over "text" answers with pictures and their captions.
"""

import re
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import numpy as np
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, BeforeValidator, Field

from api.errors import Refused
from api.fields import Lenient, Numbers, Text, Within
from api.photos import photo_json
from api.routing import Base, Explorer_, make_router
from encoder import Encoder, TextTooLong
from explorer import Explorer
from explorer.addresses import with_dots
from explorer.fetching import fetch_picture
from explorer.metrics import measure_step, summary
from explorer.pictures import picture_from, picture_from_text
from explorer.query import Query
from explorer.ranking import MOST_FOLDED, Ranked, rank
from vecdb import Collection, photo_number

DIGITS = re.compile("[0-9]{1,19}")

router = make_router()
_Count = Annotated[int, Within(0, 10_000)]
_Words = Annotated[Text, Field(max_length=2000)]
_Picture = Annotated[str, Field(max_length=20 * 2**20, description="base64")]
_Index = Annotated[Annotated[Text, Field(max_length=63)] | None, Field(description="a collection")]
_Any = Annotated[Any, Field(description="taken, without effect")]


def _from_digits(number: Any) -> Any:
    """Read digits, as which clip-retrieval's front end sends numbers of 16 and more."""
    return int(number) if isinstance(number, str) and DIGITS.fullmatch(number) else number


_Number = Annotated[int, Within(0, 2**63 - 1), BeforeValidator(_from_digits)]


class Knn(Lenient):
    """What is looked for: the first that is there of text, image, image_url, embedding_input."""

    text: Annotated[Text, Field(max_length=20_000)] | None = None
    image: _Picture | None = None
    image_url: _Words | None = None
    embedding_input: Numbers | None = None
    modality: Literal["image", "text"] = "image"
    num_images: _Count = 100
    num_result_ids: _Count | None = None
    indice_name: _Index = None
    deduplicate: bool | None = False
    use_safety_model: _Any = None
    use_violence_detector: _Any = None
    use_mclip: _Any = None
    aesthetic_score: _Any = None
    aesthetic_weight: _Any = None


class Numbered(Lenient):
    """Photos by their numbers."""

    ids: Annotated[list[_Number], Field(max_length=10_000)]
    indice_name: _Index = None


class Metadata(BaseModel):
    """What is told of a photo; the last four where they are known."""

    url: str
    caption: str | None
    photo_id: str
    width: int | None = None
    height: int | None = None
    photographer: str | None = None
    label: str | None = None


class Result(BaseModel):
    """A photo that was found; beyond num_images only its number and similarity."""

    id: int
    similarity: float
    url: str | None = None
    caption: str | None = None
    photo_id: str | None = None
    width: int | None = None
    height: int | None = None
    photographer: str | None = None
    label: str | None = None


class NumberedMetadata(BaseModel):
    """A photo's number, and what is told of it."""

    id: int
    metadata: Metadata


@router.post("/knn-service", response_model=list[Result], response_model_exclude_unset=True)
def knn(asked: Knn, explorer: Explorer_, base: Base) -> list[dict[str, Any]]:
    """clip-retrieval: the nearest photos, metadata for the first num_images."""
    with measure_step("knn"):
        collection = explorer.collection(asked.indice_name)
        query = _query(asked, collection, base)
        encoder = explorer.encoder_of(collection) if query.needs_encoder else None
        shown = asked.num_images
        k = shown if asked.num_result_ids is None else asked.num_result_ids
        if not k:
            return []
        vector = _vector(query, collection, encoder, explorer)
        fold = bool(asked.deduplicate) and k <= MOST_FOLDED
        found = rank(collection, vector, k, fold=fold, shown=shown)
        return _results(collection, found, base)


@router.post("/metadata", response_model=list[NumberedMetadata], response_model_exclude_unset=True)
def metadata(asked: Numbered, explorer: Explorer_, base: Base) -> list[dict[str, Any]]:
    """clip-retrieval: what is known of photos by their numbers; unknown ones are left out."""
    if not asked.ids:
        return []
    collection = explorer.collection(asked.indice_name)
    known = collection.records.numbered(asked.ids)
    rows = {row["id"]: row for row in collection.photos(list(known.values()))}
    return [
        {"id": number, "metadata": _metadata(collection, rows[known[number]], base)}
        for number in asked.ids
        if number in known and known[number] in rows
    ]


@router.get("/indices-list")
def indices(explorer: Explorer_) -> list[str]:
    """clip-retrieval: the names of the collections."""
    return explorer.collection_names()


@router.get("/metrics-summary", response_class=PlainTextResponse)
def metrics_summary() -> str:
    """clip-retrieval: what the steps of a search cost, in words."""
    return summary()


def _query(asked: Knn, collection: Collection, base: str) -> Query:
    # clip-retrieval's order: its front end sends an empty text along with a picture.
    if asked.text:
        return Query(phrases=[(asked.text, 1.0)])
    if asked.image:
        return Query(pictures=[picture_from_text(asked.image)])
    if asked.image_url:
        known = _own_photo(asked.image_url, collection, base)
        if known:
            return Query(photo_ids=[known])
        return Query(pictures=[picture_from(fetch_picture(asked.image_url))])
    if asked.embedding_input:
        return Query(vectors=[asked.embedding_input])
    raise Refused(400, "Send one of text, image, image_url and embedding_input.")


def _vector(
    query: Query, collection: Collection, encoder: Encoder | None, explorer: Explorer
) -> np.ndarray:
    # Of a text that is too long its beginning counts: the front end sends whole captions.
    mean = explorer.mean_of(collection)
    while True:
        try:
            return query.vector(collection, encoder, centred=False, mean=mean)
        except TextTooLong:
            text = query.phrases[0][0]
            query = Query.of(text[: len(text) * 9 // 10])


def _own_photo(address: str, collection: Collection, base: str) -> str | None:
    """Return the photo an address of ours, or of its source, stands for: nothing is fetched."""
    own = f"{base}/api/thumb/{collection.name}/"
    if address.startswith(own):
        photo = with_dots(unquote(address.removeprefix(own).partition("?")[0]))
        return photo if collection.records.known_ids([photo]) else None
    return collection.records.at_address(address)


def _results(collection: Collection, found: Ranked, base: str) -> list[dict[str, Any]]:
    results = []
    for photo, similarity in zip(found.ids, found.similarities, strict=True):
        row = found.photos.get(photo)
        result = _metadata(collection, row, base) if row else {}
        results.append({**result, "id": photo_number(photo), "similarity": similarity})
    return results


def _metadata(collection: Collection, row: dict[str, Any], base: str) -> dict[str, Any]:
    known = photo_json(collection, row, base)
    return {
        "url": known["url"] or known["thumbnail"],
        "caption": row["description"],
        "photo_id": row["id"],
        **{key: known[key] for key in ("width", "height", "photographer", "label") if known[key]},
    }
