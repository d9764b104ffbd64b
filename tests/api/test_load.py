"""The people of `tests.browser.load`, over the app's own routes: full pages, and errors counted."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
from starlette.applications import Starlette

from api import routes
from explorer import Explorer
from pages.grid.page import page_data
from tests.api.conftest import serving
from tests.browser.latency import open_collection
from tests.browser.load import begin_concepts, summarise, work
from vecdb import connect


def test_people_who_never_pause_get_a_full_page_each_time(tmp_path):
    rng = np.random.default_rng(0)
    ids = [f"c{at % 5:02d}-{at:06d}" for at in range(600)]
    vectors = rng.normal(size=(5, 512))[np.arange(600) % 5] + rng.normal(size=(600, 512))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with connect(f"chdb://{tmp_path}/chdb") as database:
        collection = database.create_collection("latency", "offline", 512)
        rows = {"id": ids, "url": [""] * 600, "vector": list(vectors.astype(np.float32))}
        collection.insert(pa.table(rows))
    opening = open_collection(tmp_path)
    assert set(opening) == {"first_ms", "again_ms"}
    concepts = begin_concepts(tmp_path, ids[0], 3)
    with Explorer(f"chdb://{tmp_path}/chdb", store=tmp_path / "store") as explorer:
        app = Starlette(routes=routes(explorer, page_data))
        with serving(app) as address, ThreadPoolExecutor(3) as pool:
            done = list(pool.map(lambda one: work(address, one, 3), concepts))
            lost = work(address, "no-such-concept", 1)
        judged = [len(explorer.concepts.labels(concept)) for concept in concepts]
    found = summarise(done, 2.0)
    assert (found["rounds"], found["errors"], found["first_error"]) == (9, 0, "")
    assert found["per_second"] == 4.5
    assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"]
    assert judged == [75, 75, 75]
    assert summarise([lost], 1.0)["errors"] == 2
    assert "404" in summarise([lost], 1.0)["first_error"]
