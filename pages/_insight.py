"""The line below the grid: pages so far, the collection's scores, what to do next."""

from typing import Any

from pages._history import positives_by_round
from pages._rounds import Page


def insight(page: Page) -> dict[str, Any]:
    """Describe the concept's state for the grid's charts."""
    return {
        "pages": positives_by_round(page.history),
        "counts": page.counts,
        "threshold": page.concept.threshold,
        "advice": "",
    }
