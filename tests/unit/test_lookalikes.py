"""Look-alikes: facts in bins, the prior, and evidence in words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.detect import prior
from pipeline.detect.alike import look_alikes
from pipeline.detect.assess import assess
from pipeline.detect.bins import (
    COUNT_BINS,
    COUNT_WIDTH,
    UNKNOWN_BIRTH,
    UNKNOWN_COUNT,
    birth_bin,
    birth_range,
    count_bin,
    count_range,
)
from pipeline.detect.facts import AccountFacts, GroupFacts, NetworkFacts, ObjectFacts, WindowFacts
from pipeline.text.traces import Kind

FOLLOWERS = WindowFacts("followers", 45, 41.3, 17, 18, 0.004)
BIRTH = WindowFacts("birth", 500, 20.0, 16, 18, 0.02)


def network(kind: Kind, *, reposts: int = 0) -> NetworkFacts:
    members = tuple(AccountFacts("x", f"a{n}", None, None, None, None, None) for n in range(18))
    shared = ObjectFacts(
        kind=kind,
        founder=b"12345678",
        posts=20,
        authors=18,
        links=0,
        reposts=reposts,
        deleted=0,
        first=0,
        last=60_000,
        network_members=18,
        newcomers=18,
        varied=False,
        samples=("one text of all of them",),
        group=GroupFacts((FOLLOWERS, BIRTH), 18, 16, 17),
    )
    return NetworkFacts(60_000, 0, 60_000, members, (), (shared,), 5000, truncated=False)


@given(st.integers(0, 10**6))
def test_a_bin_is_a_tenth_of_a_decade(count: int) -> None:
    number = count_bin(count)

    assert 10 ** (number / 10) <= (1 + count) * (1 + 1e-12)
    assert 1 + count < 10 ** ((number + 1) / 10) * (1 + 1e-12)


@given(st.integers(0, 10**6))
def test_a_count_lies_in_the_ranges_of_the_windows_over_its_bin(count: int) -> None:
    for first in range(count_bin(count) - COUNT_WIDTH + 1, count_bin(count) + 1):
        least, most = count_range(first)
        assert least <= count <= most


@given(st.integers(946_684_800_000, 4_102_444_800_000))
def test_a_birth_lies_in_the_range_of_its_bin(born: int) -> None:
    begin, end = birth_range(birth_bin(born))

    assert begin <= born < end


def test_what_is_unknown_is_no_number() -> None:
    assert count_bin(None) == UNKNOWN_COUNT > COUNT_BINS
    assert birth_bin(None) == UNKNOWN_BIRTH
    assert count_bin(10**9) < COUNT_BINS + 30


def test_the_prior_is_that_of_the_formula() -> None:
    def below(x: float) -> float:
        return (1 + math.erf((x - 2.3) / 0.85 / math.sqrt(2))) / 2

    shares = [below((place + 1) / 10) - below(place / 10) for place in range(len(prior.COUNTS))]
    shares[0] += below(0)

    assert [1000 * prior.WEIGHT * share for share in shares] == pytest.approx(prior.COUNTS, abs=0.51)


def test_evidence_is_told_in_counts_and_in_what_the_stream_has() -> None:
    followers, birth = look_alikes(network(Kind.TEXT))

    assert followers.text == "17 of 18 accounts have 31,622 to 79,431 followers; 0.4 % of this stream have"
    assert followers.expected == 0.004
    assert (
        birth.text
        == "16 of 18 accounts were made between 2 September 2013 and 2 October 2013; 2.0 % of this stream were"
    )


@pytest.mark.parametrize(
    ("kind", "reposts", "told"),
    [
        (Kind.TEXT, 0, "copy-paste-wave"),
        (Kind.TEXT, 20, "amplification-ring"),
        (Kind.REPOSTED, 20, "amplification-ring"),
        (Kind.HASHTAG, 0, "coordinated-network"),
    ],
)
def test_what_look_alikes_share_says_what_they_are(kind: Kind, reposts: int, told: str) -> None:
    found = assess(network(kind, reposts=reposts))

    assert found.kind == told
    assert found.severity == "warning"
    assert [signal.signal for signal in found.evidence][:2] == ["alike-followers", "alike-birth"]


@pytest.mark.parametrize(
    ("kind", "first", "again", "told"),
    [
        (Kind.REPOSTED, 20, 20, "amplification-ring"),
        (Kind.TEXT, 20, 20, "amplification-ring"),
        (Kind.REPOSTED, 20, 0, "coordinated-network"),
        (Kind.TEXT, 0, 20, "coordinated-network"),
    ],
)
def test_look_alikes_that_meet_again_are_a_ring_where_they_repost(
    kind: Kind, first: int, again: int, told: str
) -> None:
    facts = network(kind, reposts=first)
    text = replace(facts.objects[0], kind=Kind.TEXT, reposts=again, newcomers=0, group=None)

    assert assess(replace(facts, objects=(*facts.objects, *(text,) * 5))).kind == told


def test_one_shared_text_is_no_repeated_meeting() -> None:
    found = assess(network(Kind.TEXT))

    assert "repeat-co-posting" not in {signal.signal for signal in found.evidence}
