"""The few of many things that have series of their own. Pure; ``now`` is time in seconds.

Every name that was ever shown stays a series in Prometheus, so a place is given away only once in a while: whoever has
one keeps it for the dwell time, and where it goes before that its place stays empty. So places times turns of the dwell
time bound the series, however fast names come and go.
"""

from __future__ import annotations

from heapq import nlargest
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pipeline.metrics.catalogue import TOP

if TYPE_CHECKING:
    from collections.abc import Iterable

DWELL_S: Final = 600.0
"""Seconds that a name is shown, at least."""

KEPT: Final = 1000
"""Names that are remembered, the strongest: whoever was weaker comes back when it is put again."""

V = TypeVar("V")


class TopK(Generic[V]):
    """Names with a strength and a value, of which the strongest are shown."""

    def __init__(self, places: int = TOP, dwell_s: float = DWELL_S, kept: int = KEPT) -> None:
        self._places = places
        self._dwell_s = dwell_s
        self._kept = kept
        self._known: dict[str, tuple[float, V]] = {}
        self._since: dict[str, float] = {}

    def put(self, name: str, strength: float, value: V) -> None:
        """Take how strong a name is now."""
        self._known[name] = strength, value
        if len(self._known) > 2 * self._kept:
            self._forget_the_weak()

    def drop(self, name: str) -> None:
        """Forget a name."""
        self._known.pop(name, None)

    def replace(self, rows: Iterable[tuple[str, float, V]]) -> None:
        """Take all names there are, and forget the others."""
        self._known = {}
        for row in rows:
            self.put(*row)

    def shown(self, now: float) -> list[tuple[str, V]]:
        """Return the names that have places, in the order of their coming, with their values."""
        best = [name for name, _ in self._strongest(self._places)]
        self._since = {
            name: since for name, since in self._since.items() if now - since < self._dwell_s or name in best
        }
        free = self._places - len(self._since)
        for name in [name for name in best if name not in self._since][:free]:
            self._since[name] = now
        return [(name, self._known[name][1]) for name in self._since if name in self._known]

    def _strongest(self, count: int) -> list[tuple[str, tuple[float, V]]]:
        return nlargest(count, self._known.items(), key=lambda row: (row[1][0], row[0]))

    def _forget_the_weak(self) -> None:
        strong = dict(self._strongest(self._kept))
        self._known = {name: row for name, row in self._known.items() if name in strong or name in self._since}
