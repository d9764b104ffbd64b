"""One collection's map in memory: which photos lie in a box or a loop, and under which numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vecdb import Collection, Layout, PhotosExtent

# Positions are sent as whole numbers up to this: two bytes each.
SIDE = 65_535
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A part of the map; its sides from 0 to 1."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


@dataclass(frozen=True, eq=False)
class Map:
    """The photos of a collection in two dimensions.

    A photo's number is its place in these arrays, whose order is as good as random: the first n
    are a sample. Numbers hold for one `stamp` only.

    Attributes:
        ids: (n,) strings.
        x, y: (n,) uint16.
        groups: (n,) uint16, numbers of `layout.names`.
        extent: of the collection when it was read.
    """

    collection: Collection
    layout: Layout
    extent: PhotosExtent
    ids: pa.Array
    x: np.ndarray
    y: np.ndarray
    groups: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def stamp(self) -> str:
        """What tells this map, these photos and so these numbers from others."""
        return f"{self.layout.version:x}.{len(self):x}.{self.extent.mark:x}"

    @property
    def unplaced(self) -> int:
        """How many photos of the collection are not on the map yet."""
        return max(0, self.extent.count - len(self))

    @cached_property
    def group_sizes(self) -> list[int]:
        """How many photos each group has."""
        return np.bincount(self.groups, minlength=len(self.layout.names)).tolist()

    def rows_in(self, box: Box, most: int) -> np.ndarray:
        """Return the numbers of at most so many photos in a box: of more, a sample."""
        left, right = int(box.left * SIDE), int(np.ceil(box.right * SIDE))
        top, bottom = int(box.top * SIDE), int(np.ceil(box.bottom * SIDE))
        inside = (self.x >= left) & (self.x <= right) & (self.y >= top) & (self.y <= bottom)
        return np.flatnonzero(inside)[:most].astype(np.uint32)

    def rows_within(self, loop: Sequence[Point]) -> np.ndarray:
        """Return the numbers of the photos inside a closed line, given by its corners."""
        corners = np.asarray(loop, np.float64).reshape(-1, 2) * SIDE
        if len(corners) < 3:
            return np.zeros(0, np.int64)
        low, high = corners.min(axis=0), corners.max(axis=0)
        near = np.flatnonzero(
            (self.x >= low[0]) & (self.x <= high[0]) & (self.y >= low[1]) & (self.y <= high[1])
        )
        near = near[np.argsort(self.y[near], kind="stable")]
        x, y = self.x[near].astype(np.float64), self.y[near].astype(np.float64)
        inside = np.zeros(len(near), bool)
        for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            # Each side that a ray to the right crosses turns inside out; in the order of y, those
            # that a side can concern lie together.
            level = slice(*np.searchsorted(y, sorted((y1, y2))))
            if level.start < level.stop:
                inside[level] ^= x[level] < (x2 - x1) * (y[level] - y1) / (y2 - y1) + x1
        return np.sort(near[inside])

    def rows_of_group(self, group: int) -> np.ndarray:
        """Return the numbers of a group's photos."""
        return np.flatnonzero(self.groups == group)

    def rows_of(self, ids: Sequence[str]) -> np.ndarray:
        """Return the numbers of those of these photos that are on the map."""
        found = pc.index_in(pa.array(ids, pa.string()), value_set=self.ids)
        return found.drop_null().to_numpy(zero_copy_only=False).astype(np.int64)

    def ids_at(self, rows: Sequence[int] | np.ndarray) -> list[str]:
        """Return the ids of photos by their numbers; numbers that none has are left out."""
        wanted = np.asarray(rows, np.int64)
        wanted = wanted[(wanted >= 0) & (wanted < len(self))]
        return list(self.ids.take(pa.array(wanted)).to_pylist())

    def spread(self, ids: pa.Array, values: np.ndarray, missing: float) -> np.ndarray:
        """Put values of photos, given by id, into the map's order.

        Returns:
            (n,) of the values' dtype; `missing` where a photo has none.
        """
        at = pc.index_in(ids, value_set=self.ids)
        known = pc.is_valid(at).to_numpy(zero_copy_only=False)
        result = np.full(len(self), missing, values.dtype)
        result[at.drop_null().to_numpy(zero_copy_only=False)] = values[known]
        return result
