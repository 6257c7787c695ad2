"""Histograms beside those of prometheus-client, and the few that are shown of many."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from pipeline.metrics.buckets import Buckets
from pipeline.metrics.topk import TopK

PLACES = 3
DWELL = 10

bounds = st.lists(st.integers(1, 1000).map(lambda n: n / 8), min_size=1, max_size=8, unique=True).map(sorted)
weighted = st.lists(st.tuples(st.integers(0, 9000).map(lambda n: n / 8), st.integers(1, 5)))
steps = st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abcdefgh"), st.none() | st.integers(0, 9)), max_size=60)


@given(bounds, weighted)
def test_values_that_come_several_times_at_once_are_counted_as_one_by_one(
    limits: list[float], values: list[tuple[float, int]]
) -> None:
    own = Buckets(limits)
    other = Histogram("h", "h", buckets=limits, registry=CollectorRegistry())
    for value, times in values:
        own.add(value, times)
        for _ in range(times):
            other.observe(value)
    (family,) = other.collect()
    rows = {each.labels["le"]: each.value for each in family.samples if each.name == "h_bucket"}
    (total,) = [each.value for each in family.samples if each.name == "h_sum"]

    assert dict(own.cumulative()) == rows
    assert own.sum == total


@given(steps)
def test_places_are_few_and_rarely_given_away(rows: list[tuple[int, str, int | None]]) -> None:
    top: TopK[int] = TopK(PLACES, DWELL, kept=4)
    live: dict[str, int] = {}
    came: list[tuple[int, str]] = []
    before: set[str] = set()
    now = 0
    for pause, name, strength in rows:
        now += pause
        if strength is None:
            top.drop(name)
            live.pop(name, None)
        else:
            top.put(name, strength, strength)
            live[name] = strength
        shown = dict(top.shown(now))
        held = set(top._since)

        assert len(shown) <= len(held) <= PLACES
        assert all(live[each] == value for each, value in shown.items())
        came += [(now, each) for each in held - before]
        # Whoever has a place keeps it for the dwell time, shown as long as it is there.
        assert all(each in held for at, each in came if now - at < DWELL)
        before = held
    for at, _ in came:
        assert sum(at - DWELL < other <= at for other, _ in came) <= PLACES


@given(st.dictionaries(st.text(max_size=4), st.integers(0, 50), max_size=40))
def test_at_first_the_strongest_are_shown(strengths: dict[str, int]) -> None:
    top: TopK[None] = TopK(PLACES, DWELL)
    top.replace((name, strength, None) for name, strength in strengths.items())
    best = sorted(strengths, key=lambda name: (-strengths[name], name[::-1]))
    shown = [strengths[name] for name, _ in top.shown(0)]

    assert sorted(shown, reverse=True) == [strengths[name] for name in best][:PLACES]


def test_a_stronger_name_waits_for_a_place_until_somebody_has_had_it_for_long_enough() -> None:
    top: TopK[str] = TopK(1, DWELL)
    top.put("weak", 1, "w")
    first = top.shown(0)
    top.put("strong", 2, "s")

    assert (first, top.shown(9), top.shown(10)) == ([("weak", "w")], [("weak", "w")], [("strong", "s")])


def test_a_name_that_is_gone_is_not_shown_and_its_place_stays_empty() -> None:
    top: TopK[str] = TopK(1, DWELL)
    top.put("a", 1, "a")
    top.shown(0)
    top.drop("a")
    top.put("b", 1, "b")

    assert (top.shown(5), top.shown(10)) == ([], [("b", "b")])
