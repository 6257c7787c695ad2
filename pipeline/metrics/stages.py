"""The stages of a process: how long they take, what goes through, and when each did something last."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from pipeline.metrics import catalogue
from pipeline.metrics.buckets import Histogram
from pipeline.metrics.families import family

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prometheus_client.core import Metric as Family


class Heartbeats:
    """When each stage did something last."""

    def __init__(self, stages: Sequence[str]) -> None:
        self._last: dict[tuple[str, ...], float] = dict.fromkeys(((name,) for name in stages), time.time())

    def beat(self, stage: str) -> None:
        """Note that a stage did something now."""
        self._last[stage,] = time.time()

    def collect(self) -> Iterable[Family]:
        """Return what is exposed."""
        yield family(catalogue.HEARTBEAT, self._last)


class Stages:
    """The stages of a worker."""

    def __init__(self, stages: Sequence[str], heartbeats: Heartbeats) -> None:
        self._heartbeats = heartbeats
        self._durations = Histogram(catalogue.STAGE_DURATION, [(name,) for name in stages])
        self._items = Counter({(name, outcome): 0 for name in stages for outcome in ("done", "failed")})

    def add(self, name: str, seconds: float, items: int, *, failed: bool) -> None:
        """Take one run of a stage."""
        self._durations.add((name,), seconds)
        self._items[name, "failed" if failed else "done"] += items
        self._heartbeats.beat(name)

    def collect(self) -> Iterable[Family]:
        """Return what is exposed."""
        yield self._durations.family()
        yield family(catalogue.STAGE_ITEMS, self._items)
