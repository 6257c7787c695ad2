"""Account facts in bins, as look-alikes are compared: counts by tenths of a decade, births by ten days.

Bins come from integer arithmetic alone, so that every machine puts an account into the same one.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

COUNT_BINS: Final = 70
UNKNOWN_COUNT: Final = 255
UNKNOWN_BIRTH: Final = 65_535
COUNT_WIDTH: Final = 4
"""Bins of a window over followers or following: 0.4 decades."""

BIRTH_WIDTH: Final = 3
"""Bins of a window over births: 30 days."""

_TEN_DAYS_MS: Final = 864_000_000
_FIRST_BIRTH: Final = 946_684_800_000 // _TEN_DAYS_MS
_LAST_BIN: Final = 5000


def _root_ceil(value: int, degree: int) -> int:
    """Return the least integer whose ``degree``-th power is at least ``value``."""
    low, high = 0, 1
    while high**degree < value:
        high *= 2
    while low < high:
        middle = (low + high) // 2
        if middle**degree < value:
            low = middle + 1
        else:
            high = middle
    return low


COUNT_BOUNDS: Final = tuple(_root_ceil(10**bin_number, 10) - 1 for bin_number in range(COUNT_BINS))
"""Least count of each bin: bin ``b`` holds ``10 ** (b / 10) <= 1 + count < 10 ** ((b + 1) / 10)``."""


def count_bin(count: int | None) -> int:
    """Return the bin of a number of followers or following; 255 for an unknown one."""
    return UNKNOWN_COUNT if count is None else bisect_right(COUNT_BOUNDS, count) - 1


def birth_bin(born: int | None) -> int:
    """Return the bin of an account's creation in ms since the epoch; 65,535 for an unknown one."""
    return UNKNOWN_BIRTH if born is None else min(_LAST_BIN, max(0, born // _TEN_DAYS_MS - _FIRST_BIRTH))


def count_range(first: int) -> tuple[int, int]:
    """Return least and largest count of the window that begins with bin ``first``."""
    last = min(COUNT_BINS - 1, first + COUNT_WIDTH)
    return COUNT_BOUNDS[max(0, first)], COUNT_BOUNDS[last] - 1


def birth_range(first: int) -> tuple[int, int]:
    """Return begin and end, in ms since the epoch, of the window that begins with bin ``first``."""
    begin = (first + _FIRST_BIRTH) * _TEN_DAYS_MS
    return begin, begin + BIRTH_WIDTH * _TEN_DAYS_MS
