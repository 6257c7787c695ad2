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

WIDE: Final = 1000
HIGH: Final = 200
"""Size of the drawing that a time line is stretched from."""

TABLE_BARS: Final = 48
LINES: Final = 700
"""Edges drawn at most, the heaviest."""

FINE: Final = 2
"""Powers of ten up to which a scale has ticks between them."""

WIDTHS: Final = 6
"""Widths that lines are drawn with."""

RAMP: Final = 10
"""Steps of the colour of first appearance."""

FEW: Final = 30
"""Accounts below which each is drawn large."""

DOT: Final = 0.004
"""Radius of an account within its community, as a share of the drawing's width."""

LANES: Final = 60
"""Incidents in the picture of an overview at most; the list below it has all."""

LEAST_WIDTH: Final = 0.006
"""Width of a bar that is as short as a moment, as a share of the axis."""


class TimelineDrawn(msgspec.Struct, frozen=True):
    """A time line; ``table`` of (begin in ms, by members, by joiners, by others) in bins of ``table_ms``.

    ``areas`` are the outlines of all bars in a drawing of `WIDE` by `HIGH`: the whole bars of "others", over them those
    of "joiners" and members, over them those of "members".
    """

    areas: list[tuple[str, str]]
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
        areas=[
            (name, _outline([(minute, sum(counts[:parts])) for minute, *counts in held], width, span, most))
            for name, parts in (("others", 3), ("joiners", 2), ("members", 1))
        ],
        most=most,
        bin_ms=width * MINUTE_MS,
        busiest_ms=timeline.begin + busiest[0] * MINUTE_MS,
        ticks=time_ticks(timeline.begin, timeline.begin + span * MINUTE_MS, 9, words),
        marks=_marks(page, timeline, span),
        table=[(timeline.begin + minute * MINUTE_MS, *counts) for minute, *counts in table],  # type: ignore[misc]
        table_ms=table_width * MINUTE_MS,
        totals=(sum(r[1] for r in timeline.rows), sum(r[2] for r in timeline.rows), sum(r[3] for r in timeline.rows)),
    )


def _outline(heights: Sequence[tuple[int, int]], width: int, span: int, most: int) -> str:
    wide = WIDE * width / span
    drawn = [(WIDE * minute / span, HIGH * height / most) for minute, height in heights if height]
    return "".join(f"M{x:.4g} {HIGH}v-{height:.4g}h{wide:.4g}v{height:.4g}" for x, height in drawn)


def _marks(page: IncidentPage, timeline: Timeline, span: int) -> list[tuple[float, str]]:
    own = [mark for mark in page.life if mark.incident_id == page.head.incident_id]
    shares = [((mark.at - timeline.begin) / (span * MINUTE_MS), mark.event) for mark in own]
    shares += [((each.opened_at - timeline.begin) / (span * MINUTE_MS), "burst") for each in page.bursts]
    return [(round(share, 5), event) for share, event in shares if 0 <= share <= 1]


class EvidenceDrawn(msgspec.Struct, frozen=True):
    """Signals on one scale: ``lanes`` of (signal, share), ``chance`` where 1 lies, ``ticks`` of (share, times)."""

    lanes: list[tuple[EvidenceShown, float]]
    others: list[EvidenceShown]
    chance: float
    ticks: list[tuple[float, float]]


