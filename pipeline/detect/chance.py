"""Bounds on chance, as natural logarithms."""

from __future__ import annotations

import math


def binomial_log_p(k: int, n: int, q: float) -> float:
    """Chernoff bound on ln P(at least ``k`` of ``n``), each with probability ``q``."""
    x = k / n
    if x <= q:
        return 0.0
    rest = (1 - x) * math.log((1 - x) / (1 - q)) if x < 1 else 0.0
    return -n * (x * math.log(x / q) + rest)
