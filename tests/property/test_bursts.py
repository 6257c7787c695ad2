"""Keyword bursts: the same whatever the batches, counted as one counts by hand, learnt as the formula says."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bursting import HOUR_MS, MINUTE_MS, RULES, START_MS, burst_of, chatter, followed, in_order, post

from pipeline.bursts.baseline import HALF_LIFE, Baseline, Stretches
from pipeline.bursts.follow import Follower
from pipeline.bursts.openings import MAX_NAMED
from pipeline.bursts.said import read_block, say
from pipeline.bursts.screen import Asked, Screen
from pipeline.bursts.significance import FLOORS, WINDOWS, Usual, compare
from pipeline.bursts.watch import Watch
from pipeline.bursts.window_log import Posts, WindowLog
from pipeline.post import Post, Tick
from pipeline.text.normalise import normalise

EVENING = in_order(
    chatter(1, START_MS, 400),
    burst_of(2, "#ferry sank in the harbour", START_MS + 150 * MINUTE_MS, 60, 12),
    burst_of(3, "storm warning", START_MS + 200 * MINUTE_MS, 40, 2),
    burst_of(4, "#ferry again", START_MS + 330 * MINUTE_MS, 30, 5),
)

small = st.lists(
    st.tuples(
        st.integers(0, 40), st.integers(0, 2), st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True)
    ),
    min_size=1,
    max_size=60,
)


def log_of(rows: list[tuple[int, int, list[str]]]) -> tuple[WindowLog, Posts]:
    """A log of posts: pane, author, keywords, one character each."""
    rows = sorted(rows, key=lambda row: row[0])
    count = len(rows)
    posts = Posts(
        panes=np.array([row[0] for row in rows]) + 1000,
        at=np.array([row[0] for row in rows]),
        authors=np.array([row[1] for row in rows], dtype=np.uint64),
        reposts=np.zeros(count, dtype=bool),
        blocks=np.zeros(count, dtype=np.int64),
        lines=np.arange(count),
        starts=np.cumsum([0, *(len(row[2]) for row in rows)]),
        hashes=np.array([ord(word) for row in rows for word in row[2]], dtype=np.uint64),
    )
    log = WindowLog(60_000)
    log.add(posts)
    return log, posts


@given(small)
def test_windows_hold_what_one_counts_by_hand(rows: list[tuple[int, int, list[str]]]) -> None:
    log, posts = log_of(rows)

    found = log.occurrences(np.unique(posts.hashes), 0)

    seen = {(int(pane), int(word)) for pane, word in zip(found.panes, found.keywords, strict=True)}
    assert seen == {(row[0] + 1000, ord(word)) for row in rows for word in row[2]}
    for pane, word, counts, stream in zip(found.panes, found.keywords, found.counts.T, found.stream.T, strict=True):
        for window, minutes in enumerate(WINDOWS):
            inside = [row for row in rows if pane - minutes < row[0] + 1000 <= pane]
            assert counts[window] == sum(chr(word) in row[2] for row in inside)
            assert stream[window] == len(inside)


@given(small, st.integers(1, 5))
def test_the_screen_lets_pass_whatever_bursts(rows: list[tuple[int, int, list[str]]], least: int) -> None:
    log, posts = log_of(rows)
    baseline = Baseline(2)
    screen = Screen(2)
    screen.add(posts.hashes)
    asked = Asked(least, np.zeros(3), 1.0, np.zeros(3, dtype=np.int64), 0, ahead=6)

    passed = set(screen.pass_on(posts.hashes, asked, baseline).tolist())

    found = log.occurrences(np.unique(posts.hashes), 0)
    nothing = np.zeros(len(found))
    significance = compare(found.counts, found.stream, Usual(nothing, nothing, nothing)).significance
    bursts = ((found.counts >= least) & (significance >= 1.0)).any(axis=0)
    assert set(found.keywords[bursts].tolist()) <= passed


@given(st.integers(1, 400), st.data())
@settings(max_examples=15)
def test_the_same_bursts_whatever_the_batches(size: int, data: st.DataObject) -> None:
    whole = Follower("s", RULES)
    expected = followed(whole, EVENING, len(EVENING))
    parts = Follower("s", RULES)
    cut = data.draw(st.integers(0, len(EVENING)))

    moved = followed(parts, EVENING[:cut], size) + followed(parts, EVENING[cut:], 401 - size)

    assert moved == expected
    assert parts.going.open == whole.going.open
    np.testing.assert_array_equal(parts.baseline.cells, whole.baseline.cells)
    np.testing.assert_array_equal(parts.baseline.hours, whole.baseline.hours)


def test_what_comes_up_suddenly_bursts_and_ends() -> None:
    follower = Follower("s", RULES)

    moved = followed(follower, EVENING, 100)

    opened = [each.burst for each in moved if each.change == "opened"]
    assert [burst.keyword for burst in opened] == ["#ferry", "storm warning", "#ferry"]
    first = opened[0]
    assert START_MS + 150 * MINUTE_MS <= first.began <= first.opened_at < START_MS + 155 * MINUTE_MS
    ended = [each.burst for each in moved if each.change == "ended"]
    assert [burst.posts for burst in ended[:2]] == [60, 40]
    assert all(burst.ended_at and burst.ended_at > burst.last for burst in ended)
    assert [each.text.split()[0] for each in first.first_posts] == ["#ferry"] * 5


def test_a_pattern_spelt_as_a_keyword_is_a_burst_of_its_own_beside_it() -> None:
    follower = Follower("s", RULES, [Watch("#ferry")])

    moved = followed(follower, EVENING, 100)

    opened = [each.burst for each in moved if each.change == "opened" and each.burst.keyword == "#ferry"]
    assert [burst.label for burst in opened] == ["#ferry", ""] * 2
    assert opened[0].opened_at == opened[1].opened_at
    assert len({burst.burst_id for burst in opened}) == 4
    assert [each.burst.posts for each in moved if each.change == "ended" and each.burst.keyword == "#ferry"][:2] == [
        60,
        60,
    ]


def test_what_most_posts_have_in_common_is_told_once() -> None:
    follower = Follower("s", RULES)

    moved = followed(follower, EVENING, 100)

    sank = next(each.burst for each in moved if each.change == "ended")
    words = {"ferry", "sank", "in", "the", "harbour"}
    assert len(sank.companions) == MAX_NAMED
    assert all(set(each.keyword.replace("#", "").split()) <= words for each in sank.companions)
    assert sank.more
    assert not words & {each.burst.keyword for each in moved}


def test_one_author_makes_no_burst() -> None:
    lines = in_order(chatter(1, START_MS, 300), burst_of(2, "#mine", START_MS + 200 * MINUTE_MS, 500, 60, authors=1))

    assert followed(Follower("s", RULES), lines, 100) == []


def test_a_burst_does_not_become_what_is_usual() -> None:
    follower = Follower("s", RULES)
    begin = START_MS + 120 * MINUTE_MS
    followed(follower, in_order(chatter(1, START_MS, 240), burst_of(2, "#ferry", begin, 480, 120)), 100)
    (burst,) = (each for each in follower.going.open if each.keyword == "#ferry")

    usual = follower.baseline.usual(np.array([burst.hash], dtype=np.uint64), follower.watermark)

    assert usual is not None
    assert usual.mean[0] < 5  # 40 posts in ten minutes, of which the first ten minutes alone were learnt


def test_what_comes_at_the_same_hour_of_every_day_is_usual_then_and_not_at_another() -> None:
    def greeting(day: int, hour: int, posts: int = 60) -> list[Post]:
        return burst_of(100 + 24 * day + hour, "good morning", START_MS + (24 * day + hour) * HOUR_MS, posts, 50)

    lines = in_order(
        chatter(1, START_MS, 8 * 24 * 60, 1.5), *(greeting(day, 8) for day in range(8)), greeting(7, 15, 150)
    )

    moved = followed(Follower("s", RULES), lines, 200)

    opened = [(each.burst.opened_at - START_MS) // HOUR_MS for each in moved if each.change == "opened"]
    assert set(opened) <= {8, 24 + 8, 7 * 24 + 15}
    assert {8, 7 * 24 + 15} <= set(opened)


def test_a_word_of_a_newcomer_means_nothing_and_its_tags_do() -> None:
    begin = START_MS + 200 * MINUTE_MS
    crowd = [post(5_000_000 + n, begin + 100 * n, f"lol{n % 40} lol{n % 40} here{n}") for n in range(3000)]
    tagged = [post(6_000_000 + n, begin + 3000 * n, f"#match{n % 2} words{n}") for n in range(100)]

    moved = followed(Follower("s", RULES), in_order(chatter(1, START_MS, 250), crowd, tagged), 100)

    assert {each.burst.keyword for each in moved} == {"#match0", "#match1"}


def test_a_burst_of_the_whole_stream_is_one_of_the_tag_it_is_about() -> None:
    quiet = [post(n, START_MS + n * 10 * MINUTE_MS, f"#town word{n % 60}") for n in range(100)]
    busy = burst_of(2, "#town", START_MS + 1000 * MINUTE_MS, 300, 10)

    moved = followed(Follower("s", RULES), in_order(quiet, busy), 50)

    assert [each.burst.keyword for each in moved if each.change == "opened"] == ["#town"]


@given(st.lists(st.tuples(st.integers(0, 400), st.lists(st.lists(st.integers(0, 99)), min_size=1)), max_size=20))
def test_stretches_learnt_together_are_learnt_one_by_one(rows: list[tuple[int, list[list[int]]]]) -> None:
    said = [[number for post in posts for number in set(post)] for _, posts in rows]
    learnt = Stretches(
        begins=START_MS + np.cumsum([3600_000 * (1 + passed) for passed, _ in rows], dtype=np.int64),
        posts=np.array([2 * len(posts) for _, posts in rows], dtype=np.int64),
        weights=np.full(len(rows), 2.0),
        starts=np.cumsum([0, *map(len, said)]),
        hashes=np.array([number for each in said for number in each], dtype=np.uint64),
    )
    whole, parts = Baseline(64), Baseline(64)

    whole.merge(learnt)
    whole.merge_hours(learnt)
    for number in range(len(rows)):
        parts.merge(learnt.part(number, number + 1))
        parts.merge_hours(learnt.part(number, number + 1))

    assert whole.clock == parts.clock
    np.testing.assert_array_equal(whole.cells, parts.cells)
    np.testing.assert_array_equal(whole.hours, parts.hours)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_silence_has_a_closed_form(counts: list[int]) -> None:
    baseline = Baseline(1024)
    word, other = np.uint64(7), np.uint64(11)
    mean = variance = 0.0
    alpha = 1 - 0.5 ** (1 / HALF_LIFE)
    for number, count in enumerate(counts):
        said = np.array([other, *[word] * count], dtype=np.uint64)
        begin = np.array([START_MS + number * 600_000])
        baseline.merge(Stretches(begin, np.array([4]), np.ones(1), np.array([0, len(said)]), said))
        moved = count - mean
        mean, variance = mean + alpha * moved, (1 - alpha) * (variance + alpha * moved * moved)

    usual = baseline.usual(np.array([word]), START_MS)

    if len(counts) < 6:
        assert usual is None
        return
    assert usual is not None
    known = 1 - (1 - alpha) ** len(counts)
    assert math.isclose(float(usual.mean[0]), mean / known, rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(float(usual.variance[0]), variance / known, rel_tol=1e-6, abs_tol=1e-9)


@given(
    st.integers(0, 10_000),
    st.integers(0, 100_000),
    st.floats(0, 1000),
    st.floats(0, 1e6),
    st.floats(0, 1),
)
def test_more_posts_are_more_significant_and_more_that_is_usual_less(
    count: int, stream: int, mean: float, variance: float, share: float
) -> None:
    def significance(count: int, mean: float) -> list[float]:
        usual = Usual(np.array([mean]), np.array([mean + variance]), np.array([share]))
        found = compare(np.full((3, 1), count), np.full((3, 1), stream), usual)
        assert (found.expected[:, 0] >= FLOORS).all()
        return [float(each) for each in found.significance[:, 0]]

    least = significance(count, mean)
    assert all(more > less for more, less in zip(significance(count + 1, mean), least, strict=True))


@given(st.lists(st.text(max_size=12), max_size=5), st.integers(0, 6))
def test_what_is_kept_says_the_same(texts: list[str], count: int) -> None:
    lines: list[Post | Tick | None] = [
        *(Post(id=str(n), platform="x", author_id="a", text=text, created_at="", at=n) for n, text in enumerate(texts)),
        None,
        Tick(created_at="", at=99),
    ]
    said = say(lines, [normalise(text) for text in texts])

    read = read_block(said.block(), count)

    expected = said.part(0, min(count, len(lines)))
    assert (read.rows, read.texts) == (expected.rows, expected.texts)
    for name in ("at", "lines", "authors", "reposts"):
        np.testing.assert_array_equal(getattr(read, name), getattr(expected, name))
    np.testing.assert_array_equal(read.keywords.hashes, expected.keywords.hashes)
    np.testing.assert_array_equal(read.keywords.starts, expected.keywords.starts)


def test_a_text_of_any_length_is_kept_as_it_was_counted() -> None:
    text = " ".join(f"word{number}" for number in range(2000))
    said = say([post(1, START_MS, text)], [normalise(text)])

    np.testing.assert_array_equal(read_block(said.block(), 1).keywords.hashes, said.keywords.hashes)
