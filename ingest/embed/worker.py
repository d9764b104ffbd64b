"""One worker, one part: its photos are fetched, decoded and encoded, and written in their order.

In their order, because the last bits of a vector depend on the pictures that it was encoded with:
a part is the same bit for bit, whichever machine of a kind makes it and however many there are.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from commandline.words import count_things
from encoder import clean_name, fingerprint_encoder, load_known_encoder
from ingest.deadline import Watch
from ingest.embed.layout import Layout, Plan
from ingest.embed.share import share_photos
from ingest.embed.stages import Failed, encode_in_order, read_in_order
from ingest.errors import DamagedSource, Rejected
from ingest.fetch import Fetcher, Patience
from ingest.manners import Manners
from ingest.naming import candidate_ids
from ingest.photo import Photo
from ingest.progress import ProgressCallback, Summary, Tally
from ingest.rows import Item

WORKERS = 32  # downloads at once


def embed_part(
    source: str | Path,
    out: str | Path,
    part: int,
    parts: int,
    encoder: str,
    *,
    device: str | None = None,
    workers: int = WORKERS,
    patience: Patience | None = None,
    manners: Manners | None = None,
    retry_failed: bool = False,
    progress: ProgressCallback | None = None,
) -> Summary:
    """Embed one part of a source, unless it is finished already.

    Args:
        part: 0 to parts - 1.
        encoder: by name; it is loaded where there is something to do.
        device: cpu, cuda, cuda:1 or mps; the best the machine has by default.
        workers: downloads at once.
        patience: timeouts, attempts and limits of downloads.
        manners: what downloads call themselves and respect.
        retry_failed: do a finished part again in which photos failed; where fewer can be had now,
            it stays as it was, and the summary's `error` says so.
        progress: called after each photo.

    Returns:
        `inserted` counts vectors written, `skipped` those of a part that was finished before.

    Raises:
        SourceError: the source cannot be read, or `out` holds parts of something else.
        IngestError: `out` cannot be written.
        EncoderError: the encoder cannot do it.
    """
    layout, tally = Layout(out), Tally()
    name = clean_name(encoder)
    fingerprint = fingerprint_encoder(name)
    plan = Plan(name_source(source), parts, name, fingerprint)
    layout.compare(plan)
    found = layout.read_finished(part)
    if found and not (retry_failed and found.failed):
        tally.add("skipped", found.vectors)
        tally.add("failed_before", found.failed)
        return tally.summary(interrupted=False, error=None)
    model = load_known_encoder(name, fingerprint, device=device)
    items: list[Item] = []
    failed: list[Failed] = []
    damage: list[str] = []
    photos = _stop_at_damage(share_photos(source, part, parts, tally.leave_out), damage)
    first = list(islice(photos, 1))
    layout.agree(plan)  # not before: a name typed wrong must not keep the right one out of `out`
    stop = threading.Event()
    with Watch() as watch:
        fetcher = Fetcher(watch, stop, patience, manners)
        read = read_in_order(
            _each_once(chain(first, photos), tally), model, fetcher, tally, workers
        )
        try:
            for result in _give_ids(encode_in_order(read, model, tally), tally):
                if isinstance(result, Item):
                    items.append(result)
                    tally.add("inserted")
                else:
                    failed.append(result)
                    tally.fail(result[1].reason, result[0].id or result[0].address)
                if progress:
                    progress(tally.progress())
        finally:
            stop.set()  # lets go of downloads that wait for a busy host
    failed += [(Photo("", str(source)), Rejected(text, permanent=True)) for text in damage]
    if found and len(items) < found.vectors:
        made = count_things(len(items), "vector")
        counts = f"{made} can be made now, and it holds {found.vectors:,}"
        damage.append(f"{counts}: it stays as it was, try again later.")
    else:
        # Once more: of two that began in the same instant only one has noted what it does.
        layout.agree(plan)
        layout.write_part(part, model.dim, items, failed)
    return tally.summary(interrupted=False, error=" ".join(damage) or None)


def name_source(source: str | Path) -> str:
    """Return a source's name, the same from every folder of a machine."""
    text = str(source)
    return text if "://" in text else str(Path(os.path.expanduser(text)).absolute())


def _stop_at_damage(photos: Iterable[Photo], damage: list[str]) -> Iterator[Photo]:
    """Yield what a source names before it breaks off, and note the sentence."""
    try:
        yield from photos
    except DamagedSource as error:
        damage.append(str(error))


def _each_once(photos: Iterable[Photo], tally: Tally) -> Iterator[Photo]:
    """Leave out the ids that a table names again."""
    known: set[tuple[str, str]] = set()
    for photo in photos:
        name = (photo.named_by, photo.id)
        if photo.id and not photo.within and name in known:
            tally.add("skipped")
            continue
        known.add(name)
        yield photo


def _give_ids(results: Iterable[Item | Failed], tally: Tally) -> Iterator[Item | Failed]:
    """Give pictures of several tars that have the same key ids of their own, as an ingest does."""
    known: dict[str, str] = {}
    for result in results:
        if isinstance(result, Item):
            free = (
                name
                for name in candidate_ids(result.photo)
                if known.get(name, result.digest) == result.digest
            )
            name = next(free, f"{result.photo.id} {result.digest[:12]}")
            if name in known:  # the very same picture
                tally.add("skipped")
                continue
            known[name] = result.digest
            result.photo = replace(result.photo, id=name)
        yield result
