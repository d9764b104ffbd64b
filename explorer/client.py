"""The HTTP API of a running app, for programs elsewhere: the same steps as `Explorer` takes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from explorer.errors import BadInput, ExplorerError
from explorer.limits import check_labels

SECONDS = 180.0  # an encoder may still load


class NoAnswer(ExplorerError):
    """No server answers, or what answers is none of ours."""


class ServerRefusal(ExplorerError):
    """The server refuses: its own sentence, and the HTTP status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class ServedPhoto:
    """A photo as the server tells of it.

    Attributes:
        photo_id: its id.
        score: probability of a concept, or similarity to what was searched; None where unknown.
        reason: why it is on a page; empty elsewhere.
        label: 1 yes, -1 no, 0 none, on a page.
        about: all else that is known: url, thumbnail, width, description, ...
    """

    photo_id: str
    score: float | None
    reason: str
    label: int
    about: Mapping[str, Any]


@dataclass(frozen=True)
class ServedPage:
    """The page that a concept stands at.

    Attributes:
        concept_id, name, collection, threshold: of the concept.
        round: which page it is.
        photos: what is asked.
        yes, no: how many photos are judged so far.
        counts: photos of the collection by probability, in 100 equal bins.
        undoable, redoable: whether there is something to take back, or to do again.
    """

    concept_id: str
    name: str
    collection: str
    threshold: float
    round: int
    photos: tuple[ServedPhoto, ...]
    yes: int
    no: int
    counts: tuple[int, ...]
    undoable: bool
    redoable: bool


@dataclass(frozen=True)
class ServedMatches:
    """Photos at or above a threshold, best first; `count` is how many there are in all."""

    count: int
    threshold: float
    photos: tuple[ServedPhoto, ...]


