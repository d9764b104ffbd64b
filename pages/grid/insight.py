"""The line below the grid: pages so far, the collection's scores, what to do next."""

from typing import Any

from classifier import advice
from explorer.rounds import Page
from pages.grid.contract import GridInsight


def insight(page: Page) -> GridInsight:
    """Describe the concept's state for the grid's charts."""
    concept = page.concept
    pages = page.history.yes_by_round()
    return {
        "pages": pages,
        "counts": page.counts,
        "threshold": concept.threshold,
        "interval": _audited(concept.audit, concept.threshold),
        "advice": advice(page.settings.agreements, pages).sentence if pages else "",
    }


def _audited(audit: dict[str, Any], threshold: float) -> str:
    found = audit.get("findings")
    if not found or audit["threshold"] != threshold:
        return ""
    low, high = (round(found["matches"][key]) for key in ("low", "high"))
    return f"{low:,} to {high:,} matches by the audit of round {audit['round']}"
