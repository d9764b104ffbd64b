"""`/api/concepts/{id}/labels`: what was answered about photos, out and in."""

from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from api.access import allow_change
from api.concepts import ConceptPath, concept_of
from api.errors import Refused
from api.fields import Address, Asked, PhotoId, Sent, Text, Within
from api.routing import Explorer_, Person_, make_router
from explorer.agreement import compare_people
from explorer.history import read_history
from explorer.labels.answers import Said
from explorer.labels.files import as_rows, write_csv, write_json_lines
from explorer.labels.importing import drop_names, import_labels
from explorer.people import Role

_reading = make_router()
_changing = make_router(allow_change(Role.LABEL), json=False)
ROUTERS = [_reading, _changing]
WRITERS = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "jsonl": (write_json_lines, "application/x-ndjson"),
}
_AS_TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            kind.partition(";")[0]: {"schema": {"type": "string"}} for _, kind in WRITERS.values()
        }
    }
}


class LabelRow(BaseModel):
    """The latest answer of somebody about a photo: 1 yes, -1 no, 0 cleared."""

    photo_id: str
    label: int
    round: int
    reason: str
    by: str
    at: Annotated[str, Field(description="ISO 8601, UTC")]


class Labels(BaseModel):
    """The labels of a concept, the latest of each person, in order of writing."""

    concept: str
    labels: list[LabelRow]


class Pair(BaseModel):
    """How far two people agree; the empty name is who gave none."""

    first: str
    second: str
    both: Annotated[int, Field(description="photos that both judged")]
    same: Annotated[int, Field(description="of them judged alike")]
    kappa: Annotated[float | None, Field(description="Cohen's; null where it says nothing")]
    low: Annotated[float | None, Field(description="of its 95 % interval")]
    high: float | None
    differing: Annotated[list[str], Field(description="the photos judged differently")]


class People(BaseModel):
    """Who answered in a concept, and how far every two of them agree."""

    concept: str
    people: list[str]
    judge: Annotated[
        str | None, Field(description="whose answers alone count; null: the majority's")
    ]
    pairs: list[Pair]


class Form(Asked):
    """In which form."""

    format: Literal["json", "csv", "jsonl"] = "json"


class GivenLabel(Sent):
    """A label, and the photo by one of id, address and file name."""

    photo_id: PhotoId | None = None
    url: Address | None = None
    filename: Address | None = None
    label: Annotated[int, Within(-1, 1)]
    round: Annotated[int, Within(0, 2**32 - 1)] = 0
    reason: Annotated[Text, Field(max_length=100)] = ""
    by: Annotated[Text, Field(max_length=200)] = ""
    at: Annotated[Text, Field(max_length=40)] = ""


class GivenLabels(Sent):
    """Labels to add as one action, which undo takes back."""

    labels: list[GivenLabel] = Field(min_length=1, max_length=200_000)
    by: Annotated[Text, Field(max_length=200, description="of rows without their own")] = ""


class Counted(BaseModel):
    """Rows of one kind, and the first of them."""

    count: int
    first: list[str]


class Taken(BaseModel):
    """What became of the labels."""

    rows: int
    yes: int
    no: int
    cleared: int
    unmatched: Counted
    ambiguous: Counted
    contradictions: Counted


@_reading.get("/api/concepts/{concept_id}/labels", response_model=Labels, responses=_AS_TEXT)
def labels(concept_id: ConceptPath, asked: Annotated[Form, Query()], explorer: Explorer_) -> Any:
    """The labels of a concept, as JSON, CSV or JSON lines."""
    found = explorer.concepts.votes(concept_of(explorer, concept_id).id)
    if asked.format == "json":
        return {"concept": concept_id, "labels": list(as_rows(found))}
    write, kind = WRITERS[asked.format]
    answer: Response = StreamingResponse(write(found), media_type=kind)
    return answer


@_reading.get("/api/concepts/{concept_id}/agreement", response_model=People)
def agreement(concept_id: ConceptPath, explorer: Explorer_) -> dict[str, Any]:
    """Who answered in a concept, how far they agree, and where they differ."""
    concept = concept_of(explorer, concept_id)
    history = read_history(explorer.concepts, concept)
    pairs = []
    for pair in compare_people(history):
        kappa = pair.kappa
        found = (kappa.value, kappa.low, kappa.high) if kappa else (None, None, None)
        values = dict(zip(("kappa", "low", "high"), found, strict=True))
        pairs.append({**vars(pair), **values})
    return {
        "concept": concept.id,
        "people": history.people,
        "judge": history.judge,
        "pairs": pairs,
    }


@_changing.post("/api/concepts/{concept_id}/labels", response_model=Taken)
def add_labels(
    concept_id: ConceptPath, given: GivenLabels, explorer: Explorer_, person: Person_
) -> Any:
    """Add labels to a concept and fit it again; what matches nothing or contradicts is named."""
    concept = concept_of(explorer, concept_id)
    rows = [_said(row) for row in given.labels]
    collection = explorer.database.collection(concept.collection)
    done = import_labels(
        explorer,
        drop_names(lambda: iter(rows), person),
        collection,
        concept.id,
        by=person.sign(given.by),
    )
    counts = {name: done.concepts[0][name] for name in ("yes", "no", "cleared")}
    listed = {n: vars(getattr(done, n)) for n in ("unmatched", "ambiguous", "contradictions")}
    return {"rows": done.rows, **counts, **listed}


def _said(row: GivenLabel) -> Said:
    keys = tuple(key for key in (row.photo_id, row.url, row.filename) if key)
    if not keys:
        raise Refused(400, "Every label needs one of photo_id, url and filename.")
    about = {"round": str(row.round), "reason": row.reason, "by": row.by, "at": row.at}
    return Said(keys, {"": str(row.label)}, about=about)
