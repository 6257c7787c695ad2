"""The posts of the last hour with their keywords, in the order of their panes; counts over any window of it.

A window ends with a pane and holds whole panes. Posts are few and their keywords many, so both are columns of numbers
that grow at one end and are cut off at the other.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.bursts.significance import WINDOWS

MINUTE_MS: Final = 60_000

_NUMBER_BITS: Final = 20
_PANE_BITS: Final = 40

TRACED: Final = 512
"""Keywords whose posts are kept at hand; of others they are looked for."""


class Posts(msgspec.Struct, frozen=True):
    """Posts by pane: where each is kept (block and line), and its keywords ``hashes[starts[i] : starts[i + 1]]``."""

    panes: NDArray[np.int64]
    at: NDArray[np.int64]
    authors: NDArray[np.uint64]
    reposts: NDArray[np.bool_]
    blocks: NDArray[np.int64]
    lines: NDArray[np.int64]
    starts: NDArray[np.int64]
    hashes: NDArray[np.uint64]

    def __len__(self) -> int:
        """Number of posts."""
        return len(self.panes)

    def chosen(self, order: NDArray[np.int64]) -> Posts:
        """Return some of the posts in an order."""
        sizes = np.diff(self.starts)[order]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        rows = np.arange(starts[-1]) + np.repeat(self.starts[:-1][order] - starts[:-1], sizes)
        return Posts(
            self.panes[order],
            self.at[order],
            self.authors[order],
            self.reposts[order],
            self.blocks[order],
            self.lines[order],
            starts,
            self.hashes[rows],
        )


class Occurrences(msgspec.Struct, frozen=True):
    """A keyword in a pane, an item each: its posts, and the stream's, in the windows that end with the pane."""

    panes: NDArray[np.int64]
    keywords: NDArray[np.uint64]
    counts: NDArray[np.int64]
    stream: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of them."""
        return len(self.panes)

    def part(self, chosen: slice | NDArray[np.int64]) -> Occurrences:
        """Return some of them."""
        return Occurrences(self.panes[chosen], self.keywords[chosen], self.counts[:, chosen], self.stream[:, chosen])


def joined(parts: list[Posts]) -> Posts:
    """Return posts one after the other."""
    ends = np.cumsum([0, *(part.starts[-1] for part in parts)])
    starts = [part.starts[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
    return Posts(
        panes=np.concatenate([part.panes for part in parts]),
        at=np.concatenate([part.at for part in parts]),
        authors=np.concatenate([part.authors for part in parts]),
        reposts=np.concatenate([part.reposts for part in parts]),
        blocks=np.concatenate([part.blocks for part in parts]),
        lines=np.concatenate([part.lines for part in parts]),
        starts=np.concatenate([*starts, ends[-1:]]),
        hashes=np.concatenate([part.hashes for part in parts]),
    )


class Column:
    """A column of numbers: grows at its end, is cut at its begin."""

    def __init__(self, kind: str) -> None:
        self._values = np.empty(64, dtype=kind)
        self._head = self._tail = 0

    @property
    def now(self) -> NDArray[Any]:
        """What is in it."""
        return self._values[self._head : self._tail]

    def extend(self, values: NDArray[Any]) -> None:
        """Add at the end."""
        kept = self._tail - self._head
        if self._tail + len(values) > len(self._values):
            size = max(len(self._values), 2 * (kept + len(values)))
            if size > len(self._values) or self._head < kept:
                grown = np.empty(size, dtype=self._values.dtype)
                grown[:kept] = self.now
                self._values = grown
            else:
                self._values[:kept] = self.now
            self._head, self._tail = 0, kept
        self._values[self._tail : self._tail + len(values)] = values
        self._tail += len(values)

    def cut(self, count: int) -> None:
        """Forget so many at the begin."""
        self._head += count


class WindowLog:
    """Posts of closed panes, the oldest first; ``pane_ms`` is the length of a pane."""

    def __init__(self, pane_ms: int) -> None:
        self._pane_ms = pane_ms
        self.window_panes = tuple(minutes * MINUTE_MS // pane_ms for minutes in WINDOWS)
        self._panes, self._at, self._blocks, self._lines = (Column("i8") for _ in range(4))
        self._authors, self._reposts = Column("u8"), Column("?")
        self._sizes = Column("i8")
        self._hashes, self._post_of = Column("u8"), Column("i8")
        self._first = 0
        """Number of the oldest post: posts are numbered from the begin of the stream's log on."""

        self._traced: dict[int, Column] = {}
        """Numbers of the posts of keywords that were asked for."""

    def __len__(self) -> int:
        """Number of posts."""
        return len(self._panes.now)

    @property
    def panes(self) -> NDArray[np.int64]:
        """Pane of each post."""
        return self._panes.now

    @property
    def authors(self) -> NDArray[np.uint64]:
        """Author key of each post."""
        return self._authors.now

    @property
    def reposts(self) -> NDArray[np.bool_]:
        """Whether each post is a repost."""
        return self._reposts.now

    @property
    def at(self) -> NDArray[np.int64]:
        """Event time of each post (ms)."""
        return self._at.now

    @property
    def oldest_block(self) -> int:
        """Return the first block of any post; blocks come nearly in the order of posts."""
        return int(self._blocks.now.min())

    def place(self, post: int) -> tuple[int, int]:
        """Return block and line of a post."""
        return int(self._blocks.now[post]), int(self._lines.now[post])

    def add(self, posts: Posts) -> None:
        """Add posts of later panes."""
        sizes = np.diff(posts.starts)
        number = self._first + len(self)
        numbers = np.repeat(np.arange(number, number + len(posts)), sizes)
        self._trace(posts.hashes, numbers)
        self._post_of.extend(numbers)
        self._hashes.extend(posts.hashes)
        self._sizes.extend(sizes)
        self._panes.extend(posts.panes)
        self._at.extend(posts.at)
        self._authors.extend(posts.authors)
        self._reposts.extend(posts.reposts)
        self._blocks.extend(posts.blocks)
        self._lines.extend(posts.lines)

    def drop(self, count: int) -> None:
        """Forget the oldest posts."""
        rows = int(self._sizes.now[:count].sum())
        for column in (self._post_of, self._hashes):
            column.cut(rows)
        for column in (self._sizes, self._panes, self._at, self._authors, self._reposts, self._blocks, self._lines):
            column.cut(count)
        self._first += count

    def posts_with(self, keyword: int) -> NDArray[np.int64]:
        """Return the posts with a keyword, oldest first."""
        traced = self._traced.get(keyword)
        if traced is None:
            while len(self._traced) >= TRACED:
                del self._traced[next(iter(self._traced))]
            traced = Column("i8")
            traced.extend(self._post_of.now[self._hashes.now == np.uint64(keyword)])
            self._traced[keyword] = traced
        numbers = traced.now
        traced.cut(int(np.searchsorted(numbers, self._first)))
        found: NDArray[np.int64] = traced.now - self._first
        return found

    def _trace(self, hashes: NDArray[np.uint64], numbers: NDArray[np.int64]) -> None:
        """Add posts to the keywords that were asked for."""
        if not self._traced:
            return
        wanted = np.isin(hashes, np.fromiter(self._traced, dtype=np.uint64, count=len(self._traced)))
        if not wanted.any():
            return
        hashes, numbers = hashes[wanted], numbers[wanted]
        order = np.argsort(hashes, kind="stable")
        hashes, numbers = hashes[order], numbers[order]
        bounds = [0, *(np.flatnonzero(np.diff(hashes)) + 1).tolist(), len(hashes)]
        for begin, end in pairwise(bounds):
            self._traced[int(hashes[begin])].extend(numbers[begin:end])

    def occurrences(self, keywords: NDArray[np.uint64], first: int, last: int) -> Occurrences:
        """Return in which panes distinct keywords occur in posts ``first`` to ``last``, by pane and keyword."""
        begin, end = np.searchsorted(self._post_of.now, (first + self._first, last + self._first))
        hashes = self._hashes.now[begin:end]
        rows = np.flatnonzero(np.isin(hashes, keywords))
        order = np.sort(keywords)
        numbers = np.searchsorted(order, hashes[rows])
        panes = self.panes[self._post_of.now[begin:end][rows] - self._first]
        places = np.unique((panes << _NUMBER_BITS) + numbers)
        panes, numbers = places >> _NUMBER_BITS, places & ((1 << _NUMBER_BITS) - 1)
        # All posts of the keywords as one sorted column of keyword and pane.
        of_keyword = [
            self.panes[self.posts_with(keyword)] + (number << _PANE_BITS)
            for number, keyword in enumerate(order.tolist())
        ]
        column = np.concatenate([*of_keyword, np.zeros(0, dtype=np.int64)])
        ends = (numbers << _PANE_BITS) + panes + 1
        begins = ends[None, :] - np.array(self.window_panes)[:, None]
        counts = np.searchsorted(column, ends)[None, :] - np.searchsorted(column, begins)
        return Occurrences(panes, order[numbers], counts, self.stream_posts(panes + 1))

    def keywords_in(self, first: int, last: int) -> NDArray[np.uint64]:
        """Return the keywords of posts ``first`` to ``last``, one for each time."""
        begin, end = np.searchsorted(self._post_of.now, (first + self._first, last + self._first))
        found: NDArray[np.uint64] = self._hashes.now[begin:end]
        return found

    def before(self, pane: int) -> int:
        """Return how many posts lie before a pane."""
        return int(np.searchsorted(self.panes, pane))

    def stream_posts(self, ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the posts of the stream in each window that ends before each of some panes, shape (windows, panes)."""
        begins = ends[None, :] - np.array(self.window_panes)[:, None]
        counts: NDArray[np.int64] = np.searchsorted(self.panes, ends)[None, :] - np.searchsorted(self.panes, begins)
        return counts

    def inside(self, posts: NDArray[np.int64], end: int) -> list[NDArray[np.int64]]:
        """Return those of some posts that each window holds which ends before pane ``end``."""
        bounds = [end, *(end - panes for panes in self.window_panes)]
        last, *firsts = np.searchsorted(self.panes[posts], bounds).tolist()
        return [posts[first:last] for first in firsts]
