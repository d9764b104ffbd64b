"""Vectors in parts: each photo in one, the same bits at every run, whole or not there."""

import csv
import io
import itertools
import json
import subprocess
import tarfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from ingest import IngestError, SourceError, run
from ingest.embed.__main__ import main, sum_up
from ingest.embed.share import share_photos
from ingest.embed.worker import embed_part
from ingest.progress import Progress, Tally
from ingest.sources.place import find_place
from tests.browser.harness import ROOT
from tests.ingest.pictures import jpeg
from tests.warm import kill, python
from vecdb import Database


def write_pictures(folder: Path, n: int, first: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(first, first + n):
        (folder / f"{at:03d}.jpg").write_bytes(jpeg(at))
    return folder


def write_tar(path: Path, keys: list[str], seed: int) -> None:
    """Write a webdataset tar: a picture, a caption and a JSON for each key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as tar:
        for at, key in enumerate(keys):
            about = json.dumps({"score": at / 2, "split": "val", "safe": bool(at % 2)}).encode()
            for ending, data in (
                ("jpg", jpeg(seed + at)),
                ("txt", f"caption {key}".encode()),
                ("json", about),
            ):
                header = tarfile.TarInfo(f"{key}.{ending}")
                header.size = len(data)
                tar.addfile(header, io.BytesIO(data))


def embed(source: Path, out: Path, encoder: str, parts: int, *more: str) -> int:
    given = ["--out", str(out), "--parts", str(parts), "--encoder", encoder, "--quiet", "--json"]
    return main([str(source), *given, *more])


def answer(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def ids_of(out: Path, part: int) -> list[str]:
    return pq.read_table(out / "metadata" / f"metadata_{part}.parquet")["id"].to_pylist()


def vectors_of(out: Path, part: int) -> np.ndarray:
    return np.load(out / "img_emb" / f"img_emb_{part}.npy")


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_photo_is_in_one_part_and_the_import_is_what_an_ingest_stores(
    tmp_path: Path, database: Database, tiny_clip: str, ingest, capsys
):
    write_pictures(tmp_path / "photos", 30)
    rows = ["photo_id,path,caption,width,score,split,taken,image_url,flag"]
    rows += [
        f'p{at},photos/{at:03d}.jpg,"number {at}",640,{at / 2},{"val" if at % 3 else ""},'
        f"2020-01-{at % 28 + 1:02d},,{'true' if at % 2 else 'false'}"
        for at in range(30)
    ]
    (tmp_path / "t.csv").write_text("\n".join([*rows, rows[3], "p99,photos/none.jpg,,,,,,,"]))
    assert embed(tmp_path / "t.csv", tmp_path / "out", tiny_clip, 3) == 0
    told = answer(capsys)
    assert (told["embedded"], told["failed"], told["skipped"]) == (30, 1, 1)
    assert told["reasons"] == {"no such file": 1}
    parts = [ids_of(tmp_path / "out", part) for part in range(3)]
    assert sorted(itertools.chain(*parts)) == sorted(f"p{at}" for at in range(30))
    assert all(len(vectors_of(tmp_path / "out", part)) == len(parts[part]) for part in range(3))
    failures = [
        row
        for part in range(3)
        for row in csv.DictReader(
            (tmp_path / f"out/failures/failures_{part}.csv").read_text("utf-8").splitlines()
        )
    ]
    assert [(row["id"], row["reason"]) for row in failures] == [("p99", "no such file")]

    ingest(tmp_path / "t.csv", table="direct")
    summary = run(tmp_path / "out", table="parts", encoder=tiny_clip, database=database)
    assert (summary.inserted, summary.error) == (30, None)
    direct, parted = database.collection("direct"), database.collection("parts")
    ids = [f"p{at}" for at in range(30)]
    assert np.allclose(direct.vectors(ids), parted.vectors(ids), atol=1e-6)
    unlike = {"added_at", "duplicate_of"}
    for one, other in zip(direct.photos(ids), parted.photos(ids), strict=True):
        assert {k: v for k, v in one.items() if k not in unlike} == {
            k: v for k, v in other.items() if k not in unlike
        }
    again = run(tmp_path / "out", table="parts", database=database)
    assert (again.inserted, again.skipped) == (0, 30)


def test_parts_made_apart_or_twice_are_the_same_bit_for_bit(tmp_path: Path, tiny_clip: str, capsys):
    source = write_pictures(tmp_path / "photos", 90)
    embed(source, tmp_path / "turn", tiny_clip, 2)
    for part in (1, 0):
        assert embed(source, tmp_path / "apart", tiny_clip, 2, "--part", str(part)) == 0
    assert files_of(tmp_path / "turn") == files_of(tmp_path / "apart")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "turn").rglob("*.*")}
    capsys.readouterr()
    embed(source, tmp_path / "turn", tiny_clip, 2)
    told = answer(capsys)
    assert (told["embedded"], told["skipped"]) == (0, 90)
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "turn").rglob("*.*")}
    assert len(embed_alone(tmp_path, source, tiny_clip, workers=1)) == 90


def embed_alone(tmp_path: Path, source: Path, encoder: str, workers: int) -> np.ndarray:
    """Embed as one part with so many downloads at once, and compare with one of 16 threads."""
    for name, n in (("few", workers), ("many", 16)):
        embed_part(source, tmp_path / name, 0, 1, encoder, workers=n)
    few, many = vectors_of(tmp_path / "few", 0), vectors_of(tmp_path / "many", 0)
    assert np.array_equal(few, many)
    return few


@pytest.mark.parametrize(("tars", "parts"), [(5, 2), (2, 5), (3, 3)])
def test_every_tar_is_read_and_where_they_suffice_by_one_part_alone(
    tmp_path: Path, tiny_clip: str, capsys, tars: int, parts: int
):
    for number in range(tars):
        keys = [f"{number:05d}{at:04d}" for at in range(4)]
        write_tar(tmp_path / "tars" / f"{number:05d}.tar", keys, 100 * number)
    assert embed(tmp_path / "tars", tmp_path / "out", tiny_clip, parts) == 0
    assert answer(capsys)["embedded"] == 4 * tars
    held = [{key[:5] for key in ids_of(tmp_path / "out", part)} for part in range(parts)]
    assert sorted(itertools.chain(*(ids_of(tmp_path / "out", p) for p in range(parts)))) == [
        f"{number:05d}{at:04d}" for number in range(tars) for at in range(4)
    ]
    if tars >= parts:
        assert sum(map(len, held)) == tars


def test_a_worker_opens_only_its_own_tars(tmp_path: Path):
    for number in range(4):
        write_tar(tmp_path / f"{number}.tar", [f"{number}"], number)
    (tmp_path / "1.tar").write_bytes(b"no tar at all")
    assert [photo.id for photo in share_photos(tmp_path, 0, 2)] == ["0", "2"]


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_tars_whose_keys_start_anew_lose_no_picture(
    tmp_path: Path, database: Database, tiny_clip: str, parts: int
):
    for number in range(3):
        write_tar(tmp_path / "tars" / f"s{number}.tar", ["0", "1"], 10 * number)
    embed(tmp_path / "tars", tmp_path / "out", tiny_clip, parts)
    for inserted in (6, 0):
        assert run(tmp_path / "out", table="t", database=database).inserted == inserted
    ids = {row["id"] for row in database.collection("t").photos(candidates())}
    assert len(ids) == 6
    assert {"0", "1"} < ids
    photo = database.collection("t").photos(["0"])[0]
    assert photo["description"] == "caption 0"
    assert photo["extra"] == {"score": 0, "split": "val", "safe": False}


def candidates() -> list[str]:
    return [f"{before}{key}" for before in ("", "s0/", "s1/", "s2/") for key in "01"]


def test_the_import_knows_the_encoder_and_refuses_another(
    tmp_path: Path, database: Database, tiny_clip: str
):
    source = write_pictures(tmp_path / "photos", 3)
    embed(source, tmp_path / "out", tiny_clip, 2, "--part", "1")
    told: list[str] = []
    run(tmp_path / "out", table="t", database=database, tell=told.append)
    assert "1 of 2 parts" in told[0]
    assert database.collection("t").encoder == tiny_clip
    with pytest.raises(SourceError, match="not by offline"):
        run(tmp_path / "out", table="u", encoder="offline", database=database)


def test_parts_of_something_else_are_refused_in_a_sentence(tmp_path: Path, tiny_clip: str, capsys):
    source = write_pictures(tmp_path / "photos", 2)
    embed(source, tmp_path / "out", tiny_clip, 2)
    other = write_pictures(tmp_path / "others", 2)
    for arguments, words in (
        ((source, tmp_path / "out", tiny_clip, 3), "another number of parts (2, not 3)"),
        ((source, tmp_path / "out", "offline", 2), "those of offline do not go with them"),
        ((other, tmp_path / "out", tiny_clip, 2), "another source"),
        ((tmp_path / "none", tmp_path / "new", tiny_clip, 2), "does not exist"),
    ):
        capsys.readouterr()
        assert embed(*arguments) == 2
        assert words in answer(capsys)["error"]


def test_a_name_typed_wrong_does_not_keep_the_right_one_out(tmp_path: Path, tiny_clip: str):
    source = write_pictures(tmp_path / "photos", 2)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    for wrong in ("phtos", "bad.csv"):
        assert embed(tmp_path / wrong, tmp_path / "out", tiny_clip, 2) == 2
    assert embed(source, tmp_path / "out", "nobody/nothing", 2) == 1
    assert embed(source, tmp_path / "out", tiny_clip, 2) == 0


def test_of_two_that_begin_in_the_same_instant_one_alone_writes(tmp_path: Path, tiny_clip: str):
    source, out = write_pictures(tmp_path / "photos", 2), tmp_path / "out"
    embed(source, tmp_path / "other", "offline", 1)
    noted = (tmp_path / "other" / "embedding.json").read_bytes()

    def note_the_other(_: Progress) -> None:
        (out / "embedding.json").write_bytes(noted)

    with pytest.raises(SourceError, match=r"of the encoder offline.* or delete this one"):
        embed_part(source, out, 0, 1, tiny_clip, progress=note_the_other)
    assert files_of(out) == {"embedding.json": noted}


def test_downloads_behave_as_told(tmp_path: Path, tiny_clip: str, host, capsys):
    source = tmp_path / "list.csv"
    rows = [f"a,{host.url}/friends_only/1.jpg", f"b,{host.url}/opted_out/noai/1.jpg"]
    source.write_text("\n".join(["id,url", *rows]))
    told = ["--user-agent", "mine/1", "--header", "X-Key: a: b", "--ignore-opt-out"]
    assert embed(source, tmp_path / "shy", tiny_clip, 1, "--contact", "me@museum.example") == 0
    assert answer(capsys)["failed"] == 2
    assert host.agents == {"VisualDatasetExplorer/0.2 (+me@museum.example)"}
    assert embed(source, tmp_path / "told", tiny_clip, 1, *told) == 0
    assert answer(capsys)["embedded"] == 2


def test_a_part_out_of_range_is_bad_usage(tmp_path: Path, tiny_clip: str):
    with pytest.raises(SystemExit) as ended:
        embed(tmp_path, tmp_path / "out", tiny_clip, 2, "--part", "2")
    assert ended.value.code == 2


def test_more_parts_than_photos_are_imported_all_the_same(
    tmp_path: Path, database: Database, tiny_clip: str
):
    embed(write_pictures(tmp_path / "photos", 2), tmp_path / "out", tiny_clip, 7)
    assert run(tmp_path / "out", table="t", database=database).inserted == 2


def test_a_part_that_was_cut_off_is_made_again(tmp_path: Path, tiny_clip: str, capsys):
    source = write_pictures(tmp_path / "photos", 20)
    embed(source, tmp_path / "out", tiny_clip, 1)
    whole = files_of(tmp_path / "out")
    file = tmp_path / "out/img_emb/img_emb_0.npy"
    for spoil in (lambda: file.write_bytes(file.read_bytes()[:300]), lambda: file.write_bytes(b"")):
        spoil()
        capsys.readouterr()
        embed(source, tmp_path / "out", tiny_clip, 1)
        assert answer(capsys)["embedded"] == 20
        assert files_of(tmp_path / "out") == whole


def test_failures_are_tried_again_where_that_is_asked_for(tmp_path: Path, tiny_clip: str, capsys):
    write_pictures(tmp_path / "photos", 2)
    (tmp_path / "list.txt").write_text("photos/000.jpg\nphotos/001.jpg\nphotos/002.jpg\n")
    embed(tmp_path / "list.txt", tmp_path / "out", tiny_clip, 1)
    write_pictures(tmp_path / "photos", 1, first=2)
    for more, embedded in (((), 0), (("--retry-failed",), 3), (("--retry-failed",), 0)):
        capsys.readouterr()
        embed(tmp_path / "list.txt", tmp_path / "out", tiny_clip, 1, *more)
        assert answer(capsys)["embedded"] == embedded


def test_what_cannot_be_had_any_more_takes_nothing_from_a_part_that_is_tried_again(
    tmp_path: Path, tiny_clip: str, capsys
):
    write_pictures(tmp_path / "photos", 2)
    (tmp_path / "list.txt").write_text("photos/000.jpg\nphotos/001.jpg\nphotos/002.jpg\n")
    embed(tmp_path / "list.txt", tmp_path / "out", tiny_clip, 1)
    before = files_of(tmp_path / "out")
    (tmp_path / "photos/000.jpg").unlink()
    assert embed(tmp_path / "list.txt", tmp_path / "out", tiny_clip, 1, "--retry-failed") == 1
    assert files_of(tmp_path / "out") == before
    assert answer(capsys)["error"] == (
        "Part 0: 1 vector can be made now, and it holds 2: it stays as it was, try again later."
    )


def test_a_part_killed_while_it_is_made_again_has_no_vectors_beside_another_table(
    tmp_path: Path, tiny_clip: str, monkeypatch
):
    write_pictures(tmp_path / "photos", 2)
    (tmp_path / "list.txt").write_text("photos/000.jpg\nphotos/001.jpg\nphotos/002.jpg\n")
    embed(tmp_path / "list.txt", tmp_path / "out", tiny_clip, 1)
    (tmp_path / "photos/000.jpg").rename(tmp_path / "photos/002.jpg")

    def end(old: Path, new: Path) -> None:
        if new.suffix == ".npy":
            raise KeyboardInterrupt
        old.replace(new)

    monkeypatch.setattr("ingest.embed.layout._rename", end)
    with pytest.raises(KeyboardInterrupt):
        embed(tmp_path / "list.txt", tmp_path / "out", tiny_clip, 1, "--retry-failed")
    assert ids_of(tmp_path / "out", 0) == ["photos/001.jpg", "photos/002.jpg"]
    assert not list((tmp_path / "out/img_emb").iterdir())


def test_of_a_tar_that_breaks_off_all_before_is_kept_and_said(
    tmp_path: Path, tiny_clip: str, capsys
):
    for number in range(2):
        keys = [f"{number}-{at}" for at in range(4)]
        write_tar(tmp_path / "tars" / f"{number}.tar", keys, 10 * number)
    broken = tmp_path / "tars" / "0.tar"
    broken.write_bytes(broken.read_bytes()[:9_000])
    assert embed(tmp_path / "tars", tmp_path / "out", tiny_clip, 1) == 1
    told = answer(capsys)
    assert "0.tar" in told["error"]
    assert 4 < told["embedded"] < 8
    assert embed(tmp_path / "tars", tmp_path / "out", tiny_clip, 1) == 0


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    tmp_path: Path, tiny_clip: str, monkeypatch
):
    source = write_pictures(tmp_path / "photos", 2)
    embed_part(source, tmp_path / "out", 0, 2, tiny_clip)

    def refuse(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(IngestError, match=r"No space left on device.*run the part again\.$"):
        embed_part(source, tmp_path / "out", 1, 2, tiny_clip)
    assert not [name for name in files_of(tmp_path / "out") if "_1" in name]


def test_parts_may_lie_far_away(tmp_path: Path, tiny_clip: str):
    source = write_pictures(tmp_path / "photos", 9)
    embed_part(source, tmp_path / "here", 0, 1, tiny_clip)
    far = f"memory://{tmp_path.name}/out"
    assert embed_part(source, far, 0, 1, tiny_clip).inserted == 9
    assert embed_part(source, far, 0, 1, tiny_clip).skipped == 9
    vectors = np.load(io.BytesIO((find_place(far) / "img_emb/img_emb_0.npy").read_bytes()))
    assert np.array_equal(vectors, vectors_of(tmp_path / "here", 0))


def test_tars_far_away_are_all_read(tmp_path: Path, tiny_clip: str):
    for number in range(3):
        write_tar(tmp_path / f"{number}.tar", [f"{number}-0", f"{number}-1"], 10 * number)
        far_tar = find_place(f"memory://{tmp_path.name}/tars/{number}.tar")
        far_tar.write_bytes((tmp_path / f"{number}.tar").read_bytes())
    far = f"memory://{tmp_path.name}/tars"
    done = [embed_part(far, tmp_path / "out", part, 2, tiny_clip).inserted for part in range(2)]
    assert done == [4, 2]


def test_a_killed_part_is_simply_run_again(tmp_path: Path, tiny_clip: str):
    source = write_pictures(tmp_path / "photos", 400)
    line = [*python(), "-m", "ingest.embed", str(source), "--out", str(tmp_path / "out")]
    line += ["--parts", "2", "--encoder", tiny_clip, "--json"]
    running = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    first = tmp_path / "out/img_emb/img_emb_0.npy"
    while not first.exists():  # the second part is under way then
        assert running.poll() is None
        time.sleep(0.005)
    kill(running)
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["seen"] == 400
    embed_part(source, tmp_path / "whole", 0, 2, tiny_clip)
    embed_part(source, tmp_path / "whole", 1, 2, tiny_clip)
    kept = {k: v for k, v in files_of(tmp_path / "out").items() if not k.endswith(".unfinished")}
    assert kept == files_of(tmp_path / "whole")


def test_parts_that_no_worker_made_are_not_done_and_told_of_together():
    nobody = Tally().summary(interrupted=False, error="No worker is left.")
    made = Tally().summary(interrupted=False, error=None)
    told = sum_up({0: made, 2: nobody, 1: nobody}, 3, 1.0)
    assert told["done"] == [0]
    assert told["error"] == "Parts 1, 2: No worker is left."
