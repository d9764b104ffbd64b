"""From a data set of captions to a model's folder: train, measure, put in place."""

import hashlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError

from commandline.words import count_things
from encoder import clean_name, fingerprint_encoder, load_encoder
from encoder.guard import one_sentence
from encoder.record import write_record
from encoder.vision import choose_device, choose_dtype
from tuning.captions.dataset import Pictures
from tuning.captions.split import PARTS
from tuning.errors import NotServed, TuningError, first_line
from tuning.models.checkpoints import Checkpoints
from tuning.models.evaluate import Measured, measure, require_pictures
from tuning.models.feed import Feed
from tuning.models.frozen import compute_features
from tuning.models.learner import Learner, Projections, Whole
from tuning.models.mixing import lean_back
from tuning.models.settings import FULL, PROJECTIONS, SCRATCH, Settings
from tuning.models.texts import Texts
from tuning.models.towers import Towers, build_towers, read_towers
from tuning.models.training import Epoch, Step, Training

LARGE = 10_000_000  # weights, from which bf16 on a CPU is quicker by enough to matter


@dataclass(frozen=True)
class Begin:
    """What a training begins with: a model's name, or those of two backbones."""

    base: str = ""
    vision: str = ""
    text: str = ""


@dataclass(frozen=True)
class Watch:
    """Who is told what while it goes on.

    Attributes:
        epoch, step: called after each.
        tell: takes a sentence.
        stop: set it from elsewhere to keep the best epoch so far.
    """

    epoch: Callable[[Epoch], None] = lambda epoch: None
    step: Callable[[Step], None] = lambda step: None
    tell: Callable[[str], None] = lambda sentence: None
    stop: threading.Event | None = None


