"""Series of simulated metrics over a span of time, written as OpenMetrics text."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import erf, log, sqrt
from typing import TYPE_CHECKING, TextIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Values: TypeAlias = NDArray[np.float64]

END = 1_772_454_240
"""2026-03-02 12:24 UTC: pictures show the same hours whenever they are drawn."""

STEP_S = 30
SPAN_S = 7 * 3600
TIMES: Values = np.arange(END - SPAN_S, END + STEP_S, STEP_S, dtype=np.float64)
normal = np.vectorize(lambda value: 0.5 * (1 + erf(value / sqrt(2))))


@dataclass(slots=True)
class Families:
    """Metric families by name, each with its type and its series."""

    seed: int = 7
    kinds: dict[str, str] = field(default_factory=dict)
    series: dict[str, list[tuple[str, Values]]] = field(default_factory=dict)
    random: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)

    def add(self, family: str, kind: str, name: str, labels: Mapping[str, str], values: Values) -> None:
        """Add a series; NaN is no sample."""
        inside = ",".join(f'{key}="{value}"' for key, value in labels.items())
        self.kinds[family] = kind
        self.series.setdefault(family, []).append((f"{name}{{{inside}}}", values))

    def gauge(self, name: str, labels: Mapping[str, str], values: Values | float) -> None:
        """Add a gauge."""
        self.add(name, "gauge", name, labels, np.broadcast_to(np.asarray(values, dtype=np.float64), TIMES.shape))

    def counter(self, name: str, labels: Mapping[str, str], rate: Values | float, *, whole: bool = True) -> None:
        """Add a counter that grows at a rate a second."""
        steps = np.broadcast_to(np.asarray(rate, dtype=np.float64), TIMES.shape) * STEP_S
        steps = self.random.poisson(np.maximum(steps, 0)).astype(np.float64) if whole else steps
        self.add(name.removesuffix("_total"), "counter", name, labels, np.cumsum(steps))

    def histogram(
        self,
        name: str,
        labels: Mapping[str, str],
        rate: Values | float,
        median: Values | float,
        bounds: Sequence[float],
        spread: float = 0.6,
    ) -> None:
        """Add a histogram of log-normal values around a median."""
        events = np.broadcast_to(np.asarray(rate, dtype=np.float64), TIMES.shape) * STEP_S
        middle = np.log(np.broadcast_to(np.asarray(median, dtype=np.float64), TIMES.shape))
        for bound in bounds:
            below = np.floor(np.cumsum(events * normal((log(bound) - middle) / spread)))
            self.add(name, "histogram", f"{name}_bucket", {**labels, "le": repr(float(bound))}, below)
        count = np.floor(np.cumsum(events))
        self.add(name, "histogram", f"{name}_bucket", {**labels, "le": "+Inf"}, count)
        self.add(name, "histogram", f"{name}_count", labels, count)
        mean = np.exp(middle + spread**2 / 2)
        self.add(name, "histogram", f"{name}_sum", labels, np.cumsum(events * mean))

    def write(self, out: TextIO) -> None:
        """Write all of it: the samples of a family together, those of a series in order of time."""
        for family, kind in self.kinds.items():
            out.write(f"# TYPE {family} {kind}\n")
            for name, values in self.series[family]:
                out.writelines(
                    f"{name} {value:.10g} {time:.0f}\n"
                    for time, value in zip(TIMES, values, strict=True)
                    if not np.isnan(value)
                )
        out.write("# EOF\n")


def minutes(before: float) -> float:
    """Time so many minutes before the end."""
    return END - 60 * before


def between(first: float, last: float) -> Values:
    """1 from so many minutes before the end until so many, 0 elsewhere."""
    return ((minutes(first) <= TIMES) & (minutes(last) > TIMES)).astype(np.float64)


def bump(middle: float, width: float) -> Values:
    """A hill of height 1, so many minutes before the end, so many wide."""
    found: Values = np.exp(-(((TIMES - minutes(middle)) / (60 * width)) ** 2))
    return found


def growing(start: float, full: float) -> Values:
    """From 0 at ``start`` to 1 at ``full`` minutes before the end, fast at first; NaN before."""
    share = (TIMES - minutes(start)) / (60 * (start - full))
    found: Values = np.where(share < 0, np.nan, 1 - np.exp(-3 * np.maximum(share, 0)))
    return found
