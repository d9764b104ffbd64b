"""`python -m explorer encode`: give a collection's photos vectors of another encoder."""

import argparse
import json
import signal
import sys
import threading
from dataclasses import asdict
from types import FrameType

from tqdm import tqdm

from commandline.words import count_things
from explorer.encode import Encoded, encode_collection
from explorer.explorer import Explorer
from vecdb import default_table


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only this command takes."""
    command.add_argument("--encoder", required=True, help="a hub name, a folder or `offline`")
    command.add_argument("--device", help="cpu, cuda or mps; by default the best there is")


def encode(explorer: Explorer, options: argparse.Namespace) -> None:
    """Give the photos of a collection vectors of another encoder, in a collection beside it."""
    stop = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        stop.set()
        print("Stopping after the photos under way; run it again to go on.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        with tqdm(unit=" photos", dynamic_ncols=True, file=sys.stderr) as bar:

            def show(encoded: Encoded) -> None:
                bar.total, bar.n = encoded.photos, encoded.done
                bar.refresh()

            done = encode_collection(
                explorer,
                options.table or default_table(),
                options.encoder,
                device=options.device,
                progress=show,
                stop=stop,
            )
    finally:
        signal.signal(signal.SIGINT, before)
    if stop.is_set() and done.done < done.photos:
        raise KeyboardInterrupt(f"{describe_encoded(done)} Run it again to go on.")
    print(json.dumps(asdict(done)) if options.json else describe_encoded(done))


def describe_encoded(done: Encoded) -> str:
    """Tell in a few lines where the vectors are and what they were made from."""
    new = done.cached + done.originals + done.thumbnails
    photos = count_things(done.photos, "photo has", "photos have")
    lines = [
        f"{done.collection}: {done.known + new} of {photos} vectors of {done.encoder}, "
        f"{new} of them new."
    ]
    if done.thumbnails:
        were = count_things(
            done.thumbnails, "was made from a thumbnail", "were made from thumbnails"
        )
        lines.append(f"{were} of 384 pixels: no original could be had.")
    if done.failed:
        lines.append(f"{count_things(done.failed, 'has', 'have')} neither original nor thumbnail.")
    return "\n".join(lines)
