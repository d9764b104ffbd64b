"""Garbage collection that leaves the libraries alone.

Streamlit collects all garbage after each run of a script, before the page is sent. The million
objects of the imported libraries take a quarter of a second of that, and none of them ever goes.
"""

import gc
import sys
from threading import Event

FEW = 50


def spare_libraries(stop: Event, seconds: float = 1.0) -> None:
    """Take what was imported out of the collection, whenever imports have come to rest.

    Args:
        stop: ends the watch.
        seconds: between two looks.
    """
    spared = seen = 0
    while not stop.wait(seconds):
        modules = len(sys.modules)
        if modules == seen and modules > spared + FEW:
            gc.collect()
            gc.freeze()
            spared = modules
        seen = modules
