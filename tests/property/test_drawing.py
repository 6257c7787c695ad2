"""Axes and bins of the pages' drawings hold for whatever was posted."""

from __future__ import annotations

import math
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.page.drawing import by_weight, draw_lanes, sparkline
from pipeline.page.model import SCHEMA, IncidentRow, Overview
from pipeline.page.scale import _BIN_MINUTES, bins, decades, place, time_ticks
from pipeline.page.words import Words

YEAR_MS = 366 * 86_400_000
moments = st.integers(946_684_800_000, 4_000_000_000_000)
rows = st.dictionaries(
    st.integers(0, 200_000), st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1
).map(lambda held: [(minute, *counts) for minute, counts in sorted(held.items())])


@given(moments, st.integers(0, 30 * YEAR_MS), st.integers(2, 12))
def test_ticks_rise_within_their_axis_and_are_no_more_than_asked_for(begin: int, span: int, most: int) -> None:
    ticks = time_ticks(begin, begin + span, most, Words("en"))
    places = [at for at, _ in ticks]

    assert len(ticks) <= most + 1
    assert places == sorted(places)
    assert all(0 <= at <= 1 for at in places)


@given(rows, st.integers(1, 200))
def test_bins_lose_no_post_and_are_no_more_than_asked_for(held: list[tuple[int, int, int, int]], most: int) -> None:
    minutes = held[-1][0] + 1
    width, found = bins(held, minutes, most)

    assert [sum(each[n] for each in found) for n in (1, 2, 3)] == [sum(each[n] for each in held) for n in (1, 2, 3)]
    assert len(found) <= most
    assert all(at % width == 0 and at < minutes for at, *_ in found)


@given(st.lists(st.floats(1e-9, 1e9)), st.floats(0, 1e12))
def test_a_ratio_lies_on_its_scale_and_chance_with_it(values: list[float], other: float) -> None:
    scale = decades(values)

    assert scale[0] <= 0 < scale[1]
    assert all(0 <= place(value, scale) <= 1 for value in [*values, other, 1.0])
    assert [place(value, scale) for value in sorted(values)] == sorted(place(value, scale) for value in values)


def row(number: int, first: int | None, last: int | None, detected: int) -> IncidentRow:
    return IncidentRow(
        incident_id=f"inc_{number:016x}", stream="s", kind="reply-swarm", severity="info", score=None, status="open",
        summary="", keyword="", accounts=None, posts=None, detected_at=detected, first_post_at=first,
        last_post_at=last, told_at=detected,
    )  # fmt: skip


@given(st.lists(st.tuples(st.none() | moments, st.none() | moments, moments), max_size=20))
def test_every_incident_is_on_the_axis(told: list[tuple[int | None, int | None, int]]) -> None:
    incidents = [row(number, *times) for number, times in enumerate(told)]
    drawn = draw_lanes(Overview(SCHEMA, "", 0, 0, None, incidents, []), Words("de"))

    assert {lane.row.incident_id for lane in drawn.lanes} == {each.incident_id for each in incidents}
    assert all(0 <= lane.begin <= lane.begin + lane.width <= 1.00002 for lane in drawn.lanes)
    assert all(0 <= lane.alarm <= 1 for lane in drawn.lanes)
    assert len(by_weight(incidents)) == len(incidents)


@given(st.lists(st.integers(0, 10**6), max_size=40))
def test_a_sparkline_has_a_point_for_every_count(counts: list[int]) -> None:
    points = [tuple(map(float, point.split(","))) for point in sparkline(counts, 120, 24).split()]

    assert len(points) == len(counts)
    assert all(0 <= x <= 120 and 0 <= y <= 24 and not math.isnan(y) for x, y in points)


def test_scripts_and_drawings_know_the_same_bins() -> None:
    source = (Path(__file__).parents[2] / "web" / "src" / "bins.js").read_text()
    widths = re.search(r"WIDTHS = \[([^\]]*)\]", source)

    assert widths is not None
    assert tuple(int(width) for width in widths[1].split(",")) == _BIN_MINUTES
