"""Tables far away: a local S3 server, and a table over HTTP."""

import hashlib
import http.server
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer.originals import make_thumbnail
from ingest.deadline import Watch
from ingest.errors import Rejected, SourceError
from ingest.far import read_object
from ingest.fetch import Fetcher, Patience
from ingest.photo import Photo
from ingest.sources import Source, place
from tests.ingest.pictures import jpeg

ROWS = [{"url": f"http://a/{at}.jpg", "caption": f"picture {at}"} for at in range(3)]
CSV = "url,caption\n" + "".join(f"{row['url']},{row['caption']}\n" for row in ROWS)
LISTED = """id,url
zero,s3://photos/pictures/0.jpg
one,s3://photos/pictures/a b#1%.jpg
two,../pictures/0.jpg
gone,s3://photos/pictures/none.jpg
empty,s3://photos/pictures/empty.jpg
google,gs://photos/0.jpg
"""

ALBUM = {
    "a.jpg": jpeg(2),
    "hills/b c#1%é.JPG": jpeg(3),
    "hills/@eaDir/b.jpg": b"a thumbnail",
    "hills/drafts/d.jpg": b"excluded",
    "hills/notes.pdf": b"",
}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of a local S3 server, with one table in four forms."""
    import boto3
    from moto.server import ThreadedMotoServer
    from upath import UPath

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}")
    client.create_bucket(Bucket="photos")
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(ROWS), sink)
    contents = {
        "set/t.csv": CSV.encode(),
        "set/t.jsonl": "\n".join(map(json.dumps, ROWS)).encode(),
        "set/t.parquet": sink.getvalue().to_pybytes(),
        "set/relative.csv": b"path,label\n../pictures/0.jpg,cat\n",
        "set/pictures.csv": LISTED.encode(),
        "pictures/0.jpg": jpeg(0),
        "pictures/a b#1%.jpg": jpeg(1),
        "pictures/empty.jpg": b"",
        "pictures/large.jpg": bytes(2000),
        "shards/a.csv": CSV.encode(),
        "shards/b.csv": CSV.replace("http://a", "http://b").encode(),
    }
    for at in range(2):
        with tarfile.open(fileobj=(packed := io.BytesIO()), mode="w") as tar:
            member = tarfile.TarInfo(f"{at}.jpg")
            member.size = len(jpeg(at))
            tar.addfile(member, io.BytesIO(jpeg(at)))
        contents |= {f"tars/0{at}.tar": packed.getvalue(), f"tars/0{at}.parquet": b"of its tar"}
    for key, content in contents.items():
        client.put_object(Bucket="photos", Key=key, Body=content)
    yield "s3://photos"
    UPath("s3://photos").fs.clear_instance_cache()
    server.stop()


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
def test_a_table_in_a_bucket_is_read(bucket: str, name: str) -> None:
    source = Source(f"{bucket}/set/{name}")
    assert [(p.address, p.metadata["description"]) for p in source] == [
        (row["url"], row["caption"]) for row in ROWS
    ]
    assert source.choices()[0].startswith("address: url, caption: caption")


def test_paths_in_a_bucket_start_from_the_table_and_a_folder_is_all_its_tables(bucket: str) -> None:
    (photo,) = Source(f"{bucket}/set/relative.csv")
    assert photo.address == f"{bucket}/pictures/0.jpg"
    assert len(list(Source(f"{bucket}/shards"))) == 6


def test_a_folder_of_tars_in_a_bucket_is_all_of_them(bucket: str) -> None:
    found = list(Source(f"{bucket}/tars"))
    assert [(photo.id, photo.payload) for photo in found] == [("0", jpeg(0)), ("1", jpeg(1))]


def test_pictures_that_a_table_names_in_a_bucket_are_fetched(
    bucket: str, ingest, database, store, tmp_path: Path
) -> None:
    summary = ingest(f"{bucket}/set/pictures.csv")
    assert (summary.inserted, summary.failed, summary.error) == (3, 3, None)
    assert summary.reasons == {
        "no such object": 1,
        "empty file": 1,
        "the package gcsfs is not installed": 1,
    }
    rows = {row["id"]: row for row in database.collection("photos").photos(["zero", "one", "two"])}
    assert rows["zero"]["digest"] == rows["two"]["digest"] != rows["one"]["digest"]
    assert rows["zero"]["url"] == "s3://photos/pictures/0.jpg"
    listed = tmp_path / "list.csv"
    listed.write_text(LISTED.replace("../pictures", "s3://photos/pictures"))
    again = ingest(listed)
    assert (again.inserted, again.skipped, again.failed_before) == (0, 5, 2)


@pytest.mark.parametrize("kind", ["s3", "memory"])
def test_the_pictures_of_a_folder_far_away_are_fetched_and_kept_in_step(
    bucket: str, ingest, database, kind: str
) -> None:
    store = fsspec.filesystem(kind, skip_instance_cache=True)  # as another machine would write
    root = f"{store.root_marker}photos/album"
    for name, content in ALBUM.items():
        store.pipe_file(f"{root}/{name}", content)
    options = {"exclude": ("drafts/",)}
    first = ingest(f"{kind}://{root}/", options=options)
    assert (first.inserted, first.reasons, first.error) == (2, {}, None)
    assert first.left_out == {".pdf": 1, "@eaDir": 1, "excluded folder": 1}
    ids = ["hills/b c#1%é.JPG", "a.jpg"]
    rows = database.collection("photos").photos(ids)
    assert [row["label"] for row in rows] == ["hills", None]
    assert rows[1]["url"] == store.unstrip_protocol(f"{root}/a.jpg")
    assert rows[1]["digest"] == hashlib.sha256(jpeg(2)).hexdigest()
    assert ingest(f"{kind}://{root}", options=options).skipped == 2
    store.pipe_file(f"{root}/a.jpg", jpeg(4))
    store.pipe_file(f"{root}/new.jpg", b"no picture")
    again = ingest(f"{kind}://{root}", options=options)
    assert (again.updated, again.skipped, again.inserted, again.failed) == (1, 1, 0, 1)
    (row,) = database.collection("photos").photos(["a.jpg"])
    assert row["digest"] == hashlib.sha256(jpeg(4)).hexdigest()


def test_an_object_is_read_up_to_the_limit_of_downloads_and_in_its_time(
    bucket: str,
) -> None:
    address = f"{bucket}/pictures/large.jpg"
    assert len(read_object(address, 2000, 30)) == 2000
    with pytest.raises(Rejected, match="picture too large"):
        read_object(address, 1999, 30)
    patience = Patience(whole=1e-6, attempts=2, backoff=0.01)
    with Watch() as watch, pytest.raises(Rejected, match="timeout"):
        Fetcher(watch, threading.Event(), patience).fetch(Photo("p", address))


def test_the_thumbnail_of_a_vector_whose_picture_lies_in_a_bucket_is_made_when_it_is_looked_at(
    bucket: str, database, store
) -> None:
    collection = database.create_collection("vectors", "m", 4)
    urls = [f"{bucket}/pictures/0.jpg", f"{bucket}/pictures/none.jpg", "https://a.example/1.jpg"]
    rows = {"id": ["0", "1", "2"], "url": urls, "vector": list(np.eye(4, dtype=np.float32)[:3])}
    collection.insert(pa.table(rows))
    made = [make_thumbnail(store, collection, photo) for photo in "012"]
    assert made[1:] == [None, None]
    assert made[0]
    assert store.thumbnail("vectors", "0") == made[0]


def test_no_address_leads_through_a_store_to_other_places(bucket: str, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(jpeg(1))
    for address in (
        f"s3://photos/x::file://{tmp_path}/secret.jpg",
        f"local://{tmp_path}/secret.jpg",
    ):
        with Watch() as watch, pytest.raises(Rejected):
            Fetcher(watch, threading.Event(), Patience(attempts=1)).fetch(Photo("p", address))


def test_what_is_not_there_or_cannot_be_read_is_one_sentence(bucket: str) -> None:
    with pytest.raises(SourceError, match=r"s3://photos/none.csv does not exist"):
        Source(f"{bucket}/none.csv")
    with pytest.raises(SourceError, match="unknown scheme nowhere"):
        Source("nowhere://x/t.csv")
    with pytest.raises(SourceError, match=r"ftp://127.0.0.1:9/t.csv cannot be read \(.*refused"):
        Source("ftp://127.0.0.1:9/t.csv")


def test_a_folder_far_away_that_cannot_be_listed_is_one_sentence(bucket: str, monkeypatch) -> None:
    def refuse(*given, **more):
        raise PermissionError("Access Denied")

    source = Source(f"{bucket}/pictures")
    monkeypatch.setattr(fsspec.filesystem("s3"), "ls", refuse)
    with pytest.raises(SourceError, match=r"pictures cannot be read \(Access Denied\): check"):
        list(source)


@pytest.mark.parametrize("method", ["exists", "is_dir", "iterdir"])
def test_a_bucket_without_access_is_one_sentence(bucket: str, monkeypatch, method: str) -> None:
    from upath import UPath

    def refuse(path):
        raise RuntimeError("Unable to locate credentials")

    monkeypatch.setattr(type(UPath(bucket)), method, refuse)
    with pytest.raises(SourceError, match=r"locate credentials.*check the address and your access"):
        Source(f"{bucket}/tars")


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="without the package gcsfs: pip install gcsfs"):
        Source("gs://bucket/t.csv")
    assert place.PACKAGES["hf"] == "huggingface_hub"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "t.csv").write_text(CSV)
    (tmp_path / "relative.csv").write_text("path,label\nimages/0.jpg,cat\n")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, directory=str(tmp_path), **kwargs)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_table_on_the_web_is_read(web: str) -> None:
    assert len(list(Source(f"{web}/t.csv"))) == 3
    (photo,) = Source(f"{web}/relative.csv")
    assert photo.address == f"{web}/images/0.jpg"


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500])
def test_a_table_that_the_web_refuses_is_one_sentence(status: int) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(SourceError, match=r"t\.csv does not exist or may not be read"):
            Source(f"http://127.0.0.1:{server.server_port}/t.csv")
        server.shutdown()


def test_a_page_in_place_of_a_table_is_named_as_one(web: str, tmp_path: Path) -> None:
    (tmp_path / "login.csv").write_text("\n<!DOCTYPE html><html><body>Sign in</body></html>")
    with pytest.raises(SourceError, match="is a web page, not a table"):
        list(Source(f"{web}/login.csv"))
