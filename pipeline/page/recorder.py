"""Activity of incidents, counted over the posts of a recording that is read once more. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.bursts.watched import Watched
from pipeline.page.activity import MINUTE_MS, Activity
from pipeline.post import item_key
from pipeline.text.keywords import named_keywords
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.bursts.said import Said
    from pipeline.bursts.watch import Watch
    from pipeline.post import Post

AROUND_MS: Final = 30 * MINUTE_MS
"""How much of the time before and after an incident is looked at."""

MOST_POSTS: Final = 200_000
"""Posts of an incident's accounts that are kept, and ids of posts with its keyword: of more, none that comes again in
another lot is told from a new one."""


class Asked(msgspec.Struct, frozen=True, eq=False):
    """What is to be counted of an incident: posts of ``accounts`` (author keys), posts by anybody with ``keyword``.

    ``hash`` is the keyword as `pipeline.text.keywords` has it, None for nothing; ``begin`` and ``end`` in ms.
    """

    keyword: str
    hash: int | None
    accounts: NDArray[np.uint64]
    begin: int
    end: int


def asked_of(keyword: str, accounts: NDArray[np.uint64], first: int, last: int, known_hash: int | None = None) -> Asked:
    """Return what is to be counted of an incident whose posts lie from ``first`` to ``last`` (ms)."""
    number = keyword_hash(keyword) if known_hash is None else known_hash
    begin = (first - AROUND_MS) // MINUTE_MS * MINUTE_MS
    end = (last + AROUND_MS) // MINUTE_MS * MINUTE_MS + MINUTE_MS
    return Asked("" if number is None else keyword, number, accounts, begin, end)


def keyword_hash(keyword: str) -> int | None:
    """Return the hash of a keyword as a text has it, None for what is none."""
    text = normalise(keyword)
    return next((number for number, name in named_keywords(text, []).items() if name == text), None)


class Recorder:
    """Counts what was asked for, over posts in whatever order. A post whose id comes again counts once.

    ``patterns`` are those among the keywords that an operator follows.
    """

    def __init__(self, asked: Sequence[Asked], patterns: Iterable[Watch] = ()) -> None:
        self._counts = [_Count(each) for each in asked]
        known = [each.accounts for each in asked]
        self._accounts = np.unique(np.concatenate(known)) if known else np.zeros(0, dtype=np.uint64)
        self._hashes = np.unique(np.array([each.hash for each in asked if each.hash is not None], dtype=np.uint64))
        self._watched = Watched(patterns, 1, 1.0)

    def add(self, posts: Sequence[Post], said: Said) -> None:
        """Count posts; ``said`` is what they said, each a line."""
        if not posts:
            return
        keywords = self._watched.add(said)
        rows = np.repeat(np.arange(len(posts)), np.diff(keywords.starts))
        hits = np.isin(keywords.hashes, self._hashes)
        hashes, rows = keywords.hashes[hits], rows[hits]
        theirs = np.flatnonzero(np.isin(said.authors, self._accounts))
        batch = _Batch(posts, said)
        for count in self._counts:
            asked = count.asked
            if asked.begin <= batch.last and batch.first < asked.end:
                tagged = np.zeros(len(posts), dtype=bool)
                if asked.hash is not None:
                    tagged[rows[hashes == np.uint64(asked.hash)]] = True
                count.add(batch, tagged, theirs[np.isin(said.authors[theirs], asked.accounts)])

    def activities(self) -> list[Activity]:
        """Return the activity of each incident that was asked for."""
        return [count.activity() for count in self._counts]


class _Batch:
    """Posts that are counted together; a key is computed of those alone that somebody asks for."""

    def __init__(self, posts: Sequence[Post], said: Said) -> None:
        self.posts, self.at, self.authors = posts, said.at, said.authors
        self.first, self.last = int(said.at.min()), int(said.at.max())
        self._keys: dict[int, int] = {}

    def keys(self, rows: NDArray[np.int64]) -> NDArray[np.uint64]:
        return np.fromiter(map(self._key, rows.tolist()), dtype=np.uint64, count=len(rows))

    def _key(self, row: int) -> int:
        if row not in self._keys:
            post = self.posts[row]
            self._keys[row] = int.from_bytes(item_key(post.platform, post.id), "little")
        return self._keys[row]


class _Count:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._posts: list[tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint64], NDArray[np.bool_]]] = []
        self._kept = 0
        self._hits: list[tuple[NDArray[np.uint64], NDArray[np.int64]]] = []
        self._minutes: Counter[int] = Counter()
        self._names: dict[int, str] = {}

    def add(self, batch: _Batch, tagged: NDArray[np.bool_], theirs: NDArray[np.int64]) -> None:
        """Count the posts that are tagged, and keep those of the accounts, given by their places."""
        inside = (batch.at >= self.asked.begin) & (batch.at < self.asked.end)
        hits = np.flatnonzero(tagged & inside)
        if len(hits):
            self._hits.append((batch.keys(hits), batch.at[hits] // MINUTE_MS))
            if sum(len(keys) for keys, _ in self._hits) > MOST_POSTS:
                self._fold()
        rows = theirs[inside[theirs]][: max(0, MOST_POSTS - self._kept)]
        if len(rows):
            self._kept += len(rows)
            self._posts.append((batch.keys(rows), batch.at[rows], batch.authors[rows], tagged[rows]))
            for row in rows.tolist():
                post = batch.posts[row]
                if post.author_name and post.author_name != post.author_id:
                    self._names[int(batch.authors[row])] = post.author_name

    def activity(self) -> Activity:
        """Return what was counted."""
        self._fold()
        minutes = np.array(sorted(self._minutes), dtype=np.int64)
        at, authors, tagged = self._columns()
        return Activity(
            keyword=self.asked.keyword,
            since=self.asked.begin,
            until=self.asked.end,
            at=at,
            authors=authors,
            tagged=tagged,
            all_minutes=minutes,
            all_posts=np.array([self._minutes[minute] for minute in minutes.tolist()], dtype=np.int64),
            names=self._names,
        )

    def _columns(self) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.bool_]]:
        """Return the posts of the accounts, each once, in the order of time."""
        if not self._posts:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=bool)
        keys, at, authors, tagged = (np.concatenate(column) for column in zip(*self._posts, strict=True))
        _, first = np.unique(keys, return_index=True)
        first = np.sort(first)
        order = first[np.argsort(at[first], kind="stable")]
        return at[order], authors[order], tagged[order]

    def _fold(self) -> None:
        if not self._hits:
            return
        keys, minutes = (np.concatenate(column) for column in zip(*self._hits, strict=True))
        _, first = np.unique(keys, return_index=True)
        kinds, counts = np.unique(minutes[first], return_counts=True)
        self._minutes.update(dict(zip(kinds.tolist(), counts.tolist(), strict=True)))
        self._hits = []


class Spans:
    """Times of which any is asked for; ``begin`` and ``end`` of each in ms."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._edges: list[int] = []
        for begin, end in sorted(spans):
            if self._edges and begin <= self._edges[-1]:
                self._edges[-1] = max(self._edges[-1], end)
            else:
                self._edges += [begin, end]

    def __contains__(self, at: int) -> bool:
        """Whether an event time (ms) lies in any of them."""
        return bisect_right(self._edges, at) % 2 == 1
