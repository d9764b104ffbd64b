"""What is asked of many photos goes in statements that a server takes, however long the ids."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.vecdb.conftest import photos, unit
from vecdb import Collection, Database, Failure, PlainHead
from vecdb.connection import Connection
from vecdb.survey import SurveyPlan

IDS = [f"{'a folder/' * 25}{at:05}" for at in range(700)]
LONGEST_FIELD = 128 * 1024  # bytes of a form field: ClickHouse refuses longer ones


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long the values are that statements were sent with."""
    sizes: list[int] = []
    for name in ("select", "run"):
        method = getattr(Connection, name)

        def note(
            self: Connection, name: str, values: Any = None, *, _method: Any = method, **parts: str
        ) -> Any:
            sizes.extend(len(str(value)) for value in (values or {}).values())
            return _method(self, name, values, **parts)

        monkeypatch.setattr(Connection, name, note)
    return sizes


def survey(database: Database, collection: Collection) -> Any:
    head = PlainHead(np.ones(16, np.float32))
    return collection.survey(head, SurveyPlan(len(IDS), 15, 50)).vectors


@pytest.mark.parametrize(
    "ask",
    [
        survey,
        lambda database, _: database.failures.latest("long", IDS),
        lambda _, collection: collection.records.known_ids(IDS),
        lambda _, collection: collection.photos(IDS),
        lambda _, collection: range(collection.delete(IDS)),
    ],
    ids=["survey", "failures", "known", "photos", "delete"],
)
def test_every_photo_is_asked_about_in_parts_that_a_server_takes(
    database: Database, sent: list[int], ask: Callable[[Database, Collection], Any]
) -> None:
    collection = database.create_collection("long", "by chance", 16)
    collection.insert(photos(IDS, unit(len(IDS), 16)))
    database.failures.add("long", [Failure(photo, "", "gone", True) for photo in IDS])
    assert len(ask(database, collection)) == len(IDS)
    assert max(sent) < LONGEST_FIELD
