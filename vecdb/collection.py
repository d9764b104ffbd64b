"""One collection of photos with vectors of one encoder."""

import threading
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vecdb import moments
from vecdb.cluster import name_stored
from vecdb.connection import Connection
from vecdb.errors import UnknownPhoto
from vecdb.heads import LinearHead, head_parameters, two_head_parameters, unit_query
from vecdb.hits import Hits, matrix
from vecdb.index import VectorIndex
from vecdb.labels import SEQUENCE
from vecdb.photos import check_photos, describe_row
from vecdb.records import Records, split_ids
from vecdb.scores import Scores
from vecdb.search import (
    EVERYTHING,
    EXCLUDED_BYTES_IN_STATEMENT,
    Scope,
    Search,
    count_matching,
)
from vecdb.survey import Survey, SurveyPlan, compose_survey, one_pass

ROWS_IN_INSERT = 50_000


class Collection:
    """Photos of one table: put them in, find them, score them. Safe to share between threads."""

    def __init__(
        self, connection: Connection, name: str, encoder: str, dim: int, fingerprint: str = ""
    ) -> None:
        self._connection = connection
        self._stored = name_stored(connection, name)
        # Held by whoever asks what is stored and then stores what is not.
        self.inserting = threading.RLock()
        self.name = name
        self.encoder = encoder
        self.fingerprint = fingerprint
        self.dim = dim
        self.index = VectorIndex(connection, name, dim)
        self.records = Records(connection, name)
        self.scores = Scores(connection, name, dim)

    @property
    def encoder_key(self) -> str:
        """Under what the store keeps this encoder's vectors: its fingerprint, else its name."""
        return self.fingerprint or self.encoder

    def insert(
        self,
        photos: pa.Table,
        *,
        normalize: bool = False,
        more: bool = False,
        known: Set[str] | None = None,
    ) -> int:
        """Store the photos whose ids are new; the others stay as they were.

        Args:
            photos: columns id, url, vector (dim numbers, unit length within 1e-3) and any of
                vecdb.photos.METADATA.
            normalize: scale vectors to unit length instead of refusing others.
            more: more follow at once: a large collection's index waits until they have, for
                building it takes every core.
            known: which of the ids it holds, from who has just asked; asked anew by default.

        Returns:
            Rows really inserted, durable on return.

        Raises:
            BadPhotos, BadVector: nothing of this call was stored.
        """
        rows = check_photos(photos, self.dim, normalize=normalize)
        with self.inserting:
            if known is None:
                known = self.records.known_ids(rows.column("id").to_pylist())
            if known:
                fresh = pc.invert(pc.is_in(rows.column("id"), pa.array(sorted(known))))
                rows = rows.filter(fresh)
            if "revision" not in rows.column_names:
                # Tells photos that came later from those that somebody has looked at.
                rows = _add_revision(rows)
            settings = self.index.insert_settings
            for start in range(0, rows.num_rows, ROWS_IN_INSERT):
                batch = rows.slice(start, ROWS_IN_INSERT)
                self._connection.insert(self.name, batch, **settings)
            if not more:
                self.index.build_when_large()
        return rows.num_rows

    def delete(self, ids: Sequence[str]) -> int:
        """Remove photos for good; ids that the collection does not hold are no error.

        Returns:
            How many ids were given.
        """
        for part in split_ids(ids):
            self._connection.run("photos/delete", {"ids": part}, table=self._stored)
        return len(ids)

    def replace(self, photos: pa.Table, *, normalize: bool = False) -> int:
        """Store photos in place of those of the same ids; an interruption loses none.

        Args:
            photos, normalize: as for `insert`.

        Returns:
            How many rows were stored, durable on return.

        Raises:
            BadPhotos, BadVector: nothing of this call was stored.
        """
        rows = check_photos(photos, self.dim, normalize=normalize)
        if not rows.num_rows:
            return 0
        if "revision" in rows.column_names:
            rows = rows.drop_columns("revision")
        latest = self._connection.select("photos/latest", table=self.name)
        SEQUENCE.pass_by(latest.column("latest")[0].as_py())
        rows = _add_revision(rows)
        revision = rows.column("revision")[0].as_py()
        with self.inserting:
            # The new rows first: where this breaks off, `finish_replacing` removes the old ones.
            self._connection.insert(self.name, rows, **self.index.insert_settings)
            self._delete_older(rows.column("id").to_pylist(), revision)
        return rows.num_rows

    def finish_replacing(self) -> None:
        """Keep the latest row of each photo: a replacement was broken off, or two stored it."""
        left = self._connection.select("photos/doubled", table=self.name)
        by_latest: dict[int, list[str]] = {}
        for row in left.to_pylist():
            by_latest.setdefault(row["latest"], []).append(row["id"])
        for latest, ids in by_latest.items():
            self._delete_older(ids, latest)

    def _delete_older(self, ids: Sequence[str], revision: int) -> None:
        for part in split_ids(ids):
            values = {"ids": part, "revision": revision}
            self._connection.run("photos/delete_older", values, table=self._stored)

    def count(self, scope: Scope = EVERYTHING) -> int:
        """How many photos there are, or are in a scope."""
        return count_matching(self._connection, self.name, scope)

    def nearest(
        self,
        q: Any,
        k: int,
        scope: Scope = EVERYTHING,
        *,
        exact: bool | None = None,
        with_vectors: bool = False,
        with_photos: bool = False,
    ) -> Hits:
        """Return the k photos nearest to a vector, always k where k qualify.

        Args:
            q: (dim,) numbers of any length but zero; weights of a head give its best photos.
            scope: which photos may come back.
            exact: True reads every vector, False prefers the index, None chooses by cost.
            with_vectors: also return the vectors.
            with_photos: also return what is known of each, for less than `photos` asks afterwards.

        Raises:
            BadVector: q has another shape or is not finite.
        """
        search = replace(
            self._search("nearest", {}, k, scope, with_vectors),
            query=unit_query(q, self.dim),
            with_photos=with_photos,
        )
        if exact or (exact is None and not self.index.serves):
            return search.exact()
        return search.indexed(self.index.photos)

    def boundary(
        self, head: LinearHead, k: int, scope: Scope = EVERYTHING, *, with_vectors: bool = False
    ) -> Hits:
        """Return the k photos of smallest |weights . vector + bias|, smallest first."""
        parameters = head_parameters(head, self.dim)
        return self._search("boundary", parameters, k, scope, with_vectors).exact()

    def sample(
        self, k: int, scope: Scope = EVERYTHING, *, seed: int, with_vectors: bool = False
    ) -> Hits:
        """Return k photos drawn uniformly, at distance 0.

        The same seed draws the same while nothing is added.
        """
        return self._search("sample", {"seed": seed}, k, scope, with_vectors).exact()

    def survey(
        self,
        head: LinearHead,
        plan: SurveyPlan,
        scope: Scope = EVERYTHING,
        *,
        at_hand: Mapping[str, np.ndarray] | None = None,
    ) -> Survey:
        """Return what a page of mining needs: candidates with vectors, spread of probabilities.

        The same as `nearest`, `boundary`, `histogram` and `agreement` together, in one pass where
        reading the whole collection is the cheapest way.

        Args:
            head: whose candidates, and whose probabilities over the whole collection.
            scope: which photos may be candidates; excluded ids and a concept, no filter.
            at_hand: vectors (dim,) by id that need not be read again.
        """
        short = scope.exclude_bytes <= EXCLUDED_BYTES_IN_STATEMENT
        if short and self._connection.dialect == "clickhouse" and not self.index.serves:
            heads = two_head_parameters(head, plan.before or head, plan.cut, self.dim)
            return one_pass(
                self._connection, self.name, heads, plan, scope, at_hand or {}, self.known_vectors
            )
        return compose_survey(
            (
                self.nearest(head.weights, plan.top, scope, with_vectors=True),
                self.boundary(head, plan.boundary, scope, with_vectors=True),
            ),
            self.scores.histogram(head, plan.bins),
            self.scores.agreement(head, plan.before, plan.cut) if plan.before else 1.0,
        )

    def vectors(self, ids: Sequence[str]) -> np.ndarray:
        """Return (n, dim) float32 in the order asked.

        Raises:
            UnknownPhoto: an id that the collection does not hold.
        """
        found, vectors = self.known_vectors(ids)
        if len(found) < len(ids):
            known = set(found)
            missing = next(photo for photo in ids if photo not in known)
            raise UnknownPhoto(f"The collection {self.name} holds no photo {missing!r}.")
        return vectors

    def known_vectors(self, ids: Sequence[str]) -> tuple[list[str], np.ndarray]:
        """Return those of the photos that exist, in the order asked, and their vectors (m, dim)."""
        tables = list(self.records.rows("photos/vectors", ids))
        names = [photo for table in tables for photo in table.column("id").to_pylist()]
        rows = [np.zeros((0, self.dim), np.float32), *(matrix(t, self.dim) for t in tables)]
        # A photo that is being replaced has two rows for a moment.
        at = {photo: row for row, photo in enumerate(names)}
        known = [photo for photo in ids if photo in at]
        return known, np.concatenate(rows)[[at[photo] for photo in known]]

    def pages_of_vectors(self, k: int, prefix: str = "") -> Iterator[tuple[list[str], np.ndarray]]:
        """Yield ids and vectors (n, dim) of all photos whose ids begin so, by id, k at a time."""
        pages = self._connection.pages(
            "photos/page_of_vectors", k, {"prefix": prefix}, table=self.name
        )
        for page in pages:
            yield page.column("id").to_pylist(), matrix(page, self.dim)

    def photos(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return what is known of each photo in the order asked; unknown ids are left out.

        One dict each: id, url and METADATA, where `taken` is a UTC datetime, None when unknown.
        """
        found: dict[str, dict[str, Any]] = {}
        for table in self.records.rows("photos/metadata", ids):
            for row in table.to_pylist():
                found[row["id"]] = describe_row(row)
        return [found[photo] for photo in ids if photo in found]

    def extent(self) -> moments.PhotosExtent:
        """Return what tells that photos came, went or were stored anew."""
        return moments.photos_extent(self._connection, self.name)

    def state(self) -> int:
        """Return what tells that nothing was stored, removed or merged; reads no photo.

        The same state is the same extent; another may be, for the engine merges parts by itself.
        """
        found = self._connection.select("photos/state", {"table": self.name}, table=self.name)
        return int(found.column("state")[0].as_py())

    def moments(self) -> moments.Moments:
        """Return count, mean and covariance; kept in the database until the photos change."""
        return moments.moments(self._connection, self.name, self.dim)

    def _search(
        self, name: str, parameters: dict[str, Any], k: int, scope: Scope, with_vectors: bool
    ) -> Search:
        return Search(
            self._connection, self.name, self.dim, name, parameters, k, scope, with_vectors
        )


def _add_revision(rows: pa.Table) -> pa.Table:
    revision = SEQUENCE.take(1)
    return rows.append_column("revision", pa.array([revision] * rows.num_rows, pa.uint64()))
