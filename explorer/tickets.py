"""Pages that went to a browser over HTTP, kept until the page's script takes them over."""

import threading
import uuid
from collections import OrderedDict

from explorer.page import Page

KEPT = 100


class Tickets:
    """The latest pages by ticket; each is handed out once. Safe to share between threads."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, page: Page) -> str:
        """Keep a page; return its ticket."""
        ticket = uuid.uuid4().hex
        with self._lock:
            self._pages[ticket] = page
            while len(self._pages) > KEPT:
                self._pages.popitem(last=False)
        return ticket

    def take(self, ticket: str) -> Page | None:
        """Return the page of a ticket, once; None when that is long ago."""
        with self._lock:
            return self._pages.pop(ticket, None)
