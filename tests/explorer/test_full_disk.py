"""A place that takes no more is named, with the system's reason, whatever library writes there."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file

from commandline.words import describe_error
from explorer.exports.targets import open_target, write_whole
from explorer.full_disk import name_place, passing_folder
from tests.explorer.conftest import disk_full_after

TABLE = pa.table({"a": np.random.default_rng(0).normal(size=4096)})
TENSORS = {"a": np.ones(4096, np.float32)}
WRITERS: dict[str, Callable[[Path], object]] = {
    "python": lambda path: path.write_bytes(bytes(4096)),
    "arrow": lambda path: pq.write_table(TABLE, path),
    "numpy": lambda path: np.save(path, np.ones(4096)),
    "safetensors": lambda path: save_file(TENSORS, path),
}
WORDS = ": File too large: make room, then do this again."


@pytest.mark.parametrize("writer", WRITERS)
def test_what_is_written_whole_names_its_file_on_a_full_disk(writer: str, tmp_path: Path) -> None:
    out = tmp_path / "out.npy"
    with disk_full_after(100), pytest.raises(OSError) as raised, write_whole(out) as part:  # noqa: PT011
        WRITERS[writer](part.with_suffix(".npy"))
    assert describe_error(raised.value) == f"{out}{WORDS}"


def test_a_copy_that_finds_no_room_names_where_it_goes(tmp_path: Path) -> None:
    source = tmp_path / "picture.jpg"
    source.write_bytes(bytes(4096))
    with disk_full_after(100), pytest.raises(OSError) as raised, open_target(tmp_path / "o") as to:  # noqa: PT011
        to.put("picture.jpg", source)
    assert describe_error(raised.value) == f"{tmp_path / 'o.part' / 'picture.jpg'}{WORDS}"


def test_a_folder_for_passing_files_that_takes_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with disk_full_after(0), pytest.raises(OSError) as raised, passing_folder() as folder:  # noqa: PT011
        (folder / "a").write_bytes(bytes(10))
    assert describe_error(raised.value) == f"{tmp_path}{WORDS}"


def test_an_error_that_names_its_file_or_is_not_of_the_system_stays(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"), name_place(tmp_path):
        (tmp_path / "missing").read_bytes()
    with pytest.raises(OSError, match=r"^no picture$"), name_place(tmp_path):
        raise OSError("no picture")
