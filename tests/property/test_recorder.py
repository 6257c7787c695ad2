"""What is counted over a recording that is read again is what one would count by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.activities import T0, account

from pipeline.bursts.said import say
from pipeline.bursts.watch import Watch
from pipeline.bursts.watched import watch_hash
from pipeline.page import recorder as module
from pipeline.page.accounts import keys_of
from pipeline.page.activity import MINUTE_MS, Activity
from pipeline.page.recorder import AROUND_MS, Asked, Recorder, Spans, asked_of, keyword_hash
from pipeline.post import Post
from pipeline.text.normalise import normalise

OURS = ["a0", "a1", "a2"]
TEXTS = ["vote #Bridge now", "#bridge #bridge", "no bridge", "#bridges"]


def post(number: int, author: str, minute: int, text: str) -> Post:
    at = T0 + minute * MINUTE_MS + number
    return Post(id=f"p{number}", platform="x", author_id=author, text=text, created_at="", at=at, author_name="Ann")


posts = st.lists(
    st.builds(
        post,
        st.integers(0, 40),
        st.sampled_from([*OURS, "b0", "b1"]),
        st.integers(-60, 120),
        st.sampled_from(TEXTS),
    ),
    max_size=60,
)


def keys(names: list[str]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.unique(keys_of([account(name) for name in names]))


def recorded(asked: list[Asked], made: list[Post], size: int, patterns: list[Watch] | None = None) -> list[Activity]:
    found = Recorder(asked, patterns or [])
    for begin in range(0, len(made), size):
        part = made[begin : begin + size]
        found.add(part, say(part, [normalise(each.text) for each in part]))
    return found.activities()


def by_hand(asked: Asked, made: list[Post]) -> tuple[list[tuple[int, bool]], dict[int, int]]:
    """Posts of our accounts, and posts with the tag by minute, each id once: as it came first."""
    once = {each.id: each for each in reversed(made) if asked.begin <= each.at < asked.end}
    first = [each for each in made if once.get(each.id) is each]
    tagged = {each.id for each in made if "#bridge" in each.text.lower().split()}
    hits: dict[str, Post] = {}
    for each in made:
        if asked.begin <= each.at < asked.end and "#bridge" in each.text.lower().split():
            hits.setdefault(each.id, each)
    assert tagged >= set(hits)
    mine: dict[str, Post] = {}
    for each in made:
        if asked.begin <= each.at < asked.end and each.author_id in OURS:
            mine.setdefault(each.id, each)
    assert len(first) == len(once)
    rows = sorted((each.at, "#bridge" in each.text.lower().split()) for each in mine.values())
    return rows, dict(Counter(each.at // MINUTE_MS for each in hits.values()))


@given(posts, st.integers(1, 20))
def test_posts_of_accounts_and_posts_with_the_keyword_are_counted_each_once(made: list[Post], size: int) -> None:
    asked = asked_of("#bridge", keys(OURS), T0, T0 + 30 * MINUTE_MS)
    (found,) = recorded([asked], made, size)
    rows, counts = by_hand(asked, made)

    assert sorted(zip(found.at.tolist(), found.tagged.tolist(), strict=True)) == rows
    assert found.at.tolist() == sorted(found.at.tolist())
    assert dict(zip(found.all_minutes.tolist(), found.all_posts.tolist(), strict=True)) == counts
    assert set(found.names) >= set(found.authors.tolist())


@given(posts)
def test_several_incidents_are_counted_as_each_alone(made: list[Post]) -> None:
    asked = [
        asked_of("#bridge", keys(OURS), T0, T0 + 30 * MINUTE_MS),
        asked_of("bridge", keys(["a1", "b0"]), T0 + 90 * MINUTE_MS, T0 + 100 * MINUTE_MS),
        asked_of("", keys(["b1"]), T0, T0),
    ]
    together = recorded(asked, made, 7)

    for each, found in zip(asked, together, strict=True):
        (alone,) = recorded([each], made, 50)
        for name in ("at", "authors", "tagged", "all_minutes", "all_posts"):
            assert getattr(found, name).tolist() == getattr(alone, name).tolist()


def test_an_incident_is_looked_at_from_half_an_hour_before_to_half_an_hour_after_in_whole_minutes() -> None:
    asked = asked_of("#bridge", keys(OURS), T0 + 90_001, T0 + 150_001)

    assert (asked.begin, asked.end) == (T0 + MINUTE_MS - AROUND_MS, T0 + 3 * MINUTE_MS + AROUND_MS)


def test_a_keyword_is_found_in_whatever_spelling_posts_have_it() -> None:
    assert keyword_hash("#Brücke") == keyword_hash("#brücke") is not None
    assert keyword_hash("the bridge") is not None
    assert keyword_hash("") is None
    assert asked_of("?!", keys(OURS), T0, T0).keyword == ""


def test_a_pattern_that_is_followed_is_counted_by_its_matches() -> None:
    asked = asked_of("glob:*dges", keys([]), T0, T0, watch_hash("glob:*dges"))
    made = [post(number, "a0", 0, text) for number, text in enumerate(TEXTS)]
    (found,) = recorded([asked], made, 2, [Watch("glob:*dges")])

    assert found.all_posts.tolist() == [1]


def test_of_too_many_posts_none_is_lost_from_the_counts_of_the_keyword(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_POSTS", 5)
    made = [post(number, "a0", number % 3, TEXTS[0]) for number in range(20)]
    (found,) = recorded([asked_of("#bridge", keys(OURS), T0, T0)], made, 4)

    assert found.all_posts.sum() == 20
    assert len(found) == 5


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 30)), max_size=8), st.integers(-5, 140))
def test_a_time_is_asked_for_where_any_span_has_it(rows: list[tuple[int, int]], at: int) -> None:
    spans = [(begin, begin + length) for begin, length in rows]

    assert (at in Spans(spans)) == any(begin <= at < end for begin, end in spans)
