"""What a metric is: its name, type, meaning, and which values its labels may have."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Process = Literal["worker", "notifier"]
Kind = Literal["counter", "gauge", "histogram"]

BOTH: Final[tuple[Process, ...]] = ("worker", "notifier")

OTHER: Final = "other"
"""Stands for every value of a label that its closed set does not have."""


class Label(msgspec.Struct, frozen=True):
    """A label; without ``values`` its set is bounded in another way, which ``bound`` says."""

    name: str
    values: tuple[str, ...] = ()
    bound: str = ""

    def closed(self, value: str) -> str:
        """Return a value of the set: the value itself, or "other"."""
        return value if value in self.values else OTHER


class Metric(msgspec.Struct, frozen=True):
    """A metric as it is exposed; ``buckets`` are the upper bounds of a histogram's, without the last, infinite one."""

    name: str
    kind: Kind
    help: str
    labels: tuple[Label, ...] = ()
    processes: tuple[Process, ...] = ("worker",)
    buckets: tuple[float, ...] = ()

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of its labels, in their order."""
        return tuple(label.name for label in self.labels)
