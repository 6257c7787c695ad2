"""The posts of an incident at hand: what is written of them, and how much at most."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.state import record as records
from pipeline.state.chronicle_rows import (
    HOUR_MS,
    HOURS,
    MINUTE_MS,
    MINUTES,
    Head,
    HourPosts,
    pack_head,
    pack_hour,
    unpack_head,
    unpack_hour,
)
from pipeline.state.record import Record

HOUR = 490_000
NOW = HOUR * HOUR_MS

posts_of_an_hour = st.lists(
    st.tuples(st.integers(0, HOUR_MS - 1), st.integers(0, 9_999), st.booleans()), max_size=60
).map(sorted)


@given(posts=posts_of_an_hour, counts=st.dictionaries(st.integers(0, 59), st.integers(1, 2**32 - 1)))
def test_an_hour_is_read_as_it_was_written(posts: list[tuple[int, int, bool]], counts: dict[int, int]) -> None:
    at, places, tagged = (
        (np.array(column, dtype=np.int64) for column in zip(*posts, strict=True))
        if posts
        else [np.zeros(0, dtype=np.int64)] * 3
    )
    minutes = np.zeros(MINUTES, dtype=np.int64)
    minutes[list(counts)] = list(counts.values())

    form = pack_hour(HOUR, HourPosts(at + NOW, places, tagged.astype(bool), minutes))

    assert (form == b"") == (not posts and not counts)
    if form:
        found = unpack_hour(HOUR, form)
        assert [(a - NOW, p, t) for a, p, t in zip(found.at, found.places, found.tagged, strict=True)] == posts
        assert found.counts.tolist() == minutes.tolist()


@given(parts=st.lists(posts_of_an_hour, min_size=2, max_size=4))
def test_the_parts_in_which_posts_come_leave_no_trace(parts: list[list[tuple[int, int, bool]]]) -> None:
    def written(parts: list[list[tuple[int, int, bool]]]) -> dict[int, bytes]:
        record = fresh(10_000)
        for part in parts:
            add(record, [(NOW + at, place, tagged) for at, place, tagged in part])
        return {hour: form for hour, form in record.take(NOW + HOUR_MS)[1].items() if form}

    assert written(parts) == written([sorted(post for part in parts for post in part)])


def fresh(accounts: int = 10) -> Record:
    record = Record(Head(began=NOW, since=NOW - HOUR_MS, ends=NOW + 2 * HOURS * HOUR_MS, hash=5))
    record.join(list(range(1000, 1000 + accounts)), NOW - HOUR_MS)
    return record


def add(record: Record, posts: list[tuple[int, int, bool]]) -> None:
    at, places, tagged = np.array(posts, dtype=np.int64).reshape(-1, 3).T
    record.add(at, places, tagged.astype(bool))


class Written:
    """A record with what was written of it."""

    def __init__(self) -> None:
        self.record = fresh()
        self.hours: dict[int, bytes] = {}
        self.head = b""

    def write(self, now: int) -> None:
        head, hours = self.record.take(now)
        self.head = head or self.head
        self.hours = {hour: form for hour, form in (self.hours | hours).items() if form}

    @property
    def since(self) -> int:
        return unpack_head(self.head).since

    @property
    def posts(self) -> list[int]:
        return [at for hour in sorted(self.hours) for at in unpack_hour(hour, self.hours[hour]).at.tolist()]


def test_hours_go_after_two_weeks_and_the_head_says_so() -> None:
    written = Written()
    for hour in range(HOURS + 50):
        now = NOW + hour * HOUR_MS
        add(written.record, [(now + 5, 0, True)])
        written.record.count(np.array([now + 5, now + 6]))
        written.write(now + MINUTE_MS)

    assert len(written.hours) == HOURS
    assert written.since == NOW + 50 * HOUR_MS
    assert min(written.hours) == HOUR + 50


def test_of_too_many_posts_the_earliest_hours_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "POSTS", 100)
    written = Written()
    for hour in range(10):
        now = NOW + hour * HOUR_MS
        add(written.record, [(now + number, number % 10, False) for number in range(30)])
        written.write(now + MINUTE_MS)

    assert len(written.posts) == 90
    assert written.since == NOW + 7 * HOUR_MS
    assert min(written.posts) >= written.since


@pytest.mark.parametrize("step", [1, 7, 400])
def test_of_too_many_posts_in_an_hour_the_earliest_minutes_go(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    monkeypatch.setattr(records, "HOUR_POSTS", 100)
    written = Written()
    add(written.record, [(NOW - 5, 0, False)])
    every = [(NOW + number * 4000, number % 10, False) for number in range(400)]
    for begin in range(0, 400, step):
        add(written.record, every[begin : begin + step])
        written.record.count(np.array([at for at, _, _ in every[begin : begin + step]]))
        written.write(NOW + 400 * 4000)

    first = NOW + 20 * MINUTE_MS
    assert written.since == first
    assert written.posts == [at for at, _, _ in every if at >= first]
    assert unpack_hour(HOUR, written.hours[HOUR]).counts.tolist() == [0] * 20 + [15] * 6 + [10] + [0] * 33


def test_accounts_beyond_the_bound_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "ACCOUNTS", 12)
    record = fresh(10)

    assert record.join([1003, 5, 6, 7], NOW).tolist() == [10, 11]

    assert record.keys.tolist() == [*range(1000, 1010), 5, 6]
    form, _ = record.take(NOW)
    assert Record(unpack_head(form)).keys.tolist() == record.keys.tolist()
    assert pack_head(unpack_head(form)) == form


def test_what_an_account_posted_before_it_was_followed_and_after_the_end_is_left_out() -> None:
    record = fresh(1)
    late = int(record.join([1], NOW + MINUTE_MS)[0])
    record.end(NOW + 2 * MINUTE_MS)
    times = [NOW - HOUR_MS - 1, NOW, NOW + MINUTE_MS, NOW + 2 * MINUTE_MS]
    add(record, [(at, place, True) for at in times for place in (0, late)])

    _, hours = record.take(NOW + HOUR_MS)

    found = unpack_hour(HOUR, hours[HOUR])
    assert list(zip(found.at.tolist(), found.places.tolist(), strict=True)) == [
        (NOW, 0),
        (NOW + MINUTE_MS, 0),
        (NOW + MINUTE_MS, late),
    ]
    assert list(hours) == [HOUR]
