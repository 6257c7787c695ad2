"""What every process tells: what it is, how its calls of Redis go, and how full that is."""

from __future__ import annotations

import platform
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from pipeline import __version__
from pipeline.metrics import catalogue
from pipeline.metrics.buckets import Histogram
from pipeline.metrics.families import family, single

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prometheus_client.core import Metric as Family
    from prometheus_client.registry import Collector

    from pipeline.metrics.metric import Process

_COMMAND: Final = catalogue.CALL_DURATION.labels[0]


def registry_of(*collectors: Collector) -> CollectorRegistry:
    """Return a registry of one process: ours, and what prometheus-client knows of processes; never its global one."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class Calls:
    """Calls of Redis, by their names; those that are ``expected`` are told from the start."""

    def __init__(self, expected: Sequence[str]) -> None:
        self._durations = Histogram(catalogue.CALL_DURATION, [(name,) for name in expected])
        self._failures: Counter[tuple[str, ...]] = Counter({(name,): 0 for name in expected})

    def add(self, name: str, seconds: float, _: int, *, failed: bool) -> None:
        """Take the time of a call."""
        labels = (_COMMAND.closed(name),)
        self._durations.add(labels, seconds)
        if failed:
            self._failures[labels] += 1

    def collect(self) -> Iterable[Family]:
        """Return what is exposed."""
        yield self._durations.family()
        yield family(catalogue.CALL_FAILURES, self._failures)


class About:
    """What a process is. ``memory``: bytes that Redis uses and may use, None before anybody has looked."""

    def __init__(self, component: Process) -> None:
        self.started = time.time()
        self.memory: tuple[int, int] | None = None
        self._component = component

    def collect(self) -> Iterable[Family]:
        """Return what is exposed."""
        yield family(catalogue.BUILD_INFO, {(__version__, platform.python_version(), self._component): 1})
        yield single(catalogue.STARTED, self.started)
        if self.memory:
            used, limit = self.memory
            yield single(catalogue.MEMORY_USED, used)
            yield single(catalogue.MEMORY_LIMIT, limit)
