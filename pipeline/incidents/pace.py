"""Which growth of a network is worth a look and a word. Pure."""

from __future__ import annotations

import math

from pipeline.detect.severity import CRITICAL_ACCOUNTS


def next_size(accounts: int, told: int, growth: float) -> int:
    """Return the size above ``accounts`` that is worth the next look: by growth over what was told, or by severity."""
    return min(size for size in (CRITICAL_ACCOUNTS, grown(told, growth), grown(accounts, growth)) if size > accounts)


def grown(accounts: int, growth: float) -> int:
    """Return the number of accounts that is a material growth over ``accounts``."""
    return max(accounts + 1, math.ceil(accounts * (1 + growth)))
