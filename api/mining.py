"""Teaching over HTTP: begin a concept, see its page, answer it, take an answer back."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.access import allow_change
from api.concepts import ConceptInfo, ConceptPath, concept_json, concept_of
from api.errors import Refused
from api.fields import PhotoId, Sent, Text, Within, Words
from api.photos import Photo, photo_json
from api.queries import RichQuery
from api.routing import Base, Explorer_, Person_, make_router
from explorer import Explorer, Page
from explorer.people import Role
from explorer.settings import Settings

_reading = make_router()
_changing = make_router(allow_change(Role.LABEL), json=False)
ROUTERS = [_reading, _changing]


class Begun(RichQuery, Sent):
    """What a concept starts from, and how it is to be worked on."""

    name: Annotated[Words | None, Field(description="default: its phrases")] = None
    page_size: Annotated[int, Within(1, 1000)] = 25


class Answers(Sent):
    """The marks of a page; `round` is the page's, so that no page is answered twice."""

    round: Annotated[int, Within(0, 2**32 - 1)]
    yes: list[PhotoId] = Field([], max_length=1000)
    no: list[PhotoId] = Field([], max_length=1000)
    unmarked: Annotated[
        Literal["skip", "negative"], Field(description="what the page's other photos are")
    ] = "skip"
    by: Annotated[Text, Field(max_length=100, description="who answers")] = ""


class Nothing(Sent):
    """An empty JSON object."""


class AskedPhoto(BaseModel):
    """A photo of a page: why it is there, its probability, the label (1, 0, -1) it has."""

    photo: Photo
    reason: str
    score: float | None
    label: int


class MinedPage(BaseModel):
    """A page of a concept: what is asked, and how the concept stands."""

    concept: ConceptInfo
    round: int
    photos: list[AskedPhoto]
    yes: int
    no: int
    counts: Annotated[
        list[int], Field(description="photos of the collection by probability, in 100 equal bins")
    ]
    undoable: bool
    redoable: bool


@_changing.post("/api/concepts", response_model=MinedPage, response_model_exclude_unset=True)
def begin(asked: Begun, explorer: Explorer_, base: Base) -> dict[str, Any]:
    """Begin a concept from phrases, pictures, photos or a vector, and mine its first page."""
    query = asked.query()
    if not query:
        raise Refused(
            400, "Say what to start from: text, phrases, images, image_url, photo_ids or vector."
        )
    page = explorer.begin(query, table=asked.collection, page_size=asked.page_size, name=asked.name)
    return _describe_page(explorer, page, base)


@_reading.get(
    "/api/concepts/{concept_id}/page", response_model=MinedPage, response_model_exclude_unset=True
)
def page(concept_id: ConceptPath, explorer: Explorer_, base: Base) -> dict[str, Any]:
    """The page that a concept stands at, as it was left."""
    return _describe_page(explorer, explorer.page(concept_of(explorer, concept_id).id), base)


@_changing.post(
    "/api/concepts/{concept_id}/answers",
    response_model=MinedPage,
    response_model_exclude_unset=True,
)
def answer(
    concept_id: ConceptPath, given: Answers, explorer: Explorer_, person: Person_, base: Base
) -> dict[str, Any]:
    """Store the answers to a page, fit again, and mine the next one."""
    concept = concept_of(explorer, concept_id)
    tiles = Settings.read(concept.settings).page or explorer.page(concept.id).tiles
    asked = {tile.photo_id for tile in tiles}
    if both := set(given.yes) & set(given.no):
        raise Refused(400, f"{min(both)[:80]!a} is said to be both yes and no.")
    strangers = [photo for photo in (*given.yes, *given.no) if photo not in asked]
    if strangers and given.round == concept.round:
        raise Refused(400, f"{strangers[0][:80]!a} is not on this page; send it as a label.")
    marks = {**dict.fromkeys(given.no, -1), **dict.fromkeys(given.yes, 1)}
    done = explorer.rounds.submit(
        concept.id, tiles, marks,
        unmarked=given.unmarked, number=given.round, by=person.sign(given.by),
    )  # fmt: skip
    return _describe_page(explorer, done, base)


@_changing.post(
    "/api/concepts/{concept_id}/undo", response_model=MinedPage, response_model_exclude_unset=True
)
def undo(concept_id: ConceptPath, sent: Nothing, explorer: Explorer_, base: Base) -> dict[str, Any]:
    """Take the latest action of a concept back: a page comes back with its marks."""
    return _describe_page(explorer, explorer.undo(concept_of(explorer, concept_id).id), base)


@_changing.post(
    "/api/concepts/{concept_id}/redo", response_model=MinedPage, response_model_exclude_unset=True
)
def redo(concept_id: ConceptPath, sent: Nothing, explorer: Explorer_, base: Base) -> dict[str, Any]:
    """Do again what was taken back last."""
    return _describe_page(explorer, explorer.redo(concept_of(explorer, concept_id).id), base)


def _describe_page(explorer: Explorer, page: Page, base: str) -> dict[str, Any]:
    concept = page.concept
    collection = explorer.database.collection(concept.collection)
    # All that is known of them, of which the page itself has read only what tiles say.
    rows = collection.photos([tile.photo_id for tile in page.tiles])
    known = {row["id"]: row for row in rows}
    return {
        "concept": concept_json(concept),
        "round": concept.round,
        "photos": [
            {
                "photo": photo_json(collection, known[tile.photo_id], base),
                "reason": tile.reason,
                "score": tile.score,
                "label": tile.mark,
            }
            for tile in page.tiles
            if tile.photo_id in known
        ],
        "yes": page.history.yes,
        "no": page.history.no,
        "counts": page.counts,
        "undoable": bool(page.history.done),
        "redoable": bool(page.history.undone),
    }
