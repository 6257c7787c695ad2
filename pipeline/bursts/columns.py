"""Columns of numbers that grow at one end and are cut at the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Column:
    """A column of numbers: grows at its end, is cut at its begin."""

    def __init__(self, kind: str) -> None:
        self._values = np.empty(64, dtype=kind)
        self._head = self._tail = 0

    @property
    def now(self) -> NDArray[Any]:
        """What is in it."""
        return self._values[self._head : self._tail]

    def extend(self, values: NDArray[Any]) -> None:
        """Add at the end."""
        kept = self._tail - self._head
        if not self.has_room(len(values)):
            size = max(len(self._values), 2 * (kept + len(values)))
            if size > len(self._values) or self._head < kept:
                grown = np.empty(size, dtype=self._values.dtype)
                grown[:kept] = self.now
                self._values = grown
            else:
                self._values[:kept] = self.now
            self._head, self._tail = 0, kept
        self._values[self._tail : self._tail + len(values)] = values
        self._tail += len(values)

    def has_room(self, count: int) -> bool:
        """Whether so many more fit in where they are."""
        return self._tail + count <= len(self._values)

    def cut(self, count: int) -> None:
        """Forget so many at the begin."""
        self._head += count
