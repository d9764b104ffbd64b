"""The key-value store beside the database: thumbnails, and vectors by picture and encoder."""

import hashlib
import logging
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lmdb
import numpy as np

from commandline.limits import advise_on_limit
from vecdb.errors import StoreUnusable

LOG = logging.getLogger("vecdb")
DEFAULT_DIRECTORY = Path("data") / "store"
# Address space, not disk: the file grows with what is put in.
LARGEST = 1 << 38
KEY_BYTES = 32


class Store:
    """Thumbnails and cached vectors in one LMDB directory; safe for several processes at once."""

    def __init__(self, path: str | Path | None = None) -> None:
        """Open the store, made where there is none.

        Args:
            path: directory; without one VECDB_STORE, else ./data/store.

        Raises:
            StoreUnusable: it cannot be opened; later, from every method, read or written.
        """
        self.path = Path(
            os.path.realpath(path or os.environ.get("VECDB_STORE") or DEFAULT_DIRECTORY)
        )
        self._env, self._thumbnails, self._vectors = _open(self.path)

    def put_thumbnails(self, collection: str, rows: Iterable[tuple[str, str, bytes]]) -> None:
        """Keep JPEGs, given as (photo id, digest of the picture, bytes); a later one replaces.

        Pictures are kept by digest, so that a picture under several ids is stored once.
        """
        with self._transaction(self._thumbnails, write=True) as transaction:
            for photo_id, digest, jpeg in rows:
                transaction.put(_key("photo", collection, photo_id), _key("digest", digest))
                transaction.put(_key("digest", digest), jpeg)

    def thumbnail(self, collection: str, photo_id: str) -> bytes | None:
        """Return the JPEG of a photo, or None where none is kept.

        A collection `T__NAME`, derived from T, shows T's.
        """
        with self._transaction(self._thumbnails) as transaction:
            while collection:
                digest = transaction.get(_key("photo", collection, photo_id))
                jpeg = transaction.get(digest) if digest else None
                if jpeg is not None:
                    return bytes(jpeg)
                collection = collection.rpartition("__")[0]
        return None

    def put_vectors(self, encoder: str, digests: Sequence[str], vectors: np.ndarray) -> None:
        """Keep vectors (n, d) of pictures by what encoded them and the pictures' digests."""
        numbers = np.ascontiguousarray(vectors, dtype="<f4")
        with self._transaction(self._vectors, write=True) as transaction:
            for digest, row in zip(digests, numbers, strict=True):
                transaction.put(_key(encoder, digest), row.tobytes())

    def vectors(self, encoder: str, digests: Iterable[str]) -> dict[str, np.ndarray]:
        """Return the kept vectors, (d,) float32 by digest; others are left out."""
        found = {}
        with self._transaction(self._vectors) as transaction:
            for digest in digests:
                row = transaction.get(_key(encoder, digest))
                if row is not None:
                    found[digest] = np.frombuffer(row, dtype="<f4").astype(np.float32)
        return found

    def hand_on_thumbnails(self, collection: str, other: str, photo_ids: Iterable[str]) -> None:
        """Let another collection show thumbnails of one as its own, where it has none."""
        with self._transaction(self._thumbnails, write=True) as transaction:
            for photo_id in photo_ids:
                digest = transaction.get(_key("photo", collection, photo_id))
                if digest:
                    transaction.put(_key("photo", other, photo_id), digest, overwrite=False)

    def take_back_thumbnails(self, collection: str, other: str, photo_ids: Iterable[str]) -> None:
        """Undo `hand_on_thumbnails`: the other collection shows what this one does from now on."""
        with self._transaction(self._thumbnails, write=True) as transaction:
            for photo_id in photo_ids:
                own = _key("photo", other, photo_id)
                if transaction.get(own) == transaction.get(_key("photo", collection, photo_id)):
                    transaction.delete(own)

    def show_pictures(self, collection: str, digests: Mapping[str, str]) -> None:
        """Note which pictures photos are, by digest; their JPEGs are kept already, if any are."""
        with self._transaction(self._thumbnails, write=True) as transaction:
            for photo_id, digest in digests.items():
                transaction.put(_key("photo", collection, photo_id), _key("digest", digest))

    def drop_thumbnails(self, collection: str, photo_ids: Iterable[str]) -> None:
        """Forget which pictures some photos are; the pictures stay until `drop_pictures`."""
        with self._transaction(self._thumbnails, write=True) as transaction:
            for photo_id in photo_ids:
                transaction.delete(_key("photo", collection, photo_id))

    def drop_pictures(self, digests: Iterable[str], encoders: Iterable[str]) -> None:
        """Remove thumbnails that no photo shows any more, and the vectors of these pictures."""
        wanted = {_key("digest", digest): digest for digest in digests}
        with self._transaction(self._thumbnails, write=True) as transaction:
            # Another database may show a picture, too: only what nothing points to is removed.
            for _, value in transaction.cursor():
                wanted.pop(bytes(value) if len(value) == KEY_BYTES else b"", None)
            for key in wanted:
                transaction.delete(key)
        with self._transaction(self._vectors, write=True) as transaction:
            for encoder in encoders:
                for digest in wanted.values():
                    transaction.delete(_key(encoder, digest))

    @contextmanager
    def _transaction(self, database: Any, *, write: bool = False) -> Iterator[lmdb.Transaction]:
        try:
            with self._env.begin(db=database, write=write) as transaction:
                yield transaction
        except lmdb.Error as error:
            raise StoreUnusable(
                f"The store {self.path} cannot be {'written' if write else 'read'} "
                f"({_reason(error)}): make room on its disk, or set VECDB_STORE to another "
                "directory."
            ) from error


@contextmanager
def keep_if_possible() -> Iterator[None]:
    """Go on without what a store would only have spared: a full disk stops nothing else."""
    try:
        yield
    except StoreUnusable as error:
        LOG.warning("%s", error)


_OPEN: dict[Path, tuple[lmdb.Environment, Any, Any]] = {}
_GUARD = threading.Lock()


def _open(path: Path) -> tuple[lmdb.Environment, Any, Any]:
    # LMDB must not open one directory twice in a process, so every Store shares what is open; it
    # stays open because a reader in another thread must never lose its map.
    with _GUARD:
        if path not in _OPEN:
            try:
                path.mkdir(parents=True, exist_ok=True)
                env = lmdb.open(str(path), map_size=LARGEST, max_dbs=2, max_readers=512)
                # Once only: open_db takes the write lock, and two threads doing so at once stop
                # each other and the whole process.
                _OPEN[path] = (env, env.open_db(b"thumbnails"), env.open_db(b"vectors"))
            except lmdb.MemoryError as error:
                advice = advise_on_limit() or "free some memory, then start again"
                needed = f"The store {path} needs {LARGEST >> 30} GiB of address space"
                raise StoreUnusable(f"{needed}, which is refused: {advice}.") from error
            except (OSError, lmdb.Error) as error:
                raise StoreUnusable(
                    f"The store {path} cannot be opened ({_reason(error)}): "
                    "set VECDB_STORE to a directory you may write to."
                ) from error
        return _OPEN[path]


def _reason(error: Exception) -> str:
    """Return what the system says, without the name of LMDB's function."""
    return str(error).rpartition(": ")[2]


def _key(*parts: str) -> bytes:
    # LMDB keys end at 511 bytes and photo ids may be longer; with the lengths written along,
    # ("ab", "c") is not ("a", "bc").
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.blake2b(text.encode(), digest_size=KEY_BYTES).digest()