def draw_evidence(evidence: Sequence[EvidenceShown]) -> EvidenceDrawn:
    """Return the signals that have something to compare with on a scale of powers of ten, and the others."""
    known = [(each, each.times) for each in evidence if each.times is not None]
    scale = decades([times for _, times in known])
    least, most = scale
    step = max(1, -(-(most - least) // 8))
    between = (1, 2, 5) if most - least <= FINE else (1,)
    tens = [10.0**exponent for exponent in range(least, most + 1) if exponent % step == 0]
    ticks = [ten * digit for ten in tens for digit in between if ten * digit <= 10.0**most]
    return EvidenceDrawn(
        lanes=[(each, round(place(times, scale), 4)) for each, times in known],
        others=[each for each in evidence if each.times is None],
        chance=round(place(1, scale), 4),
        ticks=[(round(place(tick, scale), 4), tick) for tick in ticks],
    )


class Lane(msgspec.Struct, frozen=True):
    """An incident as a bar on the time axis of an overview; ``alarm`` is where it was told first."""

    row: IncidentRow
    begin: float
    width: float
    alarm: float


class Lanes(msgspec.Struct, frozen=True):
    """Incidents on one time axis, which runs from shortly before the first of them to shortly after the last."""

    lanes: list[Lane]
    ticks: list[tuple[float, str]]


def draw_lanes(overview: Overview, words: Words) -> Lanes:
    """Return a bar an incident; those that are suppressed or merged come last, each by time."""
    spans = [_span(row) for row in overview.incidents]
    first = min([begin for begin, _ in spans], default=overview.begin)
    last = max([end for _, end in spans], default=overview.end)
    first, last = first - (last - first) // 40, last + (last - first) // 40
    span = max(1, last - first)

    def share(at: int) -> float:
        return min(1.0, max(0.0, (at - first) / span))

    shown: list[Lane] = []
    for row in overview.incidents:
        begin, end = map(share, _span(row))
        width = max(LEAST_WIDTH, end - begin)
        begin = min(begin, 1 - width)
        shown.append(Lane(row, round(begin, 5), round(width, 5), round(share(row.detected_at), 5)))
    aside = ("merged", "suppressed")
    shown.sort(key=lambda lane: (lane.row.status in aside, lane.row.status == "suppressed", lane.begin))
    return Lanes(shown[:LANES], time_ticks(first, last, 9, words))


def _span(row: IncidentRow) -> tuple[int, int]:
    begin = row.first_post_at if row.first_post_at is not None else row.detected_at
    return begin, max(begin, row.last_post_at if row.last_post_at is not None else row.told_at)


def by_weight(rows: Sequence[IncidentRow]) -> list[IncidentRow]:
    """Return incidents as they matter: severe and large ones first, those that are merged or suppressed last."""
    aside = {"merged": 1, "suppressed": 2}
    severity = {"critical": 0, "warning": 1, "info": 2}
    return sorted(rows, key=lambda row: (aside.get(row.status, 0), severity[row.severity], -(row.accounts or 0)))


def ramp(rank: float | None) -> int | None:
    """Return the step of the colour ramp of a rank, 0 for the first."""
    return None if rank is None else min(RAMP - 1, max(0, int(rank * RAMP)))


def draw_edges(network: Network) -> list[tuple[float, str]]:
    """Return the heaviest edges as lines of a few widths: (px, path), the thin ones first."""
    edges = network.edges[:LINES]
    heaviest = max((weight for _, _, weight, _ in edges), default=1.0) or 1.0
    held: dict[int, list[str]] = {}
    for a, b, weight, _ in edges:
        begin, end = network.nodes[a], network.nodes[b]
        path = f"M{begin.x:.3g} {begin.y:.3g}L{end.x:.3g} {end.y:.3g}"
        held.setdefault(round((WIDTHS - 1) * weight / heaviest), []).append(path)
    return [(round(0.5 + 2.5 * step / (WIDTHS - 1), 2), "".join(paths)) for step, paths in sorted(held.items())]


def radii(page: IncidentPage) -> list[float]:
    """Return the radius of each node of the network: of a community it is as wide as its accounts lie around it."""
    network = page.network
    if network is None:
        return []
    if not network.grouped:
        return [0.011 if len(network.nodes) < FEW else 0.007] * len(network.nodes)
    places: dict[int | None, list[tuple[float, float]]] = {}
    for account, x, y, _ in network.members_at:
        places.setdefault(page.accounts[account].group, []).append((x, y))
    return [
        round(DOT * 3 + max((math.dist((node.x, node.y), at) for at in places.get(node.group, ())), default=DOT), 4)
        for node in network.nodes
    ]


def sparkline(counts: Sequence[int], width: float, height: float) -> str:
    """Return the points of a line through counts."""
    most, last = max([1, *counts]), max(1, len(counts) - 1)
    return " ".join(
        f"{n * width / last:.1f},{height - 1 - count * (height - 2) / most:.1f}" for n, count in enumerate(counts)
    )
