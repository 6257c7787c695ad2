"""Who is told from a network's members: those who met it seldom, and in waves those who look like strangers."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pipeline.detect.believers import LEAST, apart, likeness
from pipeline.detect.bins import count_bin
from pipeline.detect.facts import AccountFacts, GroupFacts, NetworkFacts, ObjectFacts, WindowFacts
from pipeline.text.traces import Kind

FOLLOWERS, FOLLOWING = count_bin(30), count_bin(2000)
WINDOWS = (
    WindowFacts("followers", FOLLOWERS, 30.0, 10, 12, 0.02),
    WindowFacts("following", FOLLOWING, 30.0, 10, 12, 0.02),
)
LIKE, UNLIKE, HALF, UNKNOWN = (30, 2000), (9000, 5), (30, 5), (None, None)


def account(name: str, looks: tuple[int | None, int | None], meetings: int) -> AccountFacts:
    return AccountFacts("x", name, None, *looks, None, None, meetings)


def text(reposts: int = 0, **fields: object) -> ObjectFacts:
    group = GroupFacts(WINDOWS, 12, 10, 12, "")
    shared = ObjectFacts(
        Kind.TEXT, b"12345678", 12, 12, 0, reposts, 0, 0, 60_000, 11, 11, False, ("a b c",), group=group
    )
    return replace(shared, **fields)


def network(*others: AccountFacts, meetings: int = 6, **fields: object) -> NetworkFacts:
    """Ten accounts that met so often at as many texts, or once at one, and others."""
    members = tuple(account(f"m{number}", LIKE, meetings) for number in range(10))
    again = tuple(text(group=None, newcomers=0) for _ in range(meetings - 1))
    facts = NetworkFacts(60_000, 0, 60_000, (*members, *others), (), (text(), *again), 5000, truncated=False)
    return replace(facts, **fields)


def told(facts: NetworkFacts) -> set[str]:
    return {row.author_id for row in apart(facts).joiners}


@pytest.mark.parametrize(
    ("looks", "meetings", "believer"),
    [
        (UNLIKE, 6, False),
        (UNLIKE, 4, False),
        (UNLIKE, 3, True),
        (UNLIKE, 1, True),
        (LIKE, 2, False),
        (LIKE, 1, True),
        (UNKNOWN, 1, False),
        (UNKNOWN, 0, True),
    ],
)
def test_of_those_who_meet_again_and_again_the_seldom_are_told_apart_unless_they_look_alike(
    looks: tuple[int | None, int | None], meetings: int, *, believer: bool
) -> None:
    assert told(network(account("other", looks, meetings))) == ({"other"} if believer else set())


def test_where_strangers_lie_in_the_windows_nobody_is_told_apart() -> None:
    wide = tuple(replace(window, share=0.2) for window in WINDOWS)
    facts = network(account("other", UNLIKE, 1))
    first, *again = facts.objects

    assert told(replace(facts, objects=(replace(first, group=GroupFacts(wide, 12, 10, 12, "")), *again))) == set()


@pytest.mark.parametrize(("looks", "believer"), [(LIKE, False), (HALF, False), (UNLIKE, True), (UNKNOWN, False)])
def test_in_a_wave_who_looks_like_strangers_is_told_apart(
    looks: tuple[int | None, int | None], *, believer: bool
) -> None:
    assert told(network(account("other", looks, 1), meetings=1)) == ({"other"} if believer else set())


def test_the_more_strangers_copied_a_wave_the_more_its_members_must_look_alike() -> None:
    half = network(account("other", HALF, 1), meetings=1)
    crowd = replace(half, objects=(text(authors=120),))

    assert told(half) == set()
    assert told(crowd) == {"other"}


def test_nobody_is_told_from_a_ring_of_bursts() -> None:
    ring = network(account("other", UNLIKE, 1), meetings=1)

    assert told(replace(ring, objects=(text(reposts=12),))) == set()


def test_a_few_members_always_stay() -> None:
    few = network(*(account(f"o{number}", UNLIKE, 1) for number in range(9)), meetings=3)

    assert told(replace(few, members=few.members[10 - LEAST + 1 :])) == set()


def test_likeness_is_how_much_likelier_the_looks_are_among_members() -> None:
    inside = 10.5 / 13 / 0.02
    outside = 2.5 / 13 / 0.98

    assert likeness(account("a", LIKE, 1), WINDOWS) == pytest.approx(inside * inside)
    assert likeness(account("a", HALF, 1), WINDOWS) == pytest.approx(inside * outside)
    assert likeness(account("a", (30, None), 1), WINDOWS) == pytest.approx(inside)
    assert likeness(account("a", UNKNOWN, 1), WINDOWS) is None
