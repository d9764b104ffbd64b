"""What a model trained here says of its training: a file beside its weights."""

import json
from pathlib import Path
from typing import Any

from commandline.words import count_things

RECORD = "training.json"


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Write down how a model was trained.

    Raises:
        OSError: the folder cannot be written.
    """
    (folder / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False), "utf-8")


def read_record(name: str) -> dict[str, Any]:
    """Return what a model's folder says of its training here, empty where it says nothing."""
    path = Path(name) / RECORD
    try:
        found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def describe_training(name: str) -> str:
    """Say in a phrase how a model was trained here, empty where it was not.

    For example: `projections of offline trained with a data set of 800 pictures and 800 captions,
    held-out recall@1 .05 -> .31`.
    """
    record = read_record(name)
    try:
        what = {
            "projections": f"projections of {record['base']} trained",
            "full": f"{record['base']} trained further",
            "scratch": "trained from scratch",
        }[record["mode"]]
        asked = record["held_out"]["caption_to_picture"]["recall@1"]
        before = asked["chance"] if asked["before"] is None else asked["before"]
        pictures = count_things(record["pictures"], "picture")
        known = f"a data set of {pictures} and {count_things(record['captions'], 'caption')}"
        word = "recall@1 of chance" if asked["before"] is None else "recall@1"
        return f"{what} with {known}, held-out {word} {before:.2f} -> {asked['after']:.2f}"
    except (KeyError, TypeError, ValueError):
        return ""
