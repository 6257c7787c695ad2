"""Signals of a network, each from facts that a reader can check by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pipeline.detect.delays import BOUNDS, duration, typical
from pipeline.detect.evidence import deletions, gather
from pipeline.detect.facts import AccountFacts, NetworkFacts, ObjectFacts, RivalFacts
from pipeline.detect.reach import communities_reached, platforms_reached, rival_network
from pipeline.text.traces import Kind

MINUTE_MS = 60_000


def account(number: int, platform: str = "x", community: str | None = None) -> AccountFacts:
    return AccountFacts(platform, f"a{number}", None, None, None, None, community)


def delays(**seconds: int) -> tuple[int, ...]:
    """Counts by the bound of their bin: ``delays(s60=3)``."""
    return tuple(seconds.get(name, 0) for name in (*(f"s{bound}" for bound in BOUNDS), "more"))


def shared(kind: Kind = Kind.TEXT, **fields: object) -> ObjectFacts:
    known: dict[str, object] = {
        "founder": b"12345678",
        "posts": 10,
        "authors": 6,
        "links": 0,
        "reposts": 0,
        "deleted": 0,
        "first": 0,
        "last": MINUTE_MS,
        "network_members": 4,
        "newcomers": 1,
        "varied": False,
        "samples": ("one text of all",),
        **fields,
    }
    return ObjectFacts(kind=kind, **known)  # type: ignore[arg-type] # as named above


def network(*objects: ObjectFacts, members: int = 6, **fields: object) -> NetworkFacts:
    accounts = tuple(account(number) for number in range(members))
    return replace(NetworkFacts(MINUTE_MS, 0, MINUTE_MS, accounts, (), objects, 2000, truncated=False), **fields)


def test_deletions_are_told_with_how_soon_they_came_against_the_streams_own() -> None:
    first = shared(posts=20, deleted=18, delays=delays(s30=4, s240=14))
    second = shared(posts=30, deleted=20, delays=delays(s480=12, more=8))
    facts = network(first, second, shared(), stream_posts=10_000, stream_deleted=120)

    signal = deletions(facts, facts.objects)

    assert signal is not None
    assert (signal.value, signal.expected) == (0.6333, 0.012)
    assert signal.text == (
        "38 of 60 posts were deleted again, half of them within 8 minutes; 1.2 % of this stream's were"
    )


def test_deletions_that_came_late_are_told_without_a_time_and_none_are_not_told() -> None:
    late = network(shared(deleted=2, delays=delays(s1=1, more=3)), stream_posts=100, stream_deleted=2)

    signal = deletions(late, late.objects)

    assert signal is not None
    assert "within" not in signal.text
    assert deletions(network(shared()), [shared()]) is None


def test_platforms_and_communities_are_named_with_their_counts_where_there_are_several() -> None:
    places = [("x", "left"), ("x", "right"), ("m", None), ("x", "left")]
    members = tuple(account(number, *place) for number, place in enumerate(places))
    found = {signal.signal: signal for signal in gather(replace(network(), members=members))}

    assert found["platforms-reached"].value == 2
    assert found["platforms-reached"].text == "the accounts are on 2 platforms: x (3), m (1)"
    assert found["communities-reached"].value == 2
    assert found["communities-reached"].text == "the accounts post in 2 communities: left (2), right (1)"


def test_one_place_is_no_reach_and_many_are_not_all_named() -> None:
    here = network(shared(), members=9)
    many = replace(here, members=tuple(account(number, community=f"c{number}") for number in range(9)))

    assert platforms_reached(many) is None
    assert communities_reached(here) is None
    assert (signal := communities_reached(many))
    assert signal.text.endswith("c4 (1) and 4 more")


def test_rivals_are_named_with_the_subject_they_share() -> None:
    one = network(rivals=RivalFacts("#bridge", ("inc_1",)))
    two = network(rivals=RivalFacts("#bridge", ("inc_1", "inc_2")))

    assert rival_network(network()) is None
    assert [(signal.value, signal.text) for facts in (one, two) if (signal := rival_network(facts))] == [
        (1, "another network pushes #bridge with other texts and other accounts: inc_1"),
        (2, "2 other networks push #bridge with other texts and other accounts: inc_1, inc_2"),
    ]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (delays(s1=1), 1),
        (delays(s5=2, s8=2), 5),
        (delays(s5=2, s8=3), 8),
        (delays(s3600=1, more=1), 3600),
        (delays(s3600=1, more=2), None),
        ((), None),
    ],
)
def test_half_of_the_delays_lie_within_the_typical_one(counts: tuple[int, ...], expected: int | None) -> None:
    assert typical(counts) == expected


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "1 second"),
        (6.5, "7 seconds"),
        (119, "119 seconds"),
        (240, "4 minutes"),
        (3600, "60 minutes"),
        (7200, "2 hours"),
    ],
)
def test_a_duration_reads_in_whole_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
