"""What the server's sockets must be told, because the framework does not."""

import contextlib
import os
import socket
import stat
from pathlib import Path

DESCRIPTORS = Path("/dev/fd")


def answer_at_once() -> None:
    """Let no part of an answer wait until the client has acknowledged the part before.

    asyncio turns that waiting off (TCP_NODELAY) for sockets it takes for TCP. Streamlit's listening
    socket names no protocol, so it was left on, and the body of every answer came 40 ms after its
    headers. Connections inherit the option from the socket that accepts them.
    """
    if not DESCRIPTORS.is_dir():
        return
    for name in os.listdir(DESCRIPTORS):
        with contextlib.suppress(OSError):
            _answer_at_once(int(name))


def _answer_at_once(descriptor: int) -> None:
    # Anything but a socket is not touched: a copy left open would hold locks and pipes for ever.
    if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        with socket.fromfd(descriptor, -1, -1) as found:
            if found.family in (socket.AF_INET, socket.AF_INET6) and found.getsockopt(
                socket.SOL_SOCKET, socket.SO_ACCEPTCONN
            ):
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
