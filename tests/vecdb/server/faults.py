import re
import threading
from dataclasses import dataclass


@dataclass
class Fault:
    """What goes wrong with statements that match, so many times.

    kind: "status" answers with `status`, the engine's `code` and `text`; "slow" waits `seconds`
    before answering; "readonly" asks as a user of such a profile; "reset" closes the connection in
    the middle of the answer; "lost" runs the statement and closes without one.
    """

    kind: str
    match: str = ""
    times: int = 1
    status: int = 500
    code: int = 999
    text: str = "planned"
    seconds: float = 0.0


class Faults:
    """The fault that is planned, and what has been asked of the server."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._planned: Fault | None = None
        self.seen: list[str] = []

    def plan(self, fault: Fault) -> None:
        with self._guard:
            self._planned = fault
            self.seen = []

    def due(self, text: str) -> Fault | None:
        """Return the fault that strikes this statement, using it up."""
        with self._guard:
            self.seen.append(text[:60])
            fault = self._planned
            if fault is None or fault.times == 0 or not re.search(fault.match, text):
                return None
            fault.times -= 1
            return fault
