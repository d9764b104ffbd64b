from vecdb import Collection, Database, Failure


def facts(failures):
    return [(f.photo_id, f.reason, f.permanent, f.attempts) for f in failures]


def test_the_last_failure_of_a_photo_counts(database: Database, axes: Collection) -> None:
    store = database.failures
    store.add(
        "axes", [Failure("x", "http://x", "HTTP 500", False), Failure("y", "u", "gone", True)]
    )
    store.add("axes", [Failure("x", "http://x2", "HTTP 404", True, attempts=2)])
    latest = store.latest("axes", ["x", "y", "never"])
    assert sorted(latest) == ["x", "y"]
    assert facts([latest["x"]]) == [("x", "HTTP 404", True, 2)]
    assert latest["x"].url == "http://x2"
    assert latest["x"].created is not None
    assert store.latest("axes", []) == {}
    assert store.latest("other", ["x"]) == {}


def test_photos_that_came_in_after_all_are_not_listed(database: Database, axes: Collection) -> None:
    store = database.failures
    store.add("axes", [Failure("a", "u", "too slow", False), Failure("x", "u", "too slow", False)])
    store.add("axes", [Failure("y", "u", "HTTP 404", True)])
    assert facts(store.list("axes")) == [("y", "HTTP 404", True, 1), ("x", "too slow", False, 1)]
    assert facts(store.list("axes", limit=1)) == [("y", "HTTP 404", True, 1)]
    assert store.counts("axes") == {"HTTP 404": 1, "too slow": 1}


def test_nothing_failed_is_nothing_listed(database: Database, axes: Collection) -> None:
    database.failures.add("axes", [])
    assert database.failures.list("axes") == []
    assert database.failures.counts("axes") == {}
