"""`python -m tests.browser.load`: people who label at once and never pause.

Builds the collection of `tests.browser.latency`, starts the real app, and lets every person work on
a concept of their own over `POST /mine/…`, as the grid in the browser does: a page is answered the
moment it has come. Before them one person works alone. Prints what a round took, what failed, and
how many rounds a second there were in all.
"""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from explorer import Explorer
from explorer.addresses import turns_url
from explorer.query import Query
from tests.browser.harness import environment, running_app
from tests.browser.latency import MARKED, built
from vecdb.index import INDEX_ABOVE

ALONE = 10  # rounds of the one person before the others
PAGE = 25


@dataclass
class Work:
    """Milliseconds of each round that came back, and what was said of the others."""

    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def begin_concepts(data: Path, example: str, people: int) -> list[str]:
    """Begin a concept for each person, each from other photos; return their ids."""
    env = environment(data, "latency")
    with Explorer(env["VECDB_DSN"], store=env["VECDB_STORE"]) as explorer:
        collection = explorer.collection("latency")
        photos = collection.sample(people, seed=1).ids
        examples = [example, *photos][:people]
        return [
            explorer.begin(Query(photo_ids=(photo,)), table="latency", name=photo).concept.id
            for photo in examples
        ]


def answer_page(page: dict[str, Any]) -> dict[str, Any]:
    """Return what the grid sends: twelve marks, yes for photos of the first one's cluster."""
    shown = [{"id": tile["id"], "reason": tile.get("reason", "")} for tile in page["tiles"]]
    marked = [tile["id"] for tile in shown[:MARKED]]
    wanted = marked[0][:3]
    yes = [photo for photo in marked if photo.startswith(wanted)]
    no = [photo for photo in marked if not photo.startswith(wanted)]
    return {"turn": "finish", "round": page["round"], "shown": shown, "yes": yes, "no": no}


def work(address: str, concept: str, rounds: int) -> Work:
    """Work on one concept for so many rounds; a failed one is asked again as it was."""
    place, done = urlsplit(address), Work()
    # Not `requests`: it would take a twentieth of the processors that the app works on.
    app = HTTPConnection(place.netloc, timeout=120)
    url = f"{place.path}/{turns_url(concept)}"
    body: dict[str, Any] = {"turn": "show"}
    for number in range(rounds + 1):
        begun = time.perf_counter()
        try:
            app.request("POST", url, json.dumps(body), {"Content-Type": "application/json"})
            answer = app.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise ValueError(f"{answer.status} {text.decode(errors='replace')}")
            page = json.loads(text)
            if len(page["tiles"]) != PAGE:
                raise ValueError(f"a page of {len(page['tiles'])}")
        except (OSError, HTTPException, ValueError) as error:
            done.errors.append(str(error))
            app.close()
            continue
        if number:
            done.took.append(1000 * (time.perf_counter() - begun))
        body = answer_page(page)
    app.close()
    return done


def summarise(done: list[Work], seconds: float) -> dict[str, Any]:
    """Return percentiles in milliseconds, rounds a second, and what failed."""
    took = [each for one in done for each in one.took]
    errors = [error for one in done for error in one.errors]
    found = {
        f"p{at}_ms": round(float(np.percentile(took, at)), 1) if took else None
        for at in (50, 95, 99)
    }
    return {
        **found,
        "rounds": len(took),
        "per_second": round(len(took) / seconds, 2),
        "errors": len(errors),
        "first_error": errors[0] if errors else "",
    }


def main() -> None:
    """Build, let people work, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.load", description=__doc__)
    parser.add_argument("--rows", type=int, default=25_000)
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--data", type=Path, help="keep what is built here, and use it again")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with built(options.rows, options.data) as (data, example, _):
        concepts = begin_concepts(data, example, options.people + 1)
        with running_app(environment(data, "latency")) as address:
            begun = time.perf_counter()
            alone = summarise([work(address, concepts[0], ALONE)], time.perf_counter() - begun)
            begun = time.perf_counter()
            with ThreadPoolExecutor(options.people) as pool:
                done = list(pool.map(lambda one: work(address, one, options.rounds), concepts[1:]))
            together = summarise(done, time.perf_counter() - begun)
    sizes = {"rows": options.rows, "indexed": options.rows > INDEX_ABOVE}
    found = {**sizes, "people": options.people, "alone": alone, "together": together}
    if options.json:
        print(json.dumps(found))
        return
    print(f"{options.rows} photos, {options.people} people, {options.rounds} rounds each")
    for name in ("alone", "together"):
        print(f"{name:>10}  {found[name]}")


if __name__ == "__main__":
    main()
