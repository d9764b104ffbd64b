"""Stand for a process that `parent.py` forks: hand it all that is ours, and end as it ends."""

import json
import os
import signal
import socket
import sys
import time

# What kill -9 is asked for by, which no process can pass on.
KILLED: dict[int, int] = {signal.SIGUSR1: signal.SIGKILL}

# Options that pytest-xdist gives to Python: it flushes what it writes by itself.
PYTHONS_OWN = {"-u", "-B"}


def connect(place: str) -> socket.socket:
    """Reach the parent, which listens once it has imported the libraries."""
    way = socket.socket(socket.AF_UNIX)
    for _ in range(6_000):  # five minutes, of a machine that has read none of them yet
        try:
            way.connect(place)
        except (FileNotFoundError, ConnectionRefusedError):
            time.sleep(0.05)
        else:
            return way
    raise SystemExit("the process to fork off did not come up")


def main() -> None:
    """Be to whoever started us what the child is."""
    passed_on = {*KILLED, signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, passed_on)  # until there is a child to pass them to
    place, *arguments = sys.argv[1:]
    while arguments[0] in PYTHONS_OWN:
        del arguments[0]
    way = connect(place)
    order = json.dumps([arguments, os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(way, [len(order).to_bytes(4, "big")], [0, 1, 2])
    way.sendall(order)
    child = int.from_bytes(way.recv(4), "big")
    for number in passed_on:
        signal.signal(number, lambda sent, _: os.kill(child, KILLED.get(sent, sent)))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, passed_on)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):  # the child's alone, so that who reads or writes sees its ends
        os.dup2(nothing, stream)
    code = int.from_bytes(way.recv(4), "big", signed=True)
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


main()
