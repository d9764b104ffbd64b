"""Rows and pictures as nobody would write them: `python -m tests.ingest.fuzz`, minutes long.

The test suite runs a short slice of the same, with the same seeds.
"""

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path

from ingest import Options, Photo, Summary, run
from ingest.fetch import Patience
from tests.encoder.pictures.samples import one_of_each_kind
from tests.ingest.fuzz_tables import read_tables
from tests.ingest.fuzz_tars import ingest_tree, read_tars
from tests.ingest.pictures import encoded, noise
from tests.ingest.test_embedded import SAVED, camera_exif
from vecdb import Store, connect

NASTY = (
    *(
        "",
        " ",
        '"',
        '""',
        "'",
        "\t",
        ",",
        ";",
        "|",
        "\r",
        "\\",
        "\\N",
        "NULL",
        "NaN",
        "-1",
        "1e999",
    ),
    *("\x00", "\x07", "\x1b[31m", "\ufeff", "\u202e", "é", "日本", "🦊", "\U0010ffff", "\u2028"),
    *("<script>alert(1)</script>", "'; DROP TABLE photos; --", "{q:String}", "$table", "%s"),
    *("../../etc/passwd", "file:///etc/passwd", "http://", "ftp://a/b", "//a/b", "data:,x"),
    *("2020-13-45", "0000-00-00", "99999999999999999999999", "x" * 3000, '"unclosed', "a\nb"),
)
COLUMNS = ("id", "path", "width", "views", "description", "taken", "city", "mood")
NO_WAITING = Patience(connect=0.2, read=0.2, whole=0.5, attempts=1)


def write_rows(folder: Path, n: int, seed: int = 0) -> tuple[Path, set[str]]:
    """Write a table of n rows, most of them wrong, and say which ids must be stored."""
    chance = random.Random(seed)
    (folder / "ok.png").write_bytes(encoded(noise(), "PNG"))
    lines = ["\t".join(COLUMNS)]
    good: set[str] = set()
    for i in range(n):
        if chance.random() < 0.3:
            fields = [f"good{i}", "ok.png", *(_field(chance, quotes=False) for _ in range(6))]
            good.add(f"good{i}")
        else:
            fields = [_field(chance) for _ in range(chance.randint(0, 11))]
        lines.append("\t".join(fields))
    path = folder / "rows.tsv"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    return path, good


def _field(chance: random.Random, *, quotes: bool = True) -> str:
    text = "".join(chance.choice(NASTY) for _ in range(chance.randint(0, 3)))
    # A good row must be one row: what would end it or open a quote is left to the others.
    return text if quotes else text.translate(dict.fromkeys(map(ord, '\t\n\r"')))


def mutated(n: int, seed: int = 0) -> list[Photo]:
    """Make n pictures with bytes changed, cut out, put in or cut off."""
    chance = random.Random(seed)
    wholes = [*one_of_each_kind().values(), *(save(camera_exif()) for save in SAVED.values())]
    photos = []
    for i in range(n):
        data = bytearray(chance.choice(wholes))
        for _ in range(chance.randint(0, 8)):
            at = chance.randrange(len(data))
            change = chance.choice(("set", "cut", "put", "off"))
            if change == "set":
                data[at] = chance.randrange(256)
            elif change == "cut":
                del data[at : at + chance.randint(1, 40)]
            elif change == "put":
                data[at:at] = chance.randbytes(chance.randint(1, 40))
            elif chance.random() < 0.3:
                del data[at:]
            data = data or bytearray(b"\0")
        photos.append(Photo(f"mutated{i}", payload=bytes(data)))
    return photos


def ingest_both(folder: Path, encoder: str, rows: int, pictures: int) -> tuple[Summary, Summary]:
    """Ingest rows and pictures into a new database, and check that nothing is lost or doubled."""
    source, good = write_rows(folder, rows)
    options = Options(patience=NO_WAITING)
    with connect(f"chdb://{folder}/db") as database:
        store = Store(folder / "store")

        def ingest(source: Path | list[Photo]) -> Summary:
            return run(
                source,
                table="photos",
                encoder=encoder,
                database=database,
                store=store,
                options=options,
            )

        first = ingest(source)
        collection = database.collection("photos")
        assert first.error is None, first.error
        assert collection.records.known_ids(list(good)) == good
        assert collection.count() == first.inserted
        again = ingest(source)
        assert (again.inserted, again.error) == (0, None)
        assert again.seen == first.seen
        second = ingest(mutated(pictures))
        assert second.error is None, second.error
        assert second.inserted + second.failed == pictures
        assert collection.count() == first.inserted + second.inserted
        ids = collection.sample(first.inserted + second.inserted, seed=0).ids
        assert max(Counter(ids).values()) == 1
    return first, second


def main() -> None:
    """Run the whole of it."""
    from tests.encoder.tiny_clip import save_tiny_clip

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--pictures", type=int, default=2_000)
    parser.add_argument("--tars", type=int, default=500)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = str(save_tiny_clip(Path(folder) / "clip"))
        for summary in ingest_both(Path(folder), clip, args.rows, args.pictures):
            print(summary.as_json())
        print(read_tables(Path(folder), args.rows // 3), "rows of JSON and Parquet")
        print(read_tars(Path(folder), args.tars), "pictures of whole and of damaged tars")
        print(ingest_tree(Path(folder), clip, args.tars // 5).as_json())


if __name__ == "__main__":
    main()
