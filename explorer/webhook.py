"""Tell another program after an ingest: INGEST_WEBHOOK names its address."""

import os
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from explorer.news import read_new_matches
from vecdb import VecdbError

if TYPE_CHECKING:
    from explorer.explorer import Explorer
    from ingest import Summary

SECONDS = 10.0


def tell_webhook(explorer: "Explorer", table: str, summary: "Summary") -> str:
    """Post what an ingest brought, and what is new in the collection's concepts.

    Returns:
        A sentence where it could not be told within SECONDS, empty otherwise; nothing is raised:
        the ingest itself is done.
    """
    address = os.environ.get("INGEST_WEBHOOK", "").strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:  # such as http://[::1
        known = False
    if not known:
        return "INGEST_WEBHOOK is no http or https address, so nobody was told of this ingest."
    try:
        told = describe_news(explorer, table, summary)
    except VecdbError as error:
        return f"The webhook was not told of this ingest: {error}"
    problem = _post(address, told)
    if not problem:
        return ""
    return f"The webhook at {parts.hostname} {problem}; the ingest itself is done."


def describe_news(explorer: "Explorer", table: str, summary: "Summary") -> dict[str, Any]:
    """Return what a webhook is told."""
    concepts = [concept for concept in explorer.concepts.list(table) if len(concept.weights)]
    return {
        "collection": table,
        "inserted": summary.inserted,
        "updated": summary.updated,
        "failed": summary.failed,
        "concepts": [
            {
                "id": concept.id,
                "name": concept.name,
                "new": read_new_matches(explorer, concept, limit=1).count,
            }
            for concept in concepts
        ],
    }


def _post(address: str, told: dict[str, Any]) -> str:
    """Send it; return what went wrong, empty where nothing did."""
    problem = [f"did not answer within {SECONDS:.0f} seconds"]

    def send() -> None:
        try:
            with requests.post(
                address, json=told, timeout=SECONDS, stream=True, allow_redirects=False
            ) as answer:
                code = answer.status_code
                problem[0] = f"answered {code}" if code >= 300 else ""
                if 300 <= code < 400:
                    problem[0] += ", which leads elsewhere: name the last address in INGEST_WEBHOOK"
        except requests.Timeout:
            return
        except requests.RequestException:
            problem[0] = "cannot be reached"

    # A thread, because the timeouts of requests start anew with every byte.
    sending = threading.Thread(target=send, name="webhook", daemon=True)
    sending.start()
    sending.join(SECONDS)
    return problem[0]
