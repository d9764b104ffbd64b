"""Ctrl-C and SIGTERM while a command loads its libraries: a sentence, in JSON where that is asked.

Importing this file is enough in a process of `python -m ROOM`: what answers both later is imported
behind the libraries, which take seconds.
"""

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM)
# What Python does by itself; one that is ignored, as with nohup, or answered stays so.
UNTOUCHED = (signal.default_int_handler, signal.SIG_DFL)

# A stream that was closed (`>&-`) is none to Python, and the next file to be opened, such as one of
# the database, would take its number and get what libraries write there.
for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
    if getattr(sys, name) is None:
        setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def _end(number: int, frame: FrameType | None) -> None:
    # An exception could be caught, or lost, by the library that is being imported, and what this
    # imported or printed by, json or a buffer, could be half made by then.
    try:
        if "--json" in sys.argv:
            os.write(1, b'{"error": "Stopped."}\n')
        os.write(2, b"Stopped.\n")
    finally:
        os._exit(INTERRUPTED)


def raise_from_now() -> None:
    """Let both signals be a KeyboardInterrupt, where somebody stands ready for it."""
    import threading

    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            if signal.getsignal(number) in (*UNTOUCHED, _end):
                signal.signal(number, signal.default_int_handler)


if sys.argv[:1] == ["-m"]:  # Python is still looking for the module
    for number in SIGNALS:
        if signal.getsignal(number) in UNTOUCHED:
            signal.signal(number, _end)
