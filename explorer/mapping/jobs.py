"""The making of maps in the background, and the maps that are open."""

import threading
from typing import TYPE_CHECKING

import numpy as np

from encoder import EncoderError
from explorer.errors import ExplorerError, NothingThere
from explorer.mapping.colours import Colours
from explorer.mapping.making import Making, MapJob
from explorer.mapping.map import SIDE, Map
from explorer.mapping.neighbours import Stopped
from vecdb import VecdbError

if TYPE_CHECKING:
    from explorer.explorer import Explorer


class Maps:
    """The maps of one explorer; one is made at a time. Safe to share between threads."""

    def __init__(self, explorer: "Explorer") -> None:
        self._explorer = explorer
        self._guard = threading.Lock()
        self._turn = threading.Lock()
        self._jobs: dict[str, MapJob] = {}
        self._open: dict[str, Map] = {}
        self.colours = Colours(explorer)

    def start(self, table: str, *, anew: bool = True) -> MapJob:
        """Begin to make a collection's map in the background; return the job that runs already.

        Args:
            anew: place all photos; False places those that came since its map was made.
        """
        with self._guard:
            job = self._jobs.get(table)
            if job is not None and job.running:
                return job
            job = self._jobs[table] = MapJob(table, anew)
            job.thread = threading.Thread(target=self._work, args=(job,), name="map", daemon=True)
            job.thread.start()
            return job

    def job(self, table: str) -> MapJob | None:
        """Return the latest job of a collection."""
        with self._guard:
            return self._jobs.get(table)

    def open(self, table: str) -> Map | None:
        """Return a collection's map as its photos are now, None where it has none.

        Raises:
            UnknownCollection: there is none of that name.
        """
        collection = self._explorer.database.collection(table)
        layout = self._explorer.database.maps.current(table)
        if layout is None:
            return None
        extent = collection.extent()
        held = self._open.get(table)
        if held is None or (held.layout, held.extent, held.collection) != (
            layout, extent, collection,
        ):  # fmt: skip
            points = self._explorer.database.maps.points(table, layout.version)
            x, y = np.rint(np.clip(points.positions.T, 0, 1) * SIDE).astype(np.uint16)
            held = Map(collection, layout, extent, points.ids, x, y, points.groups)
            self._open[table] = held
        return held

    def at(self, table: str, stamp: str) -> Map:
        """Return the map that a browser shows.

        Raises:
            NothingThere: the collection has another one by now, or none.
        """
        held = self._open.get(table)
        if held is None or held.stamp != stamp:
            held = self.open(table)
        if held is None or held.stamp != stamp:
            raise NothingThere("The map has changed since: load the page again.")
        return held

    def _work(self, job: MapJob) -> None:
        with self._turn:
            try:
                Making(self._explorer, job).run()
                self._open.pop(job.table, None)
            except Stopped:
                return
            except (ExplorerError, EncoderError, VecdbError) as error:
                job.error = str(error)
            # The thread's end is the page's to tell, whatever ended it.
            except Exception as error:
                job.error = f"The map could not be made ({error}): compute it again."
