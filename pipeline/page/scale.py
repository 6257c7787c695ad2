"""Axes of charts: where ticks of time stand and what they say, and places on a scale of powers of ten. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from babel.dates import format_datetime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.page.words import Words

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

_STEPS: Final = (
    *(MINUTE_MS * n for n in (1, 2, 5, 10, 15, 30)),
    *(HOUR_MS * n for n in (1, 2, 3, 6, 12)),
    *(DAY_MS * n for n in (1, 2, 7, 14)),
)
_DAYS: Final = {"en": "d MMM", "de": "d. MMM"}
_MONTHS: Final = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_MONTH_MS: Final = 31 * DAY_MS


def time_ticks(begin: int, end: int, most: int, words: Words) -> list[tuple[float, str]]:
    """Return ticks of an axis from ``begin`` to ``end`` (ms): at most ``most`` of (share of the axis, what it says)."""
    span = max(1, end - begin)
    step = next((step for step in _STEPS if span // step < most), None)
    moments = list(_months(begin, end, most) if step is None else range(-(-begin // step) * step, end + 1, step))
    return [(round((at - begin) / span, 5), _tick(at, step, words)) for at in moments]


def _months(begin: int, end: int, most: int) -> Iterator[int]:
    every = next((n for n in _MONTHS if (end - begin) // (n * _MONTH_MS) < most - 1), _MONTHS[-1])
    first = datetime.fromtimestamp(begin / 1000, UTC)
    month = -(-(first.year * 12 + first.month - 1) // every) * every
    while (at := round(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp() * 1000)) <= end:
        if at >= begin:
            yield at
        month += every


def _tick(at: int, step: int | None, words: Words) -> str:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    if step is None:
        return str(format_datetime(moment, "MMM y", locale=words.locale))
    if step < DAY_MS and at % DAY_MS:
        return str(format_datetime(moment, "HH:mm", locale=words.locale))
    return str(format_datetime(moment, _DAYS[words.language], locale=words.locale))


def decades(values: list[float]) -> tuple[int, int]:
    """Return the powers of ten that a scale of ratios spans, 10^0 always among them and at least one decade wide."""
    exponents = [math.log10(value) for value in values if value > 0]
    least, most = min([0.0, *exponents]), max([1.0, *exponents])
    return math.floor(least), math.ceil(most)


def place(value: float, scale: tuple[int, int]) -> float:
    """Return where a ratio lies on a scale of powers of ten, from 0 to 1; what is 0 or less lies at its begin."""
    least, most = scale
    if value <= 0:
        return 0.0
    return min(1.0, max(0.0, (math.log10(value) - least) / (most - least)))


def bins(rows: list[tuple[int, int, int, int]], minutes: int, most: int) -> tuple[int, list[tuple[int, int, int, int]]]:
    """Return posts in at most ``most`` bins: minutes of a bin, and (its first minute, members, joiners, others).

    Bins without a post are left out.
    """
    width = next((width for width in _BIN_MINUTES if minutes <= width * most), 0) or -(-minutes // most)
    found: dict[int, list[int]] = {}
    for minute, *counts in rows:
        held = found.setdefault(minute // width * width, [0, 0, 0])
        for place_, count in enumerate(counts):
            held[place_] += count
    return width, [(minute, *held) for minute, held in sorted(found.items())]  # type: ignore[misc]  # three counts


_BIN_MINUTES: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 20_160, 43_200)
"""Minutes of a bin, as clocks and calendars divide; `web/src/timeline.js` has the same."""
