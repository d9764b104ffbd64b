"""The line below the grid: pages so far, the collection's scores, what to do next."""

from classifier import advice
from explorer.audits import AuditRecord
from explorer.page import Page
from pages.grid.contract import GridInsight
from vecdb import Concept


def insight(page: Page) -> GridInsight:
    """Describe the concept's state for the grid's charts."""
    concept = page.concept
    pages = page.history.yes_by_round()
    return {
        "pages": pages,
        "counts": page.counts,
        "sampled": page.sampled,
        "threshold": concept.threshold,
        "interval": _describe_matches(concept),
        "advice": advice(page.settings.agreements, pages).sentence if pages and page.tiles else "",
    }


def _describe_matches(concept: Concept) -> str:
    record = AuditRecord.read(concept)
    if record is None or record.findings is None or record.threshold != concept.threshold:
        return ""
    found = record.findings.matches
    return f"{found.low:,.0f} to {found.high:,.0f} matches by the audit of round {record.round}"
