"""`model` and `evaluate`: image-text models on captioned pictures."""

import argparse
import hashlib
import json
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from commandline import at_least, number, positive, rate, seed
from commandline.outputs import output_path
from commandline.words import count_things
from encoder import clean_name, default_encoder_name, load_encoder
from encoder.record import read_record
from ingest.errors import IngestError, Rejected
from ingest.sources import Source
from ingest.sources.values import PARTS
from tuning.captions.dataset import describe_parts, open_pictures
from tuning.captions.split import TEST
from tuning.commands.interrupt import stop_at_interrupt
from tuning.errors import NotServed, TuningError
from tuning.models.loss import LOSSES
from tuning.models.recall import recall_lines
from tuning.models.settings import DEFAULTS, MODES, PROJECTIONS, SCRATCH, settings_for

# What imports transformers is imported where it is used: --help and the other commands need none.
if TYPE_CHECKING:
    from tuning.models.build import Watch
    from tuning.models.training import Epoch, Step


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what training takes."""
    add = command.add_argument
    add("data", type=Path, metavar="DATA.lance", help="what python -m tuning captions wrote")
    add(
        "--out",
        type=output_path,
        required=True,
        metavar="FOLDER",
        help="the model; ENCODER can name it",
    )
    add("--mode", choices=MODES, default=PROJECTIONS, help="which weights learn")
    add("--from", dest="base", metavar="NAME", help="the model to begin with; by default ENCODER")
    add("--vision", metavar="NAME", help="the backbone that sees, with --mode scratch")
    add("--text", metavar="NAME", help="the backbone that reads, with --mode scratch")
    add("--loss", choices=LOSSES, help="soft: targets say how alike a batch's rows are")
    add("--epochs", type=positive, metavar="N", help=f"at most; {_defaults('epochs')}")
    add("--batch", type=at_least(2), metavar="N", help=f"pictures at once; {_defaults('batch')}")
    add("--rate", type=rate, help=f"learning rate; {_defaults('rate')}")
    add("--dim", type=positive, metavar="N", help="numbers of a vector, where it is new")
    add("--seed", type=seed)
    add("--device", help="cpu, cuda or mps; by default the best there is")
    add(
        "--workers",
        type=at_least(0),
        metavar="N",
        help="processes that read pictures; 8 on CUDA, else 0",
    )
    seconds = number("0 or more", lambda given: given >= 0)
    add("--checkpoint-seconds", type=seconds, metavar="S", help="between two checkpoints; 60")
    add("--force", action="store_true", help="make the model whatever was measured")
    add("--json", action="store_true", help="answer in JSON on stdout")


def train(options: argparse.Namespace) -> None:
    """Train an image-text model on captions; its folder is an ENCODER."""
    from tuning.models.build import Begin, Watch, train_model

    scratch, backbones = options.mode == SCRATCH, (options.vision, options.text)
    if not all(backbones) if scratch else any(backbones):
        raise TuningError("--mode scratch takes --vision NAME and --text NAME, and no other does.")
    if scratch and options.base:
        raise TuningError("--mode scratch begins with two backbones: leave --from out.")
    base = "" if scratch else options.base or default_encoder_name()
    settings = settings_for(options.mode, vars(options))
    pictures = open_pictures(options.data)
    print(f"{describe_parts(pictures)}.", file=sys.stderr)
    with _bars() as watch, stop_at_interrupt() as stop:
        record = train_model(
            pictures,
            options.out,
            Begin(base, options.vision or "", options.text or ""),
            settings,
            device=options.device,
            workers=_workers(options),
            force=options.force,
            watch=Watch(watch.epoch, watch.step, watch.tell, stop),
        )
    if options.json:
        print(json.dumps({**record, "folder": str(options.out)}))
        return
    print(f"Training ended because {record['ended']}; epoch {record['best']} is kept.")
    if record["share_of_new_weights"] < 1:
        print(f"Weights: {record['share_of_new_weights']:.0%} of the way from {base}.")
    print("\n".join(recall_lines(record["held_out"])))
    print(f"{options.out} is ready: ENCODER={options.out}")


def add_evaluate_arguments(command: argparse.ArgumentParser) -> None:
    """Add what measuring takes."""
    add = command.add_argument
    add("folder", help="the model; any encoder's name will do")
    add("data", type=Path, metavar="DATA.lance", help="its pictures held out are measured on")
    add("--before", metavar="NAME", help="the model to compare with; by default what it began with")
    add("--zeroshot", metavar="SET", help="a folder for each class, or another labelled source")
    add("--device", help="cpu, cuda or mps; by default the best there is")
    add("--json", action="store_true", help="answer in JSON on stdout")


def evaluate(options: argparse.Namespace) -> None:
    """Measure a model on pictures held out, before and after, and on classes elsewhere."""
    from tuning.models.evaluate import measure, measure_zeroshot

    folder = clean_name(options.folder)
    base = options.before or read_record(folder).get("base", "")
    after = load_encoder(folder, device=options.device)
    before = load_encoder(base, device=options.device) if base else None
    pictures = open_pictures(options.data)
    found = measure(before, after, pictures)
    told: dict[str, Any] = {
        "before": base or None,
        "after": folder,
        "pictures": len(found.after.pictures),
        "captions": len(found.after.captions),
        "skipped": found.damaged,
        "recall": found.as_json(),
        "better": found.is_better,
    }
    if options.zeroshot:
        learnt = set(pictures.digests[pictures.parts != TEST].tolist())
        unseen = Unseen(_read_labelled(options.zeroshot), learnt)
        told["zeroshot"] = measure_zeroshot(before, after, unseen).as_json()
        told["zeroshot"]["left_out"] = unseen.left_out
    if not options.json:
        _print(told)
    if not found.is_better:
        raise NotServed(f"{folder}: {found.sentence(base)}.", told)
    if options.json:
        print(json.dumps(told))


def _print(told: dict[str, Any]) -> None:
    print(
        f"{count_things(told['pictures'], 'picture')} held out, with "
        f"{count_things(told['captions'], 'caption')}"
    )
    print("\n".join(recall_lines(told["recall"])))
    if "zeroshot" not in told:
        return
    of = told["zeroshot"]
    before = "" if of["before"] is None else f"{of['before']:.3f} -> "
    low, high = of["interval"]
    print(
        f"zero-shot accuracy on {count_things(of['pictures'], 'picture')} of "
        f"{count_things(of['classes'], 'class', 'classes')}: {before}"
        f"{of['after']:.3f} ({low:.3f} to {high:.3f}, chance {of['chance']:.3f})"
    )
    if of["left_out"]:
        print(f"left out: {of['left_out']:,} (training saw them)")


class Unseen:
    """Labelled pictures without those that a model has learnt from, which tell nothing new."""

    def __init__(self, labelled: Iterable[tuple[bytes, str]], learnt: Collection[str]) -> None:
        """Read them later; `learnt` holds digests."""
        self._labelled = labelled
        self._learnt = learnt
        self.left_out = 0

    def __iter__(self) -> Iterator[tuple[bytes, str]]:
        """Yield the bytes and label of each; count those that are left out."""
        for data, label in self._labelled:
            if hashlib.sha256(data).hexdigest() in self._learnt:
                self.left_out += 1
            else:
                yield data, label


def _read_labelled(source: str) -> Iterator[tuple[bytes, str]]:
    import threading

    from ingest.deadline import Watch as TransferWatch
    from ingest.fetch import Fetcher

    with TransferWatch() as transfers:
        fetcher = Fetcher(transfers, threading.Event())
        try:
            for photo in Source(source):
                label = photo.metadata.get("label")
                if not label or photo.broken or PARTS.search(label):  # of several classes
                    continue
                try:
                    yield fetcher.fetch(photo), str(label)
                except Rejected:
                    continue
        except IngestError as error:
            raise TuningError(str(error)) from error


@contextmanager
def _bars() -> "Iterator[Watch]":
    from tuning.models.build import Watch

    with tqdm(unit="picture", disable=None) as bar:

        def show_step(step: "Step") -> None:
            if bar.total != step.of or step.done < bar.n:
                bar.reset(step.of)
            bar.set_description(f"epoch {step.epoch}", refresh=False)
            bar.set_postfix(loss=f"{step.loss:.3f}", rate=f"{step.rate:.1e}", refresh=False)
            bar.update(step.done - bar.n)

        def show_epoch(epoch: "Epoch") -> None:
            loss = f"loss {epoch.loss:.4f}, " if epoch.number else ""  # epoch 0 has learnt nothing
            bar.write(f"epoch {epoch.number}: {loss}recall {epoch.recall:.3f}", file=sys.stderr)

        yield Watch(show_epoch, show_step, lambda sentence: bar.write(sentence, file=sys.stderr))


def _workers(options: argparse.Namespace) -> int:
    if options.workers is not None:
        return int(options.workers)
    from encoder.vision import choose_device

    return 8 if choose_device(options.device).type == "cuda" else 0


def _defaults(name: str) -> str:
    return ", ".join(f"{getattr(of, name):g} for {mode}" for mode, of in DEFAULTS.items())
