"""Histograms that take a value many times at once, as those of prometheus-client do not."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client.core import HistogramMetricFamily

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.metrics.metric import Metric


class Buckets:
    """Values counted by upper bounds, in rising order; a value at a bound belongs below it."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float, times: int = 1) -> None:
        """Take a value so many times."""
        self._counts[bisect_left(self._bounds, value)] += times
        self._sum += value * times

    @property
    def sum(self) -> float:
        """Sum of all values."""
        return self._sum

    def cumulative(self) -> list[tuple[str, float]]:
        """Return each bound as it is exposed, with the values up to it."""
        bounds = [*(repr(float(bound)) for bound in self._bounds), "+Inf"]
        return list(zip(bounds, accumulate(self._counts), strict=True))


class Histogram:
    """A histogram for each set of label values; those that are ``expected`` are there from the start."""

    def __init__(self, metric: Metric, expected: Iterable[tuple[str, ...]]) -> None:
        self._metric = metric
        self._rows = {labels: Buckets(metric.buckets) for labels in expected}

    def add(self, labels: tuple[str, ...], value: float, times: int = 1) -> None:
        """Take a value so many times."""
        if (row := self._rows.get(labels)) is None:
            row = self._rows[labels] = Buckets(self._metric.buckets)
        row.add(value, times)

    def family(self) -> HistogramMetricFamily:
        """Return what is exposed."""
        family = HistogramMetricFamily(self._metric.name, self._metric.help, labels=self._metric.label_names)
        for labels, row in self._rows.items():
            family.add_metric(labels, row.cumulative(), row.sum)
        return family
