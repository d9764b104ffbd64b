"""`python -m explorer search "a red bus" -k 20`: photos by words and pictures, listed or copied.

Without -k, --threshold lists every photo at least so similar; --copy-to puts the pictures into a
folder, the file itself where it lies on this machine, else its stored thumbnail.
"""

import argparse
import json
import re
import shutil
import sys
from pathlib import Path

from commandline import positive
from commandline.outputs import output_path
from explorer.conditions import read_conditions
from explorer.errors import BadInput, ExplorerError
from explorer.explorer import Explorer
from explorer.phrases import is_address, parse_phrases
from explorer.pictures import picture_from
from explorer.query import Query
from explorer.ranking import Ranked, rank
from vecdb import Collection, Filter, Store, default_table
from vecdb.addresses import local_file

DEFAULT_K = 20


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only this command takes."""
    command.add_argument("text", nargs="*", help='phrases, with signs: "shoes -sneakers"')
    command.add_argument("-k", type=positive, help=f"how many photos ({DEFAULT_K})")
    command.add_argument("--image", type=Path, action="append", default=[], help="a picture file")
    command.add_argument("--like", action="append", default=[], help="the id of a photo")
    command.add_argument("--without", action="append", default=[], help="a phrase to subtract")
    command.set_defaults(minus="--without")
    command.add_argument("--threshold", type=float, help="least similarity, a cosine")
    command.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="COLUMN>=VALUE",
        help="only such photos: split=val, iso>=400, mood~calm, label!=dog, shot<2020-06",
    )
    command.add_argument("--fold", action="store_true", help="list near-duplicates once")
    command.add_argument(
        "--copy-to", type=output_path, metavar="FOLDER", help="copy the pictures there"
    )


def search(explorer: Explorer, options: argparse.Namespace) -> None:
    """List the photos nearest to phrases, pictures and photos."""
    collection = explorer.database.collection(options.table or default_table())
    query = _query(options)
    conditions = read_conditions(options.where, collection)
    where = Filter(conditions=conditions) if conditions else None
    vector = explorer.ranking_vector(query, collection)
    k = options.k or (DEFAULT_K if options.threshold is None else max(1, collection.count()))
    found = rank(collection, vector, k, where=where, threshold=options.threshold, fold=options.fold)
    copied = _copy(explorer.store, collection, found, options.copy_to) if options.copy_to else {}
    for line in _lines(found, copied, options.json):
        print(line)
    if not options.json and not found.ids:
        print(_describe_nothing(options), file=sys.stderr)


def _describe_nothing(options: argparse.Namespace) -> str:
    if options.threshold is None:
        return "No photo satisfies the conditions: ask for less with --where."
    which = " that satisfies the conditions" if options.where else ""
    return f"No photo{which} is that similar: lower --threshold."


def _query(options: argparse.Namespace) -> Query:
    pictures = []
    for path in options.image:
        try:
            pictures.append(picture_from(path.read_bytes()))
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
        except ExplorerError as refused:
            raise BadInput(f"{path}: {refused}") from refused
    phrases = [phrase for text in options.text for phrase in parse_phrases(text)]
    phrases += [(text, -1.0) for text in options.without]
    for text, _ in phrases:
        if is_address(text):
            raise BadInput(f"{text:.80} is no phrase: give the picture as a file, --image FILE.")
    query = Query(phrases, pictures, options.like)
    if not query:
        raise BadInput("Say what to look for: a phrase, --image FILE or --like ID.")
    return query


def _lines(found: Ranked, copied: dict[str, str], as_json: bool) -> list[str]:
    hits = [
        {
            "id": photo,
            "similarity": round(similarity, 6),
            "url": found.photos[photo]["url"],
            "description": found.photos[photo]["description"],
            **({"file": copied[photo]} if photo in copied else {}),
        }
        for photo, similarity in zip(found.ids, found.similarities, strict=True)
        if photo in found.photos
    ]
    if as_json:
        return [json.dumps(hits, ensure_ascii=False)]
    return [f"{hit['similarity']:.3f}  {hit['id']}  {hit['url']}" for hit in hits]


def _copy(store: Store, collection: Collection, found: Ranked, folder: Path) -> dict[str, str]:
    """Copy pictures, named by rank and id; return the file of each photo that has one."""
    folder.mkdir(parents=True, exist_ok=True)
    copied = {}
    for place, photo in enumerate(found.ids, 1):
        row = found.photos.get(photo)
        source = local_file(str(row["url"])) if row else None
        stem = f"{place:05d}_" + re.sub(r"[^\w.-]", "_", photo)[-80:]
        jpeg = None if source is not None else store.thumbnail(collection.name, photo)
        if source is None and jpeg is None:
            print(f"{photo}: no picture on this machine", file=sys.stderr)
            continue
        ending = source.suffix if source is not None else ".jpg"
        target = folder / (stem.removesuffix(ending) + ending)
        part = target.with_name(f"{target.name}.part")
        try:
            if source is not None:
                shutil.copyfile(source, part)
            elif jpeg is not None:
                part.write_bytes(jpeg)
            part.replace(target)
        except OSError:
            part.unlink(missing_ok=True)  # no half of a picture stays
            raise
        copied[photo] = str(target)
    return copied
