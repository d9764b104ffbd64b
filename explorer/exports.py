"""A concept's matches as files that other tools read."""

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import pandas as pd

from classifier import Head, SavedClassifier, save
from explorer.audits import AuditRecord
from explorer.csv_cells import guard_cell
from explorer.errors import BadInput
from vecdb import Collection, Concept, Label, Store
from vecdb.addresses import local_file
from vecdb.errors import NotFitted

ALL = 10_000_000


def matches(collection: Collection, head: Head, threshold: float) -> pd.DataFrame:
    """Return every match, best first: id, url, score, label and the metadata of ingest."""
    found = collection.above(head, threshold, limit=ALL)
    frame = pd.DataFrame({"id": found.ids, "score": found.scores})
    details = pd.DataFrame(collection.photos(found.ids))
    if details.empty:
        return frame.assign(url="")
    details = details.drop(columns=["vector"], errors="ignore")
    details["extra"] = [
        json.dumps(extra, ensure_ascii=False, default=str) for extra in details["extra"]
    ]
    return frame.merge(details, on="id", how="inner")


def as_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 CSV with a header that spreadsheets open right; no cell of it runs as a formula."""
    words = {
        name: [guard_cell(cell) if isinstance(cell, str) else cell for cell in column]
        for name, column in frame.items()
    }
    return frame.assign(**words).to_csv(index=False).encode("utf-8-sig")


def as_parquet(frame: pd.DataFrame) -> bytes:
    """One Parquet file."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def as_img2dataset(frame: pd.DataFrame) -> bytes:
    """JSON that `img2dataset --input_format json --url_col url --caption_col caption` reads."""
    rows: list[dict[str, Any]] = [
        {
            "url": row["url"],
            "caption": row.get("description", ""),
            "id": row["id"],
            "score": row["score"],
        }
        for row in frame.to_dict("records")
        if str(row["url"]).startswith(("http://", "https://"))
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1).encode("utf-8")


def as_zip(store: Store, collection: Collection, frame: pd.DataFrame) -> BinaryIO:
    """Zip of pictures: the file itself where it lies on this machine, else its stored thumbnail.

    Returns:
        An open file without a name, at its start; making it takes no memory for the pictures.
    """
    held = tempfile.TemporaryFile(dir=store.path.parent)  # noqa: SIM115, the caller closes it
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for rank, row in enumerate(frame.to_dict("records"), 1):
            local = local_file(str(row["url"]))
            if local is not None:
                archive.write(local, _name(rank, row["id"], local.suffix))
                continue
            thumbnail = store.thumbnail(collection.name, row["id"])
            if thumbnail:
                archive.writestr(_name(rank, row["id"], ".jpg"), thumbnail)
    held.seek(0)
    # Read only: the kind of file that Streamlit takes for a download.
    return io.BufferedReader(held.detach())


def as_classifier(concept: Concept, head: Head, labels: Sequence[Label]) -> bytes:
    """Return the `.safetensors` file that `classifier.load` reads."""
    record = AuditRecord.read(concept)
    findings = asdict(record.findings) if record and record.findings else {}
    calibration = {
        f"{name}_{part}": float(value)
        for name, found in findings.items()
        for part, value in found.items()
    }
    saved = SavedClassifier(
        head,
        concept.encoder,
        concept.prompt,
        sum(row.label == 1 for row in labels),
        sum(row.label == -1 for row in labels),
        calibration,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classifier.safetensors"
        save(path, saved)
        return path.read_bytes()


def _name(rank: int, photo_id: str, suffix: str) -> str:
    """Return a file name that keeps the rank, and cannot climb out of a folder."""
    stem = PurePosixPath(photo_id).name or "photo"
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in stem)[:80]
    return f"{rank:05d}_{safe.removesuffix(suffix)}{suffix}"


FORMATS: dict[str, tuple[str, str, Callable[[pd.DataFrame], bytes]]] = {
    "CSV": ("csv", "text/csv", as_csv),
    "Parquet": ("parquet", "application/vnd.apache.parquet", as_parquet),
    "JSON for img2dataset": ("json", "application/json", as_img2dataset),
}


def write_file(
    store: Store, collection: Collection, concept: Concept, labels: Sequence[Label], path: Path
) -> Path:
    """Write a concept's matches, or its classifier, to a file of the kind its ending says.

    Raises:
        BadInput: another ending.
        NotFitted: it has no classifier yet.
    """
    renders = {f".{suffix}": render for suffix, _, render in FORMATS.values()}
    ending = path.suffix.lower()
    if ending not in {*renders, ".zip", ".safetensors"}:
        known = ", ".join([*renders, ".zip", ".safetensors"])
        raise BadInput(f"{path} must end in one of {known}.")
    if not len(concept.weights):
        raise NotFitted(f"The concept {concept.name!r} has no classifier yet: label a page.")
    head = Head(concept.weights, concept.bias, concept.threshold)
    if ending == ".safetensors":
        path.write_bytes(as_classifier(concept, head, labels))
        return path
    frame = matches(collection, head, concept.threshold)
    if ending == ".zip":
        with as_zip(store, collection, frame) as pictures, path.open("wb") as file:
            shutil.copyfileobj(pictures, file)
    else:
        path.write_bytes(renders[ending](frame))
    return path
