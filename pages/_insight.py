"""The line below the grid: pages so far, the collection's scores, what to do next."""

from typing import Any

from classifier import Head
from pages._history import positives_by_round
from pages._rounds import Page
from vecdb import Collection

BINS = 50


def insight(collection: Collection, page: Page, head: Head) -> dict[str, Any]:
    """Describe the concept's state for the grid's charts; every number comes from SQL."""
    histogram = collection.histogram(head.weights, head.bias, bins=BINS)
    threshold = page.concept.threshold
    return {
        "pages": positives_by_round(page.history),
        "counts": [int(count) for count in histogram.counts],
        "threshold": threshold,
        "above": collection.count_above(head.weights, head.bias, threshold),
        "advice": "",
    }
