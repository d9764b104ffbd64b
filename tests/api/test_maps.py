"""What a browser draws of a map comes as it is described, for those who may have it."""

import json
from dataclasses import dataclass

import numpy as np
import pytest
import requests

from api import maps
from explorer.addresses import map_url
from explorer.mapping.map import SIDE
from explorer.settings import Settings
from tests.api.conftest import COLOURS, Served
from tests.vecdb.conftest import photos
from vecdb import ClassCorrection, Label
from vecdb.maps import Placed


@dataclass
class Mapped:
    """A server whose collection has a map: photo i of the sample lies at (i / 10, i / 20)."""

    served: Served
    stamp: str
    ids: list[str]

    def get(self, what: str, **parameters) -> requests.Response:
        parameters = {"stamp": self.stamp, **parameters}
        return self.served.get(f"/api/map/colours/{what}", **parameters)


@pytest.fixture
def mapped(served: Served) -> Mapped:
    store, collection = served.explorer.database.maps, served.collection
    version, found = store.begin(), store.sample(collection, 100)
    at = np.arange(len(found.ids))
    positions = np.stack([at / 10, at / 20], axis=1).astype(np.float32)
    groups = (at % 2).astype(np.uint16)
    store.add("colours", version, found, Placed(found.ids, positions, groups), anchors=True)
    store.finish("colours", version, ["odd", "even"], positions[:2])
    shown = served.explorer.maps.open("colours")
    assert shown is not None
    return Mapped(served, shown.stamp, found.ids.to_pylist())


def read_points(body: bytes) -> dict[str, np.ndarray]:
    n = int(np.frombuffer(body, "<u4", 1)[0])
    return {
        "rows": np.frombuffer(body, "<u4", n, 4),
        "x": np.frombuffer(body, "<u2", n, 4 + 4 * n),
        "y": np.frombuffer(body, "<u2", n, 4 + 6 * n),
        "groups": np.frombuffer(body, "u1", n, 4 + 8 * n),
    }


def read_values(body: bytes) -> tuple[dict, np.ndarray]:
    length = int(np.frombuffer(body, "<u4", 1)[0])
    return json.loads(body[4 : 4 + length]), np.frombuffer(body[4 + length :], "u1")


def test_every_photo_comes_with_number_place_and_group(mapped: Mapped) -> None:
    answer = mapped.get("points")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    found = read_points(answer.content)
    assert len(answer.content) == 4 + 9 * 11
    assert found["rows"].tolist() == list(range(11))
    np.testing.assert_allclose(found["x"] / SIDE, np.arange(11) / 10, atol=1e-4)
    np.testing.assert_allclose(found["y"] / SIDE, np.arange(11) / 20, atol=1e-4)
    assert found["groups"].tolist() == [at % 2 for at in range(11)]


def test_a_part_of_the_map_and_its_colours_come_in_the_same_order(mapped: Mapped) -> None:
    part = {"left": 0.25, "right": 0.65, "top": 0, "bottom": 1}
    found = read_points(mapped.get("points", **part).content)
    assert found["rows"].tolist() == [3, 4, 5, 6]
    legend, values = read_values(mapped.get("values", by="group", **part).content)
    names = [legend["names"][value] for value in values]
    assert names == ["even", "odd", "even", "odd"]


def test_of_a_large_collection_a_sample_comes(mapped: Mapped, monkeypatch) -> None:
    monkeypatch.setattr(maps, "MOST_POINTS", 4)
    assert read_points(mapped.get("points").content)["rows"].tolist() == [0, 1, 2, 3]
    assert len(read_values(mapped.get("values", by="group").content)[1]) == 4


def test_photos_are_coloured_by_what_a_concept_makes_of_them(mapped: Mapped) -> None:
    explorer, collection = mapped.served.explorer, mapped.served.collection
    anchor = collection.vectors(["colours/red"])[0]
    page = explorer.rounds.begin(collection, "red", anchor, Settings())
    explorer.rounds.relabel(page.concept.id, {"colours/red": 1, "colours/blue": -1})
    legend, values = read_values(mapped.get("values", by=f"probability:{page.concept.id}").content)
    assert (legend["kind"], legend["low"], legend["high"]) == ("scale", "0 %", "100 %")
    by_photo = dict(zip(mapped.ids, values.tolist(), strict=True))
    assert by_photo["colours/red"] == by_photo["copy of red"] > by_photo["colours/blue"]
    expected = explorer.concepts.get(page.concept.id)
    margins = collection.vectors(mapped.ids) @ expected.weights + expected.bias
    np.testing.assert_allclose(values / 254, 1 / (1 + np.exp(-margins)), atol=0.01)
    legend, values = read_values(mapped.get("values", by=f"answers:{page.concept.id}").content)
    assert (legend["names"], legend["counts"], legend["unknown"]) == (["yes", "no"], [1, 1], 9)
    by_photo = dict(zip(mapped.ids, values.tolist(), strict=True))
    assert (by_photo["colours/red"], by_photo["colours/blue"]) == (0, 1)
    explorer.concepts.label(page.concept.id, [Label("colours/green", 1)], action="edit:x")
    legend, _ = read_values(mapped.get("values", by=f"answers:{page.concept.id}").content)
    assert legend["counts"] == [2, 1]


