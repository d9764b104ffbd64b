import numpy as np
import pyarrow as pa

from explorer.deletion import find_named
from vecdb import connect


def test_names_lead_to_photos_and_what_fits_none_or_several_is_told(tmp_path):
    ids = ["one/a.jpg", "two/a.jpg", "two/b.jpg"]
    urls = [f"file:///photos/{photo}" for photo in ids]
    rows = pa.table({"id": ids, "url": urls, "vector": list(np.eye(4, dtype=np.float32)[:3])})
    with connect(f"chdb://{tmp_path}/db") as database:
        collection = database.create_collection("pets", "by hand", 4)
        collection.insert(rows)
        names = ["b.jpg", "one/a.jpg", urls[0], "a.jpg", "nobody.jpg"]
        named = find_named(collection, names)
    assert named.ids == ("two/b.jpg", "one/a.jpg")
    assert named.describe_missing() == (
        "Not found: nobody.jpg. "
        "Several photos are called a.jpg: give an id, one/a.jpg or two/a.jpg."
    )