class Client:
    """One server. Every method raises ServerRefusal with the server's sentence, or NoAnswer."""

    def __init__(
        self,
        address: str = "http://localhost:8501",
        token: str = "",
        *,
        by: str = "",
        seconds: float = SECONDS,
    ) -> None:
        """Name the server.

        Args:
            address: where the app is, as a browser opens it.
            token: API_TOKEN of the server, or one of its lesser tokens; empty where it has none.
            by: who answers, kept with each label.
            seconds: to wait for an answer.

        Raises:
            BadInput: the address or the token cannot be one.
        """
        _check_address(address)
        if token and not token.isprintable():
            raise BadInput(
                "The token holds a line break or another character that no token has: "
                "give it as API_TOKEN has it."
            )
        self.address = address.rstrip("/")
        self.by = by
        self._seconds = seconds
        self._session = requests.Session()
        # A .netrc of this machine has nothing to say to this server.
        self._session.trust_env = False
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}".encode()

    def collections(self) -> list[dict[str, Any]]:
        """Return the collections: name, encoder, dim, created, count."""
        found: list[dict[str, Any]] = self._ask("GET", "collections")
        return found

    def concepts(self, table: str | None = None) -> list[dict[str, Any]]:
        """Return the concepts, the latest changed first: id, name, collection, threshold, ..."""
        found: list[dict[str, Any]] = self._ask("GET", "concepts", given={"collection": table})
        return found

    def search(
        self, text: str | None = None, k: int = 20, *, table: str | None = None, **how: Any
    ) -> list[ServedPhoto]:
        """Return the k photos most similar to a phrase, or to what `how` says.

        Args:
            how: fields of `POST /api/search`: phrases, photo_ids, vector, where, fold, ...
        """
        sent = _drop_missing({"text": text, "k": k, "collection": table, **how})
        hits = self._ask("POST", "search", sent)["hits"]
        return [_read_photo(hit, hit["similarity"]) for hit in hits]

    def begin(
        self,
        text: str | None = None,
        *,
        table: str | None = None,
        page_size: int = 25,
        name: str | None = None,
        **query: Any,
    ) -> ServedPage:
        """Begin a concept and return its first page.

        Args:
            text: a phrase.
            query: more to start from: phrases, minus, photo_ids, images (base64), vector.
        """
        sent = {"text": text, "collection": table, "page_size": page_size, "name": name, **query}
        return _read_page(self._ask("POST", "concepts", _drop_missing(sent)))

    def page(self, concept_id: str) -> ServedPage:
        """Return the page that a concept stands at."""
        return _read_page(self._ask("GET", _name_path(concept_id, "page")))

    def answer(
        self, page: ServedPage, marks: Mapping[str, int], *, unmarked: str = "skip"
    ) -> ServedPage:
        """Store the marks of a page and return the next one.

        Args:
            marks: photo id -> 1 yes or -1 no.
            unmarked: what the others are, "skip" or "negative".

        Raises:
            BadInput: a mark is no label.
        """
        marks = check_labels(marks)
        yes = [photo for photo, mark in marks.items() if mark > 0]
        no = [photo for photo, mark in marks.items() if mark < 0]
        sent = {"round": page.round, "yes": yes, "no": no, "unmarked": unmarked, "by": self.by}
        return _read_page(self._ask("POST", _name_path(page.concept_id, "answers"), sent))

    def undo(self, concept_id: str) -> ServedPage:
        """Take a concept's latest action back."""
        return _read_page(self._ask("POST", _name_path(concept_id, "undo"), {}))

    def redo(self, concept_id: str) -> ServedPage:
        """Do again what was taken back last."""
        return _read_page(self._ask("POST", _name_path(concept_id, "redo"), {}))

    def apply(
        self, concept_id: str, *, threshold: float | None = None, limit: int = 100, offset: int = 0
    ) -> ServedMatches:
        """Return the matches of a concept in its collection."""
        given = {"threshold": threshold, "limit": limit, "offset": offset}
        found = self._ask("GET", _name_path(concept_id, "apply"), given=given)
        photos = tuple(_read_photo(hit, hit["probability"]) for hit in found["hits"])
        return ServedMatches(found["count"], found["threshold"], photos)

    def labels(self, concept_id: str) -> list[dict[str, Any]]:
        """Return a concept's labels: photo_id, label, round, reason, by, at."""
        found: list[dict[str, Any]] = self._ask("GET", _name_path(concept_id, "labels"))["labels"]
        return found

    def add_labels(self, concept_id: str, labels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Add labels as one action, which undo takes back; return what became of them.

        Args:
            labels: each with `label` (1, -1, 0) and one of photo_id, url and filename.
        """
        sent = {"labels": [dict(row) for row in labels], "by": self.by}
        told: dict[str, Any] = self._ask("POST", _name_path(concept_id, "labels"), sent)
        return told

    def _ask(
        self,
        method: str,
        path: str,
        sent: Mapping[str, Any] | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Any:
        address = f"{self.address}/api/{path}"
        try:
            body = None if sent is None else json.dumps(sent, allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise BadInput(f"This cannot be sent as JSON: {error}.") from error
        try:
            answer = self._session.request(
                method, address, params=_drop_missing(given or {}), data=body,
                headers={"Content-Type": "application/json"}, timeout=self._seconds,
                allow_redirects=False,
            )  # fmt: skip
            told = answer.json()
        except requests.JSONDecodeError as error:
            raise NoAnswer(
                f"What answers at {self.address} is not this app's API: give the app's address."
            ) from error
        except requests.Timeout as error:
            raise NoAnswer(
                f"{self.address} has not answered within {self._seconds:g} s: try again later."
            ) from error
        except (requests.RequestException, ValueError) as error:
            raise NoAnswer(
                f"No server answers at {self.address}: start the app, or give its address."
            ) from error
        if answer.ok:
            return told
        sentence = told.get("error") if isinstance(told, dict) else None
        raise ServerRefusal(
            answer.status_code, sentence or f"The server refused with status {answer.status_code}."
        )


def _check_address(address: str) -> None:
    try:
        sent = requests.Request("GET", address).prepare().url or ""
        fits = urlsplit(sent).scheme in ("http", "https")
    except (requests.RequestException, ValueError):
        fits = False
    if not fits:
        raise BadInput(
            f"{address!r:.80} is no address of an app: write it as http://localhost:8501."
        )


def _drop_missing(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _name_path(concept_id: str, what: str) -> str:
    return f"concepts/{quote(concept_id, safe='')}/{what}"


def _read_photo(
    told: Mapping[str, Any], score: float | None, reason: str = "", label: int = 0
) -> ServedPhoto:
    return ServedPhoto(told["id"], score, reason, label, told)


def _read_page(told: Mapping[str, Any]) -> ServedPage:
    concept = told["concept"]
    return ServedPage(
        concept["id"],
        concept["name"],
        concept["collection"],
        concept["threshold"],
        told["round"],
        tuple(
            _read_photo(asked["photo"], asked["score"], asked["reason"], asked["label"])
            for asked in told["photos"]
        ),
        told["yes"],
        told["no"],
        tuple(told["counts"]),
        told["undoable"],
        told["redoable"],
    )
