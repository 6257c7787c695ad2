"""What a worker's status knows already, read where somebody asks: nothing of it is counted twice."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from pipeline.metrics import catalogue
from pipeline.metrics.families import family, single
from pipeline.metrics.topk import TopK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client.core import Metric as Family

    from pipeline.live.status import Status
    from pipeline.metrics.metric import Metric

_PLAIN: Final[dict[Metric, str]] = {
    catalogue.RECORDS: "records",
    catalogue.LINES: "lines",
    catalogue.BATCHES: "batches",
    catalogue.TICKS: "ticks",
    catalogue.SKIPPED: "skipped",
    catalogue.LATE_POSTS: "late",
    catalogue.CLUSTERED_POSTS: "clustered",
    catalogue.LOST: "lost",
    catalogue.RETRIES: "retries",
}
"""Counters of the status that are exposed as they are."""

_REASON: Final = catalogue.DEAD_LETTERS.labels[0]


class Flow:
    """Counters, lag and watermarks of a worker. ``clock`` gives seconds."""

    def __init__(self, status: Status, clock: Callable[[], float]) -> None:
        self._status = status
        self._clock = clock
        self._behind: TopK[float] = TopK()

    def collect(self) -> Iterator[Family]:
        """Return what is exposed."""
        counts = self._status.counts
        for metric, name in _PLAIN.items():
            yield single(metric, counts[name])
        outcomes = {("applied",): "posts", ("duplicate",): "duplicates", ("edit",): "edits"}
        yield family(catalogue.POSTS, {labels: counts[name] for labels, name in outcomes.items()})
        known = {("known",): counts["deletes"], ("unknown",): counts["unknown_deletes"]}
        yield family(catalogue.DELETES, known)
        refused = Counter({(reason,): 0 for reason in _REASON.values})
        for reason, count in self._status.refused.items():
            refused[_REASON.closed(reason),] += count
        yield family(catalogue.DEAD_LETTERS, refused)
        yield from self._places()

    def _places(self) -> Iterator[Family]:
        partitions = self._status.partitions(time.monotonic(), time.time_ns() // 1_000_000)
        yield single(catalogue.PARTITIONS, len(partitions))
        yield single(catalogue.LAG_RECORDS, sum(each.record_lag or 0 for each in partitions))
        yield single(catalogue.LAG_SECONDS, max((each.time_lag_s or 0.0 for each in partitions), default=0.0))
        watermarks = self._status.watermarks()
        yield single(catalogue.STREAMS, len(watermarks))
        self._behind.replace((name, -at, at / 1000) for name, at in watermarks.items() if at is not None)
        yield family(catalogue.WATERMARK, {(name,): at for name, at in self._behind.shown(self._clock())})
