"""`similarity`, `sync` and `delete`: heads on stored vectors from the command line."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from commandline import add_database, rate, seed
from commandline.words import count_things
from tuning.commands.interrupt import stop_at_interrupt
from tuning.errors import TuningError
from tuning.groups import Groups, group_by_concept, group_by_label, read_groups
from tuning.losses import LOSSES, MINING
from tuning.saved_classes import read_corrections
from tuning.serve import check_name, describe_head, refuse_unless_better, serve
from tuning.serve import delete as delete_head
from tuning.serve import sync as sync_all
from tuning.train import Epoch, Settings
from tuning.trial import UNSEEN, Trial, run_trial
from vecdb import Collection, Database, connect, default_table
from vecdb.derived import Followed


def add_name(command: argparse.ArgumentParser) -> None:
    """Add what names a head."""
    add_database(command)
    command.add_argument("name", help="of the head")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only training takes."""
    add_database(command)
    add = command.add_argument
    add(
        "--by", choices=("label", "concept", "classes"), default="label", help="tells what is alike"
    )
    add("--classes", type=Path, metavar="FILE", help="classes saved on the Classes page")
    add("--out", required=True, metavar="NAME", help="the head; the collection is TABLE__NAME")
    add("--loss", choices=LOSSES, default=Settings.loss)
    add("--mining", choices=MINING, help="which triplets count, with --loss triplet")
    add("--rate", type=rate, default=Settings.rate, help="learning rate")
    add("--seed", type=seed, default=Settings.seed)
    add("--force", action="store_true", help="serve it whatever was measured")


def train_and_serve(options: argparse.Namespace) -> None:
    """Train a similarity head, measure it, and make the collection TABLE__NAME behind it."""
    if (options.by == "classes") != (options.classes is not None):
        raise TuningError("--by classes and --classes FILE go together: give both or neither.")
    if options.mining and options.loss != "triplet":
        raise TuningError("--mining chooses among triplets: give --loss triplet, too, or leave it.")
    settings = Settings(
        loss=options.loss,
        mining=options.mining or Settings.mining,
        rate=options.rate,
        seed=options.seed,
    )
    table = options.table or default_table()
    with connect(options.dsn) as database:
        check_name(database, table, options.out)
        collection = database.collection(table)
        groups = _groups(database, collection, options)
        trial = _trial(groups, collection, settings)
        # With --json stdout holds one answer, which the end gives.
        _tell(trial, sys.stderr if options.json else sys.stdout)
        if not options.force:
            refuse_unless_better(trial, options.out)
        head = describe_head(trial, groups, table, settings)
        with stop_at_interrupt() as stop, _photo_bar() as show:
            made = serve(database, table, options.out, head, progress=show, stop=stop)
        if stop.is_set():
            raise KeyboardInterrupt(_not_complete([made.name]))
        print(
            f"{made.name}: {count_things(made.count(), 'photo')}, by {made.encoder}",
            file=sys.stderr,
        )
    if options.json:
        print(json.dumps({**trial.as_json(), "served": True}))


def sync(options: argparse.Namespace) -> None:
    """Bring collections in a tuned space to what their sources hold."""
    with connect(options.dsn) as database, stop_at_interrupt() as stop, _photo_bar() as show:
        done = sync_all(database, options.table, progress=show, stop=stop)
    behind = [name for name, followed in done.items() if followed.added < followed.missing]
    if stop.is_set() and behind:
        raise KeyboardInterrupt(_not_complete(behind))
    if options.json:
        print(json.dumps({name: vars(followed) for name, followed in done.items()}))
        return
    for name, followed in done.items():
        print(f"{name}: {count_things(followed.added, 'photo')} added, {followed.removed} removed")
    if not done:
        print("No collection is in a tuned space.")


def delete(options: argparse.Namespace) -> None:
    """Remove a head and the collection behind it; the collection it came from stays."""
    with connect(options.dsn) as database:
        table = options.table or default_table()
        kept_for = delete_head(database, table, options.name)
    if options.json:
        print(json.dumps({"deleted": options.name, "file_kept_for": kept_for}))
        return
    print(f"The head {options.name} of {table} is removed.")
    if kept_for:
        print(f"The head's file stays: {', '.join(kept_for)} needs it.", file=sys.stderr)


def _not_complete(names: list[str]) -> str:
    are = "is" if len(names) == 1 else "are"
    return f"{', '.join(names)} {are} not complete: `python -m tuning sync` finishes what is left."


def _groups(database: Database, collection: Collection, options: argparse.Namespace) -> Groups:
    if options.by == "label":
        return group_by_label(collection)
    if options.by == "concept":
        return group_by_concept(database, collection)
    return read_groups(collection, read_corrections(options.classes), "classes")


def _trial(groups: Groups, collection: Collection, settings: Settings) -> Trial:
    bar = tqdm(total=settings.epochs, unit="epoch", disable=None)

    def show(epoch: Epoch) -> None:
        bar.set_postfix(loss=f"{epoch.loss:.3f}", r_precision=f"{epoch.r_precision:.3f}")
        bar.update(epoch.number - bar.n)

    def tell(done: int, turns: int) -> None:
        bar.set_description(f"measuring, {done} of {turns}")

    with bar, stop_at_interrupt() as stop:
        return run_trial(
            groups.vectors,
            groups.classes,
            settings,
            encoder=collection.encoder,
            unseen=UNSEEN,
            progress=show,
            measuring=tell,
            stop=stop,
        )


def _tell(trial: Trial, out: TextIO) -> None:
    for line in (f"Training ended because {trial.ended}.", *trial.lines()):
        print(line, file=out)


@contextmanager
def _photo_bar() -> Iterator[Callable[[Followed], None]]:
    with tqdm(unit="photo", disable=None) as bar:

        def show(followed: Followed) -> None:
            bar.total = followed.missing
            bar.update(followed.added - bar.n)

        yield show
