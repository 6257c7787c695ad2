"""Charts as shapes in a template's own SVG: what is read without scripts and on paper. Pure; shares run from 0 to 1."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.page.model import EvidenceShown, IncidentRow
from pipeline.page.scale import MINUTE_MS, bins, decades, place, time_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.page.model import IncidentPage, Network, Overview, Timeline
    from pipeline.page.words import Words

BARS: Final = 140
"""Bars of a time line at most."""

TABLE_BARS: Final = 48
LINES: Final = 700
"""Edges drawn at most, the heaviest."""

RAMP: Final = 10
"""Steps of the colour of first appearance."""

LANES: Final = 60
"""Incidents in the picture of an overview at most; the list below it has all."""

LEAST_WIDTH: Final = 0.004
"""Width of a bar that is as short as a moment, as a share of the axis."""


class Bar(msgspec.Struct, frozen=True):
    """A stacked bar from ``at`` on, shares of the axis; its parts end at shares of the highest bar."""

    at: float
    width: float
    members: float
    joiners: float
    others: float


class TimelineDrawn(msgspec.Struct, frozen=True):
    """A time line; ``table`` of (begin in ms, by members, by joiners, by others) in bins of ``table_ms``."""

    bars: list[Bar]
    most: int
    bin_ms: int
    busiest_ms: int
    ticks: list[tuple[float, str]]
    marks: list[tuple[float, str]]
    table: list[tuple[int, int, int, int]]
    table_ms: int
    totals: tuple[int, int, int]


def draw_timeline(page: IncidentPage, words: Words) -> TimelineDrawn | None:
    """Return the bars of a time line, its events and bursts as marks; None without posts."""
    timeline = page.timeline
    if timeline is None or not timeline.rows:
        return None
    width, held = bins(timeline.rows, timeline.minutes, BARS)
    span = max(timeline.minutes, width)
    most = max(sum(counts) for _, *counts in held)
    table_width, table = bins(timeline.rows, timeline.minutes, TABLE_BARS)
    busiest = max(held, key=lambda each: (sum(each[1:]), -each[0]))
    return TimelineDrawn(
        bars=[_bar(minute / span, width / span, counts, most) for minute, *counts in held],
        most=most,
        bin_ms=width * MINUTE_MS,
        busiest_ms=timeline.begin + busiest[0] * MINUTE_MS,
        ticks=time_ticks(timeline.begin, timeline.begin + span * MINUTE_MS, 9, words),
        marks=_marks(page, timeline, span),
        table=[(timeline.begin + minute * MINUTE_MS, *counts) for minute, *counts in table],  # type: ignore[misc]
        table_ms=table_width * MINUTE_MS,
        totals=(sum(r[1] for r in timeline.rows), sum(r[2] for r in timeline.rows), sum(r[3] for r in timeline.rows)),
    )


def _bar(at: float, width: float, counts: Sequence[int], most: int) -> Bar:
    members, joiners, others = counts
    return Bar(
        round(at, 5),
        round(width, 5),
        round(members / most, 4),
        round((members + joiners) / most, 4),
        round((members + joiners + others) / most, 4),
    )


def _marks(page: IncidentPage, timeline: Timeline, span: int) -> list[tuple[float, str]]:
    shares = [((mark.at - timeline.begin) / (span * MINUTE_MS), mark.event) for mark in page.life]
    shares += [((each.opened_at - timeline.begin) / (span * MINUTE_MS), "burst") for each in page.bursts]
    return [(round(share, 5), event) for share, event in shares if 0 <= share <= 1]


class EvidenceDrawn(msgspec.Struct, frozen=True):
    """Signals on one scale: ``lanes`` of (signal, share), ``chance`` where 1 lies, ``ticks`` of (share, exponent)."""

    lanes: list[tuple[EvidenceShown, float]]
    others: list[EvidenceShown]
    chance: float
    ticks: list[tuple[float, int]]


def draw_evidence(evidence: Sequence[EvidenceShown]) -> EvidenceDrawn:
    """Return the signals that have something to compare with on a scale of powers of ten, and the others."""
    known = [(each, each.times) for each in evidence if each.times is not None]
    scale = decades([times for _, times in known])
    least, most = scale
    step = max(1, -(-(most - least) // 8))
    exponents = [exponent for exponent in range(least, most + 1) if exponent % step == 0]
    return EvidenceDrawn(
        lanes=[(each, round(place(times, scale), 4)) for each, times in known],
        others=[each for each in evidence if each.times is None],
        chance=round(place(1, scale), 4),
        ticks=[(round(place(10.0**exponent, scale), 4), exponent) for exponent in exponents],
    )


class Lane(msgspec.Struct, frozen=True):
    """An incident as a bar on the time axis of an overview; ``alarm`` is where it was told first."""

    row: IncidentRow
    begin: float
    width: float
    alarm: float


def draw_lanes(overview: Overview) -> list[Lane]:
    """Return a bar an incident; those that are suppressed or merged come last, each by time."""
    span = max(1, overview.end - overview.begin)

    def share(at: int) -> float:
        return min(1.0, max(0.0, (at - overview.begin) / span))

    shown: list[Lane] = []
    for row in overview.incidents:
        begin = share(row.first_post_at if row.first_post_at is not None else row.detected_at)
        end = share(row.last_post_at if row.last_post_at is not None else row.told_at)
        width = max(LEAST_WIDTH, end - begin)
        begin = min(begin, 1 - width)
        shown.append(Lane(row, round(begin, 5), round(width, 5), round(share(row.detected_at), 5)))
    aside = ("merged", "suppressed")
    shown.sort(key=lambda lane: (lane.row.status in aside, lane.row.status == "suppressed", lane.begin))
    return shown[:LANES]


def ramp(rank: float | None) -> int | None:
    """Return the step of the colour ramp of a rank, 0 for the first."""
    return None if rank is None else min(RAMP - 1, max(0, int(rank * RAMP)))


def line_width(weight: float, heaviest: float) -> float:
    """Return the width of an edge in px."""
    return round(0.4 + 2.6 * weight / heaviest, 2) if heaviest > 0 else 0.4


def circle(network: Network, size: int) -> float:
    """Return the radius of a node of so many accounts, as a share of the drawing's width."""
    if not network.grouped:
        return 0.009 if len(network.nodes) < 30 else 0.006
    largest = max((node.size for node in network.nodes), default=1)
    return round(0.02 + 0.09 * math.sqrt(size / max(1, largest)), 4)


def sparkline(counts: Sequence[int], width: float, height: float) -> str:
    """Return the points of a line through counts."""
    most, last = max([1, *counts]), max(1, len(counts) - 1)
    return " ".join(
        f"{n * width / last:.1f},{height - 1 - count * (height - 2) / most:.1f}" for n, count in enumerate(counts)
    )
