"""Delays: how long after a post it was answered or deleted, in bins of seconds that people can read."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

BOUNDS: Final[tuple[int, ...]] = (1, 2, 3, 5, 8, 12, 20, 30, 60, 120, 240, 480, 900, 1800, 3600)
"""Largest seconds of each bin; one more holds what took longer. Bin and count stand in stored state."""


def typical(counts: Sequence[int]) -> int | None:
    """Return the seconds within which at least half of the counted delays lie; None where they are beyond all bins."""
    half = sum(counts) / 2
    return next(
        (bound for bound, until in zip(BOUNDS, accumulate(counts), strict=False) if until and until >= half), None
    )


def duration(seconds: float) -> str:
    """Return seconds for people, in whole seconds, minutes or hours, rounded up: what lies within them stays within."""
    value, unit = max(1, math.ceil(seconds)), "second"
    if value >= 120:
        value, unit = math.ceil(seconds / 60), "minute"
        if value >= 120:
            value, unit = math.ceil(seconds / 3600), "hour"
    return f"{value} {unit}{'s' if value > 1 else ''}"