def test_photos_are_coloured_by_class_label_and_date(mapped: Mapped) -> None:
    store, collection = mapped.served.explorer.database.class_sets, mapped.served.collection
    kept = store.create(
        "two", collection.name, collection.encoder, names=["red", "green"], templates=["a {}"]
    )
    legend, values = read_values(mapped.get("values", by=f"class:{kept.id}").content)
    assert set(legend["names"]) <= {"red", "green"}
    assert sum(legend["counts"]) == len(values) == 11
    first = collection.vectors(["colours/blue"])[0]
    for name in ("green", ""):
        store.correct(kept.id, {"colours/blue": ClassCorrection(name, first)})
        legend, values = read_values(mapped.get("values", by=f"class:{kept.id}").content)
        value = values[mapped.ids.index("colours/blue")]
        assert (legend["names"][value] if value < 254 else "") == name
    legend, values = read_values(mapped.get("values", by="label").content)
    assert (legend["names"], legend["unknown"]) == ([], 11)
    assert set(values.tolist()) == {255}
    legend, values = read_values(mapped.get("values", by="date").content)
    assert (legend["kind"], legend["unknown"]) == ("scale", 11)


def test_labels_and_dates_where_they_are_known(served: Served) -> None:
    explorer = served.explorer
    collection = explorer.database.create_collection("dated", "by hand", 4)
    labels = ["dog"] * 5 + ["cat"] * 3 + [f"rare {at}" for at in range(20)] + [None] * 101
    days = [1_600_000_000 + 86_400 * at for at in range(1, 128)]
    taken = [0, *days, None]  # the first of a camera whose clock was never set
    ids = [f"{at:02d}" for at in range(129)]
    import pyarrow as pa

    vectors = np.tile(np.eye(4, dtype=np.float32)[0], (129, 1))
    collection.insert(
        photos(ids, vectors, label=labels, taken=pa.array(taken, pa.timestamp("s", "UTC")))
    )
    store = explorer.database.maps
    version, found = store.begin(), store.sample(collection, 200)
    placed = Placed(found.ids, np.zeros((129, 2), np.float32), np.zeros(129, np.uint16))
    store.add("dated", version, found, placed, anchors=True)
    store.finish("dated", version, ["all"], np.zeros((1, 2)))
    shown = explorer.maps.open("dated")
    assert shown is not None
    ask = {"stamp": shown.stamp}
    legend, values = read_values(served.get("/api/map/dated/values", by="label", **ask).content)
    assert legend["names"][:2] == ["dog", "cat"]
    assert (len(legend["names"]), legend["others"], legend["unknown"]) == (12, 10, 101)
    by_photo = dict(zip(found.ids.to_pylist(), values.tolist(), strict=True))
    assert [by_photo[photo] for photo in ("00", "05", "28")] == [0, 1, 255]
    legend, values = read_values(served.get("/api/map/dated/values", by="date", **ask).content)
    by_photo = dict(zip(found.ids.to_pylist(), values.tolist(), strict=True))
    assert by_photo["00"] <= by_photo["01"] < by_photo["13"] < by_photo["127"] < 255
    assert by_photo["128"] == 255
    assert (legend["low"], legend["high"]) == ("until 14 Sep 2020", "from 17 Jan 2021")


def test_photos_are_told_of_by_their_numbers(mapped: Mapped) -> None:
    rows = [mapped.ids.index("colours/red"), mapped.ids.index("copy of red")]
    found = mapped.get("photos", rows=f"{rows[0]},{rows[1]},999").json()
    assert [photo["id"] for photo in found] == ["colours/red", "copy of red"]
    assert found[0]["caption"] == "a red picture"
    assert found[0]["group"] == ("odd", "even")[rows[0] % 2]
    picture = mapped.served.get("/" + found[0]["src"])
    assert picture.headers["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("what", "wrong", "status", "sentence"),
    [
        ("points", {"stamp": "1.2.3"}, 404, "The map has changed since: load the page again."),
        ("points", {"left": 2}, 400, "left"),
        ("points", {"left": "nan"}, 400, "left"),
        ("values", {"by": "mood"}, 400, "cannot be coloured by 'mood'"),
        ("values", {"by": "group:x"}, 400, "cannot be coloured"),
        ("values", {"by": "probability:nobody"}, 404, "nobody"),
        ("values", {"by": "class"}, 400, "cannot be coloured"),
        ("values", {"by": "class:none"}, 404, "no classes"),
        ("photos", {"rows": "1;2"}, 400, "rows"),
        ("photos", {"rows": "900"}, 404, "no photos"),
        ("photos", {"rows": ",".join(map(str, range(300)))}, 400, "rows"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(
    mapped: Mapped, what: str, wrong: dict, status: int, sentence: str
) -> None:
    answer = mapped.get(what, **wrong)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]


def test_a_map_that_asks_for_a_token_is_drawn_by_its_signed_address(
    mapped: Mapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    assert mapped.get("points").status_code == 401
    address = f"{mapped.served.address}/{map_url('colours', 'points')}&stamp={mapped.stamp}"
    assert requests.get(address, timeout=60).status_code == 200
    other = address.replace("/colours/", "/other/")
    assert requests.get(other, timeout=60).status_code == 401


def test_a_collection_without_a_map_says_so(served: Served) -> None:
    assert len(COLOURS) == 10
    answer = served.get("/api/map/colours/points", stamp="1.2.3")
    assert answer.status_code == 404
