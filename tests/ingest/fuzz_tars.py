"""Tars and folders with metadata as nobody would write them, for `python -m tests.ingest.fuzz`."""

import io
import json
import random
import tarfile
from collections import Counter
from pathlib import Path

from ingest import Summary, run
from ingest.errors import DamagedSource
from ingest.photo import Photo
from ingest.sources import Source
from tests.ingest.pictures import encoded, noise
from vecdb import Store, connect

NAMES = ("a", "b.c", "é", "x/y", "x/y.z", "00", "._m", "@eaDir/t", "../up", "日本", "n" * 120, ".h")
TEXTS = (".txt", ".json", ".cls", ".caption", ".xmp", ".npy", ".mp4", "", ".prompt.txt")
CONTENTS = (
    *(b"", b"a caption", b"\xff\xfe", b"\x00\x01", b"[1, 2]", b"{", b"null", b"7", b"NaN"),
    *(json.dumps({"caption": "x", "width": "wide", "n": {"m": [1, {"o": None}]}}).encode(),),
    *(b"<x:xmpmeta/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", b"[" * 9999, b'"text"'),
    *(b'{"taken": "0000-00-00", "views": -1, "latitude": 1e999, "label": ["a", 1]}', b"1 2 3 4 5"),
    *(b'{"photoTakenTime": {"timestamp": "x"}, "geoData": 3, "people": [1, {"name": null}]}',),
)  # fmt: skip
PICTURE = encoded(noise(24, 16), "JPEG")


def write_tar(path: Path, chance: random.Random) -> list[bytes]:
    """Write a tar of odd names and texts in any order; return its pictures' bytes."""
    pictures = []
    with tarfile.open(
        path, "w", format=chance.choice((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT))
    ) as archive:
        for at in range(chance.randint(0, 30)):
            name = chance.choice(NAMES) + str(chance.randint(0, 5))
            if chance.random() < 0.5:
                name += chance.choice((".jpg", ".JPG", ".png", ".img", ".left.jpg", ""))
                data = PICTURE + f"{path.name} {at}".encode()
                if not any(part in name for part in ("._m", "@eaDir", ".h")):
                    pictures.append(data)
            else:
                name += chance.choice(TEXTS)
                data = chance.choice(CONTENTS)
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return pictures


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Change, cut or cut off some of a tar's bytes."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(max(1, len(changed)))
        change = chance.choice(("set", "cut", "put", "off", "zero"))
        if change == "set":
            changed[at : at + 1] = chance.randbytes(1)
        elif change == "cut":
            del changed[at : at + chance.randint(1, 600)]
        elif change == "put":
            changed[at:at] = chance.randbytes(chance.randint(1, 600))
        elif change == "zero":
            changed[at : at + 600] = bytes(len(changed[at : at + 600]))
        else:
            del changed[at:]
    return bytes(changed)


def read_tars(folder: Path, n: int, seed: int = 0) -> tuple[int, int]:
    """Read n tars and as many damaged copies; check that no picture is lost, changed or doubled.

    Returns:
        Pictures of the whole tars, and pictures of the damaged ones.
    """
    chance = random.Random(seed)
    whole = saved = 0
    for at in range(n):
        path = folder / f"{at}.tar"
        pictures = write_tar(path, chance)
        found = [photo.payload or b"" for photo in _read(path)[0]]
        assert Counter(found) == Counter(pictures), path
        whole += len(found)
        path.write_bytes(damaged(path.read_bytes(), chance))
        saved += len(_read(path)[0])
        path.unlink()
    return whole, saved


def write_folder(root: Path, chance: random.Random) -> None:
    """Write five pictures with odd files beside them."""
    root.mkdir(parents=True)
    for i in range(5):
        (root / f"{i}.jpg").write_bytes(PICTURE + str(root.name).encode() + bytes([i]))
        for _ in range(chance.randint(0, 3)):
            name = f"{i}{chance.choice(('', '.jpg'))}{chance.choice(TEXTS) or '.yaml'}"
            (root / name).write_bytes(chance.choice(CONTENTS))
    for name in chance.sample(("metadata.csv", "metadata.jsonl", "metadata.parquet"), 2):
        rows = chance.choice((b"file_name,text\n0.jpg,hello\n", b'{"file_name": "1.jpg"}\n', b""))
        (root / name).write_bytes(rows + chance.choice(CONTENTS))


def ingest_tree(folder: Path, encoder: str, n: int, seed: int = 0) -> Summary:
    """Ingest a tree of n such folders and n tars twice; check that nothing is lost or doubled."""
    chance = random.Random(seed)
    tree = folder / "tree"
    for at in range(n):
        write_folder(tree / f"folder{at}", chance)
        write_tar(tree / f"{at}.tar", chance)
    with connect(f"chdb://{folder}/trees") as database:
        store = Store(folder / "tree-store")

        def ingest() -> Summary:
            return run(tree, table="photos", encoder=encoder, database=database, store=store)

        first = ingest()
        collection = database.collection("photos")
        pictures = {f"folder{at}/{i}.jpg" for at in range(n) for i in range(5)}
        assert collection.records.known_ids(pictures) == pictures
        assert first.error is None, first.error
        assert collection.count() == first.inserted
        again = ingest()
        assert (again.inserted, again.seen, again.error) == (0, first.seen, None)
    return first


def _read(path: Path) -> tuple[list[Photo], str]:
    photos = []
    try:
        for photo in Source(path):
            photos.append(photo)
    except DamagedSource as error:
        return photos, str(error)
    return photos, ""
