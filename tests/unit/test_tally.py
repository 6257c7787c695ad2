"""Posts of a burst over time: each counted in its bin, once, and by what the burst is of."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support.told_bursts import MINUTE, T0, burst

from pipeline.bursts.burst import Burst
from pipeline.bursts.said import say
from pipeline.bursts.tally import BINS, Span, Tally, is_followed, span_of
from pipeline.bursts.watched import watch_hash
from pipeline.post import Post
from pipeline.text.keywords import named_keywords
from pipeline.text.normalise import normalise

SPAN = Span(T0, 10 * MINUTE, 3)


def of(keyword: str) -> Burst:
    """A burst of a word as it is hashed in posts."""
    (number,) = (hashed for hashed, name in named_keywords(normalise(keyword), []).items() if name == keyword)
    return burst(keyword, number=number)


def pattern(text: str) -> Burst:
    return burst(text, number=watch_hash(text))


def post(minute: float, text: str, number: str = "", urls: list[str] | None = None) -> Post:
    at = T0 + int(minute * MINUTE)
    return Post(id=number or f"p{minute}", platform="x", author_id="a", text=text, created_at="", at=at, urls=urls)


def counted(bursts: list[tuple[Burst, Span]], posts: list[Post], size: int = 2) -> list[list[int]]:
    tally = Tally(bursts)
    for begin in range(0, len(posts), size):
        part = posts[begin : begin + size]
        tally.add(say(part, [normalise(each.text) for each in part]))
    return tally.counts()


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (60, 90, Span(T0 + 30 * MINUTE, 3 * MINUTE, 20)),
        (60, 84, Span(T0 + 30 * MINUTE, 3 * MINUTE, 18)),
        (60, 78, Span(T0 + 30 * MINUTE, 2 * MINUTE, 24)),
        (60, 60 + 24 * 60, Span(T0 + 30 * MINUTE, 62 * MINUTE, 24)),
    ],
)
def test_a_span_is_of_whole_minutes_from_half_an_hour_before(begin: int, end: int, expected: Span) -> None:
    span = span_of(burst(begin=begin, end=end), 0)

    assert span == expected
    assert span.bins <= BINS
    assert span.end - span.bin < T0 + end * MINUTE <= span.end


def test_one_that_goes_on_is_counted_to_the_last_line() -> None:
    span = span_of(burst(begin=60, end=None), T0 + 78 * MINUTE)

    assert span == Span(T0 + 30 * MINUTE, 3 * MINUTE, 17)
    assert span.end > T0 + 78 * MINUTE


def test_posts_are_counted_in_their_bins_and_others_are_not() -> None:
    posts = [
        *(post(-0.001, "#ferry"), post(0, "the #Ferry sank"), post(9.999, "#ferry #ferry"), post(10, "ferry")),
        *(post(15, "#tram"), post(29.999, "#ferry"), post(30, "#ferry")),
    ]

    assert counted([(of("#ferry"), SPAN), (of("the"), SPAN), (of("#bus"), SPAN)], posts) == [
        [2, 0, 1],
        [1, 0, 0],
        [0, 0, 0],
    ]


def test_two_bursts_of_a_keyword_have_a_span_each() -> None:
    later = Span(T0 + 20 * MINUTE, 5 * MINUTE, 4)

    counts = counted([(of("#ferry"), SPAN), (of("#ferry"), later)], [post(each, "#ferry") for each in (1, 22, 39)])

    assert counts == [[1, 0, 1], [1, 0, 0, 1]]


def test_a_post_that_comes_again_counts_once_where_it_came_first() -> None:
    first, again = post(1, "#ferry", "p1"), post(25, "#ferry edited", "p1")
    elsewhere = replace(again, platform="y")

    assert counted([(of("#ferry"), SPAN)], [first, again, elsewhere]) == [[1, 0, 1]]


def test_a_pattern_is_counted_by_its_matches_and_a_word_spelt_so_is_not() -> None:
    posts = [
        *(post(1, "the harbour"), post(2, "harbouring"), post(12, "no such word"), post(25, "HARBOURS")),
        post(13, "read", urls=["https://example.com/x"]),
    ]

    assert counted([(pattern("glob:harb*"), SPAN), (pattern("example.com"), SPAN)], posts) == [[2, 0, 1], [0, 1, 0]]
    assert counted([(of("harbour"), SPAN), (pattern("harbour"), SPAN)], posts[:2]) == [[1, 0, 0], [1, 0, 0]]
    assert [is_followed(each) for each in (of("harbour"), pattern("harbour"))] == [False, True]


def test_the_bounds_of_a_tally_are_those_of_its_spans() -> None:
    tally = Tally([(of("a"), SPAN), (of("b"), Span(T0 - MINUTE, MINUTE, 2))])

    assert (tally.begin, tally.end) == (T0 - MINUTE, T0 + 30 * MINUTE)
