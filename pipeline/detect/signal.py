"""One piece of evidence."""

from __future__ import annotations

import msgspec


class Signal(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of evidence; ``expected`` and ``p_value`` are left out where no null is known."""

    signal: str
    value: float
    text: str
    expected: float | None = None
    p_value: float | None = None


def rounded(value: float) -> float:
    """Round to 4 significant digits, so that machines agree on what is printed."""
    return float(f"{value:.4g}")
