"""The bursts of a recording in a list, the most significant first: gathered as they end, with posts over time."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.bursts.burst import Burst
from pipeline.bursts.said import say
from pipeline.bursts.tally import Span, Tally, is_followed, span_of
from pipeline.detect.signal import rounded
from pipeline.incidents.public import rfc3339
from pipeline.post import Post
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.bursts.burst import Moved
    from pipeline.post import Line

BATCH: Final = 1000
"""Posts whose keywords are computed at once."""


class CompanionRow(msgspec.Struct, frozen=True):
    """A keyword that bursts in the same posts."""

    keyword: str
    opened_at: str
    significance: float


class FirstPostRow(msgspec.Struct, frozen=True):
    """A post that a burst began with."""

    at: str
    platform: str
    id: str
    author_id: str
    text: str


class Counts(msgspec.Struct, frozen=True):
    """Posts with the keyword in bins of ``bin_s`` seconds, the first of which begins at ``begin``."""

    begin: str
    bin_s: int
    posts: list[int]


class BurstRow(msgspec.Struct, frozen=True):
    """A burst as it is listed (docs/formats.md); ``window_s``: of the window that opened it.

    ``more_companions``: how many are not among ``companions``.
    """

    burst_id: str
    keyword: str
    label: str
    followed: bool
    opened_at: str
    began_at: str
    peak_at: str
    last_post_at: str
    ended_at: str | None
    window_s: int
    significance: float
    ratio: float
    expected: float
    posts: int
    accounts: int
    reposts: int
    repost_share: float
    companions: list[CompanionRow]
    more_companions: int
    first_posts: list[FirstPostRow]
    counts: Counts


class Gathered(msgspec.Struct, frozen=True):
    """A burst without the keys of its authors, which are many, and how many these are."""

    burst: Burst
    accounts: int


class Gatherer:
    """Remembers bursts as they end, each as it was then."""

    def __init__(self) -> None:
        self._ended: list[Gathered] = []

    def __call__(self, moved: Moved) -> None:
        """Take in what moved."""
        if moved.change == "ended":
            self._ended.append(_gathered(moved.burst))

    def ranked(self, lately: Iterable[Burst]) -> list[Gathered]:
        """Return all bursts, the most significant first; ``lately``: bursts of which some may go on."""
        found = [*self._ended, *(_gathered(burst) for burst in lately if burst.ended_at is None)]
        return sorted(found, key=lambda each: (-each.burst.significance, each.burst.opened_at, each.burst.keyword))


class Passed:
    """Remembers the event times (ms) of lines that pass."""

    def __init__(self) -> None:
        self.first: int | None = None
        self.last: int | None = None

    def through(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield the lines."""
        for line in lines:
            self.first = line.at if self.first is None else min(self.first, line.at)
            self.last = line.at if self.last is None else max(self.last, line.at)
            yield line


def rows(found: Sequence[Gathered], lines: Iterable[Line], last: int, *, words: bool = True) -> list[BurstRow]:
    """Return bursts as they are listed, their posts counted over ``lines`` that end at ``last`` (ms).

    ``words``: whether words and pairs of words were followed.
    """
    spans = [(each.burst, span_of(each.burst, last)) for each in found]
    tally = Tally(spans)
    posts = (line for line in lines if isinstance(line, Post) and tally.begin <= line.at < tally.end)
    while batch := list(itertools.islice(posts, BATCH)):
        tally.add(say(batch, [normalise(post.text) for post in batch], words=words))
    return [_row(each, span, counts) for each, (_, span), counts in zip(found, spans, tally.counts(), strict=True)]


def _gathered(burst: Burst) -> Gathered:
    return Gathered(msgspec.structs.replace(burst, author_keys=b""), burst.authors)


def _row(found: Gathered, span: Span, counts: list[int]) -> BurstRow:
    burst = found.burst
    return BurstRow(
        burst_id=burst.burst_id,
        keyword=burst.keyword,
        label=burst.label,
        followed=is_followed(burst),
        opened_at=rfc3339(burst.opened_at),
        began_at=rfc3339(burst.began),
        peak_at=rfc3339(burst.peak_at),
        last_post_at=rfc3339(burst.last),
        ended_at=None if burst.ended_at is None else rfc3339(burst.ended_at),
        window_s=burst.window * 60,
        significance=rounded(burst.significance),
        ratio=rounded(burst.ratio),
        expected=rounded(burst.expected),
        posts=burst.posts,
        accounts=found.accounts,
        reposts=burst.reposts,
        repost_share=rounded(burst.reposts / burst.posts),
        companions=[
            CompanionRow(each.keyword, rfc3339(each.opened_at), rounded(each.significance)) for each in burst.companions
        ],
        more_companions=len(burst.more),
        first_posts=[
            FirstPostRow(rfc3339(each.at), each.platform, each.id, each.author_id, each.text)
            for each in burst.first_posts
        ],
        counts=Counts(rfc3339(span.begin), span.bin // 1000, counts),
    )