def train_model(
    pictures: Pictures,
    out: Path,
    begin: Begin,
    settings: Settings,
    *,
    device: str | None = None,
    workers: int = 0,
    force: bool = False,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """Train a model and put it in place, whole or not at all, where held-out recall did not fall.

    Broken off, the same call goes on where it was.

    Args:
        out: folder of the model, which must not exist.
        device: the best the machine has by default.
        workers: processes that read pictures.
        force: put it in place whatever was measured.

    Returns:
        The training's record, as it stands in the folder.

    Raises:
        NotServed: recall fell; nothing is put in place.
        TuningError: it cannot be trained or written.
        EncoderError: the model to begin with cannot be loaded.
    """
    watch = watch or Watch()
    if out.exists():
        raise TuningError(f"{out} exists: remove it, or give another --out.")
    require_pictures(pictures, *PARTS)
    began = time.perf_counter()
    base = clean_name(begin.base) if begin.base else ""
    where = choose_device(device)
    name = base or f"of {begin.vision} and {begin.text}"
    with one_sentence(name, "be loaded", TuningError):
        towers = _read_towers(begin, base, settings).to(where)
    start = _copy_weights(towers) if settings.mode == FULL else {}
    checkpoints = Checkpoints(out, _identity(pictures, begin, base, settings))
    texts = Texts(pictures.captions, settings.seed)
    cut = int(towers.phrases.find_long(texts.all)[texts.of].sum())
    if cut:
        read = f"only the first {towers.phrases.limit} tokens are read"
        watch.tell(f"Of {count_things(cut, 'caption')} {read}.")
    feed = Feed(pictures.reader, towers.preparation, workers)
    with one_sentence(name, "encode the data set", TuningError):
        learner, damaged = _learner(towers, pictures, texts, feed, settings, checkpoints)
    training = Training(
        learner,
        _without(pictures, damaged),
        texts,
        settings,
        checkpoints,
        dtype=_choose_dtype(towers, settings, where),
        progress=watch.epoch,
        step=watch.step,
        tell=watch.tell,
        stop=watch.stop,
    )
    training.run()
    share = 1.0
    if settings.mode == FULL and training.history[-1].best > 0:
        share = lean_back(learner.module(), start, training.score)
    with _half_folder(out) as half:
        towers.save(half)
        before = load_encoder(base, device=device) if base else None
        found = measure(before, load_encoder(str(half), device=device), pictures)
        skipped = len(damaged) or len(feed.damaged) + found.damaged
        if skipped:
            watch.tell(f"{count_things(skipped, 'picture')} did not decode and took no part.")
        record = {
            "mode": settings.mode,
            "base": base,
            "base_fingerprint": fingerprint_encoder(base) if base else "",
            **({} if base else {"vision": begin.vision, "text": begin.text}),
            "data": str(pictures.path.absolute()),
            "pictures": len(pictures.captions),
            "captions": len(texts.of),
            "captions_cut": cut,
            "pictures_skipped": skipped,
            "settings": asdict(settings),
            "batch": training.batch,
            "epochs": [asdict(epoch) for epoch in training.history],
            "best": training.history[-1].best,
            "ended": training.ended,
            "share_of_new_weights": share,
            "held_out": found.as_json(),
            "device": str(where),
            "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - began, 1),
        }
        if not force:
            _refuse_worse(found, record, out)
        write_record(half, record)
    checkpoints.remove()
    return record


def _read_towers(begin: Begin, base: str, settings: Settings) -> Towers:
    torch.manual_seed(settings.seed)
    if settings.mode == SCRATCH:
        return build_towers(
            begin.vision,
            begin.text,
            dim=settings.dim,
            dropout=settings.dropout,
            seed=settings.seed,
        )
    return read_towers(base, settings.dim)


def _copy_weights(towers: Towers) -> dict[str, torch.Tensor]:
    return {name: of.detach().clone() for name, of in towers.model.state_dict().items()}


@contextmanager
def _half_folder(out: Path) -> Iterator[Path]:
    """Give a folder that takes its place when the block is done, and is removed where it fails."""
    half = out.with_name(out.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    try:
        yield half
        half.rename(out)
    except (OSError, SafetensorError) as error:
        raise TuningError(
            f"{out} cannot be written ({first_line(error)}): make room there and give the same "
            "command again, it goes on from the last checkpoint."
        ) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _identity(pictures: Pictures, begin: Begin, base: str, settings: Settings) -> dict[str, Any]:
    told = asdict(settings)
    del told["checkpoint_seconds"]
    texts = hashlib.sha256(repr((pictures.captions, pictures.parts.tolist())).encode())
    return {
        **told,
        "base": fingerprint_encoder(base) if base else [begin.vision, begin.text],
        "data": texts.hexdigest()[:16],
    }


def _learner(
    towers: Towers,
    pictures: Pictures,
    texts: Texts,
    feed: Feed,
    settings: Settings,
    checkpoints: Checkpoints,
) -> tuple[Learner, set[int]]:
    """Return what learns, and the pictures that are known not to decode."""
    if settings.mode != PROJECTIONS:
        return Whole(towers, feed, texts, settings.mode), set()
    found = compute_features(towers, pictures, texts, checkpoints)
    return Projections(towers, found.images, found.texts), set(found.damaged.tolist())


def _without(pictures: Pictures, damaged: set[int]) -> Pictures:
    parts = pictures.parts.astype(object)
    parts[list(damaged)] = ""
    return replace(pictures, parts=parts.astype(np.str_))


def _choose_dtype(towers: Towers, settings: Settings, where: torch.device) -> torch.dtype:
    """Choose mixed precision: bfloat16, or float16 on CUDA that lacks it; none where it is slow."""
    if settings.mode == PROJECTIONS:
        return torch.float32
    if where.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    weights = sum(part.numel() for part in towers.model.parameters())
    return choose_dtype(where) if weights >= LARGE else torch.float32


def _refuse_worse(found: Measured, record: dict[str, Any], out: Path) -> None:
    base = record["base"]
    if record["best"] == 0 and base:
        raise NotServed(
            f"{out} is not made: training ended because {record['ended']}, and no epoch found "
            f"held-out captions better than {base} does, which stays.",
            record,
        )
    if not found.is_better:
        raise NotServed(
            f"{out} is not made: {found.sentence(base)}; --force makes it anyway.", record
        )
