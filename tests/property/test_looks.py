"""What a network's members look like: the same windows as those of the plain search that the script is held against."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.lookalikes import Facts, LookAlikes

from pipeline.detect import prior
from pipeline.detect.baseline import FIELDS, Baseline
from pipeline.detect.bins import COUNT_BOUNDS, birth_bin, count_bin
from pipeline.detect.facts import AccountFacts, NetworkFacts
from pipeline.detect.looks import MIN_AUTHORS, MIN_BIRTHS, looks

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY_MS = 86_400_000
EPOCH_MS = 1_262_304_000_000
ROWS = {"baseline_age": 0, "baseline_authors": 10**9, "baseline_births": MIN_BIRTHS, "baseline_cap": 10**9}

counts = st.sampled_from([None, *COUNT_BOUNDS[5:40:3]]) | st.integers(0, 3000)
births = st.none() | st.integers(0, 5).map(lambda month: EPOCH_MS + month * 29 * DAY_MS)
row = st.tuples(counts, counts, births)


def account(number: int, fields: tuple[int | None, int | None, int | None]) -> AccountFacts:
    followers, following, born = fields
    return AccountFacts("x", f"a{number}", born, followers, following, None, None)


def binned(fields: tuple[int | None, int | None, int | None]) -> Facts:
    followers, following, born = fields
    return Facts(
        None if followers is None else count_bin(followers),
        None if following is None else count_bin(following),
        None if born is None else birth_bin(born),
    )


def baseline_of(seen: Sequence[Facts]) -> Baseline:
    bins = [Counter(facts[:3][name] for facts in seen if facts[:3][name] is not None) for name in range(3)]
    return Baseline(
        known=(bins[0].total(), bins[1].total(), bins[2].total()),
        bins=(dict(bins[0]), dict(bins[1]), dict(bins[2])),  # type: ignore[arg-type] # None is left out
    )


@given(
    st.lists(row, max_size=40),
    st.lists(row, max_size=30),
    st.sampled_from([0, MIN_BIRTHS - 20, MIN_BIRTHS]),
)
def test_members_have_the_windows_that_the_search_of_the_script_finds(
    members: list[tuple[int | None, int | None, int | None]],
    stream: list[tuple[int | None, int | None, int | None]],
    births_known: int,
) -> None:
    seen = [binned(fields) for fields in stream]
    seen += [Facts(None, None, birth_bin(EPOCH_MS + number * 9 * DAY_MS)) for number in range(births_known)]
    # A window of one account is looked at, too: the search of the script leaves out the smallest ones to save time.
    plain = LookAlikes({**ROWS, "group_authors": 1, "prior_weight": prior.WEIGHT}, prior.COUNTS)
    for each in seen:
        plain.baseline.count(each, 0, None)

    people = tuple(account(number, fields) for number, fields in enumerate(members))
    facts = NetworkFacts(0, 0, 0, people, (), (), 5000, truncated=False, baseline=baseline_of(seen))

    expected = []
    for name in range(3):
        values = [value for fields in members if (value := binned(fields)[:3][name]) is not None]
        ready = name != 2 or len(plain.baseline.values(2)) >= MIN_BIRTHS
        if ready and len(values) >= MIN_AUTHORS and (window := plain.scan(name, values)).evidence > 0:
            expected.append((FIELDS[name], window.first, window.inside, window.known, window.evidence / 1e6))
    found = looks(facts)
    assert [(w.field, w.first, w.inside, w.known) for w in found] == [each[:4] for each in expected]
    assert [window.evidence for window in found] == pytest.approx([each[4] for each in expected], abs=2e-6)


@given(st.lists(row, max_size=30), st.integers(-3, 70), st.sampled_from([0, 1, 2]))
def test_the_baseline_gives_the_shares_that_the_script_compares_with(
    stream: list[tuple[int | None, int | None, int | None]], first: int, name: int
) -> None:
    seen = [binned(fields) for fields in stream]
    plain = LookAlikes(ROWS, prior.COUNTS)
    for facts in seen:
        plain.baseline.count(facts, 0, None)

    expected = plain.baseline.share(name, first, prior.COUNTS, prior.WEIGHT)

    assert baseline_of(seen).share(name, first) == pytest.approx(expected, rel=1e-12)
