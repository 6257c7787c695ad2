"""The metrics of a worker: what it is told of by the worker's parts, and what is exposed of it."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from pipeline.metrics import catalogue
from pipeline.metrics.buckets import Histogram
from pipeline.metrics.families import family, single
from pipeline.metrics.flow import Flow
from pipeline.metrics.process import About, Calls, registry_of
from pipeline.metrics.stages import Heartbeats, Stages
from pipeline.metrics.told import Told
from pipeline.state.sizes import STORES
from pipeline.timing import Measures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from prometheus_client.core import Metric as Family

    from pipeline.live.status import Status

CALLS: Final = ("observe", "commit", "prune", "told", "keep", "read")


class WorkerMetrics:
    """The metrics of one worker. Hot paths tell of a batch at once; everything else is looked at when it is asked for.

    ``outbox``: events that are not acknowledged, and since when the oldest waits (0 for none). ``sizes``: entries and
    bytes of each stream by store, as they were sampled last.
    """

    def __init__(self, status: Status, clock: Callable[[], float] = time.monotonic) -> None:
        self.about = About("worker")
        self.calls = Calls(CALLS)
        self.heartbeats = Heartbeats(catalogue.WORKER_STAGES)
        self.stages = Stages(catalogue.WORKER_STAGES, self.heartbeats)
        self.measures = Measures(self.calls, self.stages)
        self.told = Told(clock)
        self.outbox: tuple[int, float] = 0, 0.0
        self.sizes: dict[str, Mapping[str, tuple[int, int]]] = {}
        self._flow = Flow(status, clock)
        self._ages = Histogram(catalogue.EVENT_AGE, [("scored",)])
        self.registry = registry_of(self)

    def scored(self, lines: Mapping[int, int], now_ms: int) -> None:
        """Take how many lines, by the time (ms) at which the broker had their records, were applied by now."""
        for append_ms, count in lines.items():
            self._ages.add(("scored",), max(0, now_ms - append_ms) / 1000, count)

    def forget(self) -> None:
        """Forget what stands: the streams have gone to somebody else."""
        self.told.forget()
        self.outbox = 0, 0.0
        self.sizes = {}

    def collect(self) -> Iterator[Family]:
        """Return what is exposed."""
        for part in (self.about, self.calls, self.stages, self.heartbeats, self._flow, self.told):
            yield from part.collect()
        yield self._ages.family()
        events, since = self.outbox
        yield single(catalogue.OUTBOX, events)
        yield single(catalogue.OUTBOX_OLDEST, since)
        yield from self._state()

    def _state(self) -> Iterable[Family]:
        entries = Counter({(store,): 0 for store in STORES})
        held = entries.copy()
        for stream in self.sizes.values():
            for store, (count, size) in stream.items():
                entries[store,] += count
                held[store,] += size
        yield family(catalogue.STATE_ENTRIES, entries)
        yield family(catalogue.STATE_BYTES, held)
