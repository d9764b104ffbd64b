import json
import os
import signal
import subprocess
import time

import numpy as np
import pytest
from PIL import Image

from tests.ingest.pictures import encoded, jpeg
from tests.warm import kill, python
from vecdb import Store, connect


@pytest.fixture
def command(tmp_path, tiny_clip):
    """Runs `python -m ingest` on a database of its own."""
    environment = {
        **os.environ,
        "VECDB_DSN": f"chdb://{tmp_path}/db",
        "VECDB_STORE": f"{tmp_path}/store",
        "VECDB_TABLE": "photos",
        "ENCODER": tiny_clip,
        "OMP_NUM_THREADS": "1",
    }

    return Command(environment)


# No file may grow beyond 1 MiB: the store's cannot hold 30 grainy thumbnails.
SMALL_FILES_ONLY = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
runpy.run_module("ingest", run_name="__main__", alter_sys=True)
"""


class Command:
    def __init__(self, environment):
        self.environment = environment

    def start(self, *arguments, program=("-m", "ingest"), **given):
        return subprocess.Popen(
            [*python(), *program, *map(str, arguments)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **given,
        )

    def __call__(self, *arguments, **given):
        process = self.start(*arguments, **given)
        out, err = process.communicate(timeout=120)
        assert "Traceback" not in err
        return process.returncode, out, err


def table(tmp_path, rows):
    path = tmp_path / "photos.tsv000"
    path.write_text("\n".join(["photo_id\tphoto_image_url", *rows]) + "\n", "utf-8")
    return path


def stored(tmp_path):
    with connect(f"chdb://{tmp_path}/db") as database:
        collection = database.collection("photos")
        ids = collection.sample(10_000, seed=0).ids
        assert len(set(ids)) == len(ids) == collection.count()
        return set(ids)


def test_a_tsv_is_ingested_twice_and_doubles_nothing(command, host, tmp_path):
    source = table(tmp_path, [f"p{i}\t{host.url}/ok/{i}.jpg" for i in range(20)])
    code, out, err = command(source, "--json", "--log", tmp_path / "log.txt")
    assert code == 0
    summary = json.loads(out.splitlines()[-1])
    assert {name: summary[name] for name in ("seen", "inserted", "skipped", "failed")} == {
        "seen": 20,
        "inserted": 20,
        "skipped": 0,
        "failed": 0,
    }
    assert summary["seconds"] > 0
    assert summary["images_per_second"] > 0
    assert "20 inserted into photos" in err
    assert "20 inserted into photos" in (tmp_path / "log.txt").read_text()
    code, out, err = command(source, "--json", "--quiet")
    assert code == 0
    assert json.loads(out)["skipped"] == 20
    assert err == ""
    assert len(stored(tmp_path)) == 20


def test_bad_usage_is_exit_code_2(command, tmp_path):
    assert command()[0] == 2
    assert command(tmp_path, "--limit", "0")[0] == 2
    code, _, err = command(tmp_path / "nowhere.tsv000", "--quiet")
    assert code == 2
    assert err.startswith(f"{tmp_path}/nowhere.tsv000 does not exist: give a CSV")
    wrong = tmp_path / "a.csv"
    wrong.write_text("a,b\n1,2\n")
    code, _, err = command(wrong, "--quiet")
    assert code == 2
    assert "--url-column" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("option", ["--failures", "--log", "--out"])
@pytest.mark.parametrize(
    ("name", "words"), [("-", "- is no file here: name one"), ("", "the name is empty: name a")]
)
def test_a_dash_or_nothing_is_no_file_to_write(command, tmp_path, option, name, words):
    (tmp_path / "1.jpg").write_bytes(jpeg(1))
    program = ("ingest.embed", "--parts", "1") if option == "--out" else ("ingest",)
    given = (tmp_path / "1.jpg", option, name, "--json")
    code, out, err = command(*given, program=("-m", *program), cwd=tmp_path)
    assert code == 2
    assert f"{option}: {words}" in err
    assert "error" in json.loads(out)
    assert os.listdir(tmp_path) == ["1.jpg"]


@pytest.mark.parametrize("option", ["--failures", "--log"])
@pytest.mark.parametrize(
    "kind", ["a table", "a picture in the folder", "failures of before", "another list.jsonl"]
)
def test_a_file_that_holds_something_else_is_not_written_over(command, tmp_path, option, kind):
    (tmp_path / "pictures").mkdir()
    picture, table = tmp_path / "pictures" / "1.jpg", tmp_path / "t.csv"
    picture.write_bytes(jpeg(1))
    table.write_text(
        "id,address,reason\na,none.jpg,no such file\n" if "before" in kind else "url\na\n"
    )
    other = tmp_path / "other.jsonl"
    other.write_text('{"id": "a", "url": "http://a/1.jpg"}\n')
    source, file = (table, table) if "folder" not in kind else (tmp_path / "pictures", picture)
    file = other if "another" in kind else file
    before = file.read_bytes()
    code, _, err = command(source, option, file, "--quiet")
    assert code == 2
    assert f"{file} " in err
    assert "name another file" in err
    assert len(err.splitlines()) == 1
    assert file.read_bytes() == before


def test_what_an_earlier_run_wrote_is_written_anew(command, tmp_path):
    (tmp_path / "t.csv").write_text("url\nnone.jpg\n")
    for name in ("f.csv", "f.jsonl"):
        for _ in range(2):
            command(tmp_path / "t.csv", "--failures", tmp_path / name, "--log", tmp_path / "log")
        lines = (tmp_path / name).read_text().splitlines()
        assert len(lines) == (1 if name == "f.jsonl" else 2)
    assert len((tmp_path / "log").read_text().splitlines()) > 4


def test_nothing_to_ingest_is_exit_code_1(command, tmp_path):
    (tmp_path / "empty").mkdir()
    code, out, err = command(tmp_path / "empty", "--quiet", "--json")
    assert code == 1
    assert "holds no photos" in err
    assert json.loads(out)["seen"] == 0
    (tmp_path / "empty" / "list.txt").write_text("identifier\nhttps://x.org/a.jpg\n")
    assert "lists them, name that file." in command(tmp_path / "empty", "--quiet")[2]


def test_an_encoder_that_cannot_be_had_is_exit_code_1(command, tmp_path):
    (tmp_path / "1.jpg").write_bytes(jpeg(1))
    (tmp_path / "model").mkdir()
    code, _, err = command(tmp_path / "1.jpg", "--quiet", "--encoder", tmp_path / "model")
    assert code == 1
    assert "not a usable image-text model" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("program", [("-m", "ingest"), ("-m", "ingest.embed")])
def test_a_setting_that_cannot_be_meant_is_named(command, tmp_path, program):
    (tmp_path / "1.jpg").write_bytes(jpeg(1))
    command.environment["PICTURE_MEGAPIXELS"] = "50MP"
    more = ["--out", tmp_path / "out", "--parts", "1"] if program[1] == "ingest.embed" else []
    code, _, err = command(tmp_path / "1.jpg", "--quiet", *more, program=program)
    assert code == 1
    assert err.splitlines() == [
        "PICTURE_MEGAPIXELS is '50MP': write millions of pixels as a number, such as 200."
    ]
    assert not (tmp_path / "db").exists()


def test_a_database_that_another_process_owns_is_exit_code_1(command, tmp_path):
    (tmp_path / "1.jpg").write_bytes(jpeg(1))
    with connect(f"chdb://{tmp_path}/db"):
        code, _, err = command(tmp_path / "1.jpg", "--quiet")
    assert code == 1
    assert "owns the embedded database" in err
    assert len(err.splitlines()) == 1


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_ctrl_c_finishes_what_is_under_way_and_the_next_run_goes_on(command, host, tmp_path):
    source = table(tmp_path, [f"p{i}\t{host.url}/unhurried/{i}.jpg" for i in range(400)])
    process = command.start(source, "--workers", "4", "--json")
    wait_for(lambda: sum(host.asked.values()) > 30)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "finishing what is under way" in err
    assert "Traceback" not in err
    first = json.loads(out.splitlines()[-1])
    assert first["interrupted"]
    assert 0 < first["inserted"] < 400
    assert len(stored(tmp_path)) == first["inserted"]
    code, out, _ = command(source, "--json")
    assert code == 0
    assert json.loads(out)["inserted"] == 400 - first["inserted"]
    assert len(stored(tmp_path)) == 400


def test_a_killed_run_is_continued_with_each_photo_exactly_once(command, host, tmp_path):
    source = table(tmp_path, [f"p{i}\t{host.url}/unhurried/{i}.jpg" for i in range(300)])
    for asked in (60, 160):
        process = command.start(source, "--workers", "4")
        wait_for(lambda asked=asked: sum(host.asked.values()) > asked)
        kill(process)
        process.communicate()
    code, out, _ = command(source, "--json")
    summary = json.loads(out)
    assert code == 0
    assert summary["inserted"] + summary["skipped"] == 300
    assert stored(tmp_path) == {f"p{i}" for i in range(300)}
    store = Store(tmp_path / "store")
    assert all(store.thumbnail("photos", f"p{i}") for i in range(300))


def test_a_full_disk_in_the_store_costs_only_thumbnails(command, tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    rng = np.random.default_rng(0)
    for i in range(30):
        grain = Image.fromarray(rng.integers(0, 256, (384, 384, 3), dtype=np.uint8))
        (pictures / f"{i}.webp").write_bytes(encoded(grain, "WEBP", method=0))

    code, out, err = command(pictures, "--json", program=("-c", SMALL_FILES_ONLY))
    assert code == 0
    assert json.loads(out)["inserted"] == 30
    assert "not kept any more" in err
    assert len(stored(tmp_path)) == 30


def test_what_encodes_pictures_is_not_taken_for_what_made_vectors(command, tmp_path):
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (64, 64)).save(tmp_path / "pictures" / "a.png")
    assert command(tmp_path / "pictures")[0] == 0
    np.save(tmp_path / "a.npy", np.eye(32, dtype=np.float32))
    code, _, err = command(tmp_path / "a.npy")
    assert code == 2
    assert "photos was made of pictures: say which encoder made them with --encoder" in err


@pytest.mark.parametrize("program", [["-m", "ingest"], ["-m", "ingest.embed"]])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("~nobody.here/x", "~nobody.here/x does not exist"),
        ("x" * 300, "cannot be read: File name too long"),
        ("x" * 300 + ".csv", "cannot be read: File name too long"),
    ],
)
def test_a_path_that_cannot_be_is_refused_in_a_sentence(command, tmp_path, program, name, words):
    more = ["--prune"] if program[1] == "ingest" else ["--out", tmp_path / "out", "--parts", "1"]
    code, _, err = command(name, *more, program=program, cwd=tmp_path)
    assert code == 2
    assert words in err.splitlines()[-1]  # below the bar, not behind it
