"""The routes behind a real HTTP server, on a store and an embedded database of their own."""

import contextlib
import io
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import requests
import uvicorn
from PIL import Image
from starlette.applications import Starlette

from api import routes
from encoder import load_encoder
from explorer import Explorer
from tests.encoder.tiny_clip import save_tiny_clip
from vecdb import Collection

COLOURS = ("red", "green", "blue", "yellow", "black", "white", "orange", "purple", "grey", "pink")


@contextlib.contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve an application on a free port; yield the address."""
    running = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=running.run, args=([listening],), daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        running.should_exit = True
        thread.join(60)


@pytest.fixture
def explorer(embedded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Explorer]:
    """An explorer of an empty database and an empty store."""
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "store"))
    with Explorer(embedded, store=tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def server(explorer: Explorer) -> Iterator[str]:
    """Serve `routes()` on an empty database."""
    with serving(Starlette(routes=routes(explorer))) as address:
        yield address


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a CLIP of random weights, as an encoder's name."""
    return str(save_tiny_clip(tmp_path_factory.mktemp("models") / "clip"))


def picture(colour: str) -> Image.Image:
    """A picture of one colour with a darker corner."""
    image = Image.new("RGB", (64, 48), colour)
    image.paste(Image.new("RGB", (20, 20), "brown"), (0, 0))
    return image


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@dataclass
class Served:
    """A server with one collection of coloured pictures, one of them there twice."""

    address: str
    collection: Collection
    folder: Path
    explorer: Explorer

    def get(self, path: str, **parameters: Any) -> requests.Response:
        return requests.get(self.address + path, params=parameters, timeout=60)

    def post(self, path: str, body: Any) -> requests.Response:
        return requests.post(self.address + path, json=body, timeout=60)


@pytest.fixture(scope="session")
def coloured(model: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures `colours/red`, ... and `copy of red`, a database and a store of them.

    Tests copy the latter two.
    """
    folder = tmp_path_factory.mktemp("coloured")
    images = [picture(colour) for colour in COLOURS]
    ids = [f"colours/{colour}" for colour in COLOURS]
    encoder = load_encoder(model)
    vectors = encoder.encode_images(images)
    vectors = np.stack([*vectors, vectors[0]])  # a copy to the bit, on every processor
    files = folder / "pictures"
    files.mkdir()
    for colour, image in zip(COLOURS, images, strict=True):
        (files / f"{colour}.jpg").write_bytes(jpeg(image))
    with Explorer(f"chdb://{folder}/chdb", store=folder / "store") as explorer:
        collection = explorer.database.create_collection("colours", model, encoder.dim)
        collection.insert(
            pa.table(
                {
                    "id": [*ids, "copy of red"],
                    "url": [str(files / f"{colour}.jpg") for colour in COLOURS]
                    + ["https://example.org/red.jpg"],
                    "vector": list(vectors),
                    "description": [f"a {colour} picture" for colour in COLOURS] + ["red again"],
                    "width": pa.array([64] * len(vectors), pa.uint32()),
                    "height": pa.array(range(40, 40 + len(vectors)), pa.uint32()),
                    "country": ["Italy" if at % 2 else "Norway" for at in range(len(vectors))],
                }
            )
        )
        rows = [
            (photo, str(at), jpeg(image))
            for at, (photo, image) in enumerate(zip(ids, images, strict=True))
        ]
        explorer.store.put_thumbnails("colours", rows)
    return folder


@pytest.fixture
def served(coloured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Serve `routes()` on the coloured pictures."""
    for part in ("chdb", "store"):
        shutil.copytree(coloured / part, tmp_path / part, symlinks=True)
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("VECDB_TABLE", "colours")
    with (
        Explorer(f"chdb://{tmp_path}/chdb", store=tmp_path / "store") as explorer,
        serving(Starlette(routes=routes(explorer))) as address,
    ):
        yield Served(address, explorer.collection("colours"), coloured / "pictures", explorer)


def unit(vector: Any) -> np.ndarray:
    """Scale (d,) to length one."""
    array = np.asarray(vector, np.float64)
    return array / np.linalg.norm(array)
