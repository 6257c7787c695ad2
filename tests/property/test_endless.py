"""A stream without an end: in order, the same however often it is looked at, campaigns all along, bounded in memory."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.post import Post, decode_line, encode_line
from pipeline.simulate.endless import FIRST_MS, Endless

BEGIN = 1_790_000_000_000
MINUTE_MS = 60_000


def lines(seed: int, minutes: int, begin: int = BEGIN, rate: float = 20) -> list[bytes]:
    return [encode_line(line) for line in Endless(seed, begin, rate).until(begin + minutes * MINUTE_MS)]


@given(st.integers(0, 2**48), st.lists(st.integers(0, 30_000), min_size=1, max_size=6))
@settings(max_examples=20)
def test_looking_more_often_changes_nothing_and_nothing_comes_before_its_time(seed: int, steps: list[int]) -> None:
    source, now, found = Endless(seed, BEGIN, 20), BEGIN, []
    for step in steps:
        new = list(source.until(now + step))

        assert all(now <= line.at < now + step for line in new)
        now += step
        found += [encode_line(line) for line in new]

    assert found == [encode_line(line) for line in Endless(seed, BEGIN, 20).until(now)]


@given(st.integers(0, 2**48))
@settings(max_examples=5)
def test_lines_are_in_order_decode_to_themselves_and_answer_what_was_said(seed: int) -> None:
    raw = lines(seed, 6)
    decoded = [decode_line(line) for line in raw]
    posts = [line for line in decoded if isinstance(line, Post)]
    said: set[str] = set()

    assert [encode_line(line) for line in decoded] == raw
    assert all(before.at <= after.at for before, after in pairwise(decoded))
    for post in posts:
        assert all(target in said for target in (post.repost_of, post.reply_to, post.quote_of) if target)
        assert post.id not in said
        said.add(post.id)


@given(st.integers(0, 2**48))
@settings(max_examples=5)
def test_a_campaign_begins_within_seconds_and_others_follow(seed: int) -> None:
    labels: dict[str, int] = {}
    for line in Endless(seed, BEGIN, 20).until(BEGIN + 20 * MINUTE_MS):
        if isinstance(line, Post) and line.campaign:
            labels.setdefault(line.campaign, line.at - BEGIN)

    begins = [0, *labels.values(), 20 * MINUTE_MS]

    assert FIRST_MS <= labels["network-0"] < FIRST_MS + 5000
    assert {"network-0", "wave-1", "network-2"} <= set(labels)
    # A ring waits for the first post of its customers, for as long as it lasts.
    assert all(after - before < 11 * MINUTE_MS for before, after in pairwise(begins))


@given(st.integers(0, 2**48), st.floats(1, 50))
@settings(max_examples=5)
def test_ordinary_posts_come_at_the_rate_that_was_asked_for(seed: int, rate: float) -> None:
    posts = [line for line in Endless(seed, BEGIN, rate).until(BEGIN + 10 * MINUTE_MS) if isinstance(line, Post)]
    ordinary = sum(post.campaign is None for post in posts)

    assert 0.7 * rate * 600 < ordinary < 1.3 * rate * 600 + 1000


def test_a_stream_that_begins_later_uses_no_id_again() -> None:
    first = {line.id for line in map(decode_line, lines(1, 5)) if isinstance(line, Post)}
    second = {line.id for line in map(decode_line, lines(1, 5, BEGIN + 5 * MINUTE_MS)) if isinstance(line, Post)}

    assert first
    assert not first & second


def test_what_is_under_way_does_not_grow_with_time() -> None:
    source = Endless(1, BEGIN, 5)
    kept = []
    for hour in range(1, 9):
        for _ in source.until(BEGIN + hour * 60 * MINUTE_MS):
            pass
        kept.append(source._stage.waiting() + len(source._stage.shown))

    assert max(kept[4:]) < 1.5 * max(kept[:4])
