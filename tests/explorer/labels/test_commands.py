"""`python -m explorer labels`: a file out, and in."""

import argparse
import json
import sys

import pyarrow as pa
import pytest

from explorer.__main__ import main
from explorer.commands import labels
from explorer.errors import NothingThere
from explorer.labels.files import COLUMNS, WRITERS
from tests.explorer.conftest import small_collection
from tests.explorer.labels.conftest import take_in, write
from vecdb import connect


def test_an_export_that_breaks_off_leaves_the_file_as_it_was(explorer, tmp_path, monkeypatch):
    take_in(explorer, write(tmp_path, "id,label\nyes-001,1\n"))
    there = write(tmp_path, "before", "out.csv")

    def write_some(_labels):
        yield b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(WRITERS, ".csv", write_some)
    options = argparse.Namespace(concept="things", table=None, out=there, json=False)
    with pytest.raises(OSError, match="No space"):
        labels.export(explorer, options)
    assert there.read_text() == "before"
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.csv"]
    monkeypatch.undo()
    options.out = tmp_path / "new folder" / "out.csv"
    labels.export(explorer, options)
    assert "yes-001,1" in options.out.read_text("utf-8-sig")


def test_the_commands_write_and_read_a_file(tmp_path, monkeypatch, capsys):
    dsn = f"chdb://{tmp_path}/db"
    ids, vectors = small_collection()
    with connect(dsn) as database:
        there = database.create_collection("things", "offline", vectors.shape[1])
        there.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
    path = write(tmp_path, "id,label\nyes-001,yes\nno-050,no\nnobody,no\n")
    place = ["--dsn", dsn, "--table", "things"]
    alone = ["--concept", "things", "--labels-alone", "--by", " Ann "]
    assert main(["labels", "import", str(path), *alone, *place, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["unmatched"]["first"]) == (3, ["nobody"])
    out = tmp_path / "out.csv"
    assert main(["labels", "export", "things", "--out", str(out), *place]) == 0
    lines = out.read_text("utf-8-sig").splitlines()
    assert lines[0] == "photo_id,label,round,reason,by,at"
    assert [line.rsplit(",", 1)[0] for line in lines[1:]] == [
        "yes-001,1,0,import,Ann",
        "no-050,-1,0,import,Ann",
    ]
    assert main(["labels", "export", "things", "--json", *place]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [row["photo_id"] for row in told["labels"]] == ["yes-001", "no-050"]
    assert tuple(told["labels"][0]) == COLUMNS
    (tmp_path / "told.json").write_text(json.dumps(told))
    assert "things" not in sys.argv
    again = ["labels", "import", str(tmp_path / "told.json"), "--concept", "things", *place]
    assert main([*again, "--json"]) == 0
    (taken,) = json.loads(capsys.readouterr().out)["concepts"]
    assert (taken["yes"], taken["no"]) == (1, 1)
    with connect(dsn) as database:
        database.concepts.delete(taken["id"])
    with pytest.raises(NothingThere, match="'things' was deleted: undo the deletion on Concepts"):
        main(["labels", "import", str(path), "--concept", taken["id"], *place])
    with connect(dsn) as database:
        assert database.concepts.list() == []
