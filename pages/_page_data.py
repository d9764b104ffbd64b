"""A page of mining as the grid in the browser takes it."""

import time
from typing import Any

from api.thumbnails import thumbnail_url
from pages._history import stacks
from pages._insight import insight
from pages._rounds import Page
from pages._tiles import grid_tiles
from vecdb import Collection


def page_data(collection: Collection, page: Page, turns: str) -> dict[str, Any]:
    """Describe a page for the grid: its tiles, its line of state, its charts.

    Args:
        turns: the address that takes what is done with the page.
    """
    concept = page.concept
    begun = time.perf_counter()
    tiles = grid_tiles(
        collection,
        [tile.photo_id for tile in page.tiles],
        scores=[tile.score for tile in page.tiles],
        reasons=[tile.reason for tile in page.tiles],
        rows=page.rows,
    )
    seconds = time.perf_counter() - begun
    latest = {row.photo_id: row.label for row in page.history}
    done = stacks(page.history)
    return {
        "mode": "mine",
        "intake": True,
        "key": f"{concept.id}:{concept.round}",
        "made": page.made,
        "turns": turns,
        "round": concept.round,
        "title": f"Round {concept.round}",
        "tiles": tiles,
        "marks": {tile.photo_id: tile.mark for tile in page.tiles if tile.mark},
        "counts": {
            "yes": sum(label == 1 for label in latest.values()),
            "no": sum(label == -1 for label in latest.values()),
        },
        "last": last_page(page),
        "unmarked": concept.settings.get("unmarked", "skip"),
        "canUndo": bool(done.done),
        "canRedo": bool(done.undone),
        "judging": True,
        "like": collection.name,
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
