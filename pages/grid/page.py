"""A page of mining as the grid in the browser takes it."""

import time
from typing import cast

from explorer import Explorer, Page
from explorer.addresses import thumbnail_url, turns_url
from explorer.people import Person
from pages.grid.contract import Mark, MiningGrid, Rule
from pages.grid.insight import insight
from pages.grid.tiles import grid_tiles


def page_data(explorer: Explorer, page: Page, person: Person) -> MiningGrid:
    """Describe a page for the grid of one person: its tiles, its line of state, its charts."""
    concept, history = page.concept, page.history
    collection = explorer.collection(concept.collection)
    begun = time.perf_counter()
    tiles = grid_tiles(
        collection,
        [tile.photo_id for tile in page.tiles],
        scores=[tile.score for tile in page.tiles],
        reasons=[tile.reason for tile in page.tiles],
        rows=page.rows,
    )
    seconds = time.perf_counter() - begun
    shown = {tile.photo_id for tile in page.tiles}
    elsewhere = [label for photo, label in history.judged.items() if photo not in shown]
    return {
        "mode": "mine",
        "intake": True,
        "key": f"{concept.id}:{concept.round}{person.mark}",
        "made": page.made,
        "turns": turns_url(concept.id, person.mark),
        "round": concept.round,
        "title": f"Round {concept.round}",
        "tiles": tiles,
        "marks": {tile.photo_id: cast(Mark, tile.mark) for tile in page.tiles if tile.mark},
        "counts": {
            "yes": sum(label == 1 for label in elsewhere),
            "no": sum(label == -1 for label in elsewhere),
        },
        "last": last_page(page),
        "unmarked": cast(Rule, page.settings.unmarked),
        "undoable": bool(history.done),
        "redoable": bool(history.undone),
        "collection": collection.name,
        "action": "Next round" if tiles else "",
        "note": "" if tiles else "Every photo of this collection has been judged.",
        "insight": insight(page),
        "prefetch": [thumbnail_url(collection.name, photo) for photo in page.upcoming],
        "timing": {**page.timing, "tiles": seconds},
    }


def last_page(page: Page) -> str:
    """Say how many of the previous page were right."""
    rows = [r for r in page.history if r.round == page.concept.round - 1]
    latest = {row.photo_id: row.label for row in rows}
    yes = sum(label == 1 for label in latest.values())
    return f"last page {yes} of {len(latest)} yes" if latest else ""
