"""The posts of the last hour with their keywords, in the order of their panes; counts over any window of it.

A window ends with a pane and holds whole panes. Posts are few and their keywords many, so both are columns of numbers
that grow at one end and are cut off at the other.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.bursts.columns import Column
from pipeline.bursts.significance import WINDOWS
from pipeline.bursts.traced import Few, Found, Traced, few_of, last_bits

MINUTE_MS: Final = 60_000

_PANE_BITS: Final = 40


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


def nothing_found() -> Occurrences:
    """Return no occurrences."""
    none = np.zeros(0, dtype=np.int64)
    windows = np.zeros((len(WINDOWS), 0), dtype=np.int64)
    return Occurrences(none, none.astype(np.uint64), windows, windows)


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


class WindowLog:
    """Posts of closed panes, the oldest first; ``pane_ms`` is the length of a pane."""

    def __init__(self, pane_ms: int) -> None:
        self._pane_ms = pane_ms
        self.window_panes = tuple(minutes * MINUTE_MS // pane_ms for minutes in WINDOWS)
        self._panes, self._at, self._blocks, self._lines = (Column("i8") for _ in range(4))
        self._authors, self._reposts = Column("u8"), Column("?")
        self._hashes, self._bits, self._post_of = Column("u8"), Column("u2"), Column("i8")
        self._first = 0
        """Number of the oldest post: posts are numbered from the begin of the stream's log on."""

        self._traced = Traced()
        self._found: Found | None = None
        """What was looked for since posts were added."""

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
        number = self._first + len(self)
        bits = last_bits(posts.hashes)
        numbers = np.repeat(np.arange(number, number + len(posts)), np.diff(posts.starts))
        self._traced.add(posts.hashes, bits, numbers, self._first)
        self._found = None
        self._hashes.extend(posts.hashes)
        self._bits.extend(bits)
        self._post_of.extend(numbers)
        self._panes.extend(posts.panes)
        self._at.extend(posts.at)
        self._authors.extend(posts.authors)
        self._reposts.extend(posts.reposts)
        self._blocks.extend(posts.blocks)
        self._lines.extend(posts.lines)

    def drop(self, count: int) -> None:
        """Forget the oldest posts."""
        rows = self._row(count)
        for column in (self._hashes, self._bits, self._post_of):
            column.cut(rows)
        for column in (self._panes, self._at, self._authors, self._reposts, self._blocks, self._lines):
            column.cut(count)
        self._first += count

    def _row(self, post: int) -> int:
        """Return the first row of a post, or the end of all."""
        return int(self._post_of.now.searchsorted(post + self._first))

    def trace(self, keywords: list[int]) -> None:
        """Keep the posts of keywords at hand."""
        missing = self._traced.missing(keywords)
        known = self._found.among(missing) if self._found else {}
        if unknown := [keyword for keyword in missing if keyword not in known]:
            found = few_of(unknown).groups(self._hashes.now, self._bits.now)
            known.update((keyword, self._post_of.now[rows]) for keyword, rows in found.items())
        self._traced.keep(keywords, known)

    def posts_with(self, keyword: int) -> NDArray[np.int64]:
        """Return the posts with a keyword, oldest first."""
        if self._traced.missing((keyword,)):
            self.trace([keyword])
        numbers = self._traced.posts(keyword)
        found: NDArray[np.int64] = numbers[numbers.searchsorted(self._first) :] - self._first
        return found

    def carrying(self, keyword: int, first: int) -> NDArray[np.int64]:
        """Return the posts from ``first`` on with a keyword, in order; looked for once, not kept at hand."""
        begin = self._row(first)
        rows = np.flatnonzero(self._hashes.now[begin:] == np.uint64(keyword))
        found: NDArray[np.int64] = self._post_of.now[begin:][rows] - self._first
        return found

    def carry(self, posts: NDArray[np.int64], keyword: int) -> NDArray[np.bool_]:
        """Return which of a few posts have a keyword."""
        begins, ends = (self._post_of.now.searchsorted(posts + self._first, side) for side in ("left", "right"))
        counts = ends - begins
        bounds = np.concatenate(([0], np.cumsum(counts)))
        rows = np.arange(bounds[-1]) + np.repeat(begins - bounds[:-1], counts)
        found = np.concatenate(([0], np.cumsum(self._hashes.now[rows] == np.uint64(keyword))))
        carried: NDArray[np.bool_] = found[bounds[1:]] > found[bounds[:-1]]
        return carried

    def occurrences(self, keywords: NDArray[np.uint64], first: int) -> Occurrences:
        """Return in which panes distinct keywords occur from post ``first`` on, by pane and keyword."""
        order = np.sort(keywords)
        if not len(order):
            return nothing_found()
        begin = self._row(self.before(int(self.panes[first]) + 1 - max(self.window_panes)))
        rows, numbers = Few(order).find(self._hashes.now[begin:], self._bits.now[begin:])
        posts = self._post_of.now[begin:][rows]
        self._found = Found(order, numbers, posts)
        posts = posts - self._first
        # All posts of the keywords as one sorted column of keyword and pane.
        column = (numbers << _PANE_BITS) + self.panes[posts]
        places = column[posts >= first]
        places = places[np.diff(places, prepend=-1) > 0]
        panes, numbers = places & ((1 << _PANE_BITS) - 1), places >> _PANE_BITS
        by_pane = np.argsort(panes, kind="stable")
        places, panes, numbers = places[by_pane], panes[by_pane], numbers[by_pane]
        begins = places[None, :] + (1 - np.array(self.window_panes)[:, None])
        counts = np.searchsorted(column, places + 1)[None, :] - np.searchsorted(column, begins)
        return Occurrences(panes, order[numbers], counts, self.stream_posts(panes + 1))

    def keywords_in(self, first: int, last: int) -> NDArray[np.uint64]:
        """Return the keywords of posts ``first`` to ``last``, one for each time."""
        found: NDArray[np.uint64] = self._hashes.now[self._row(first) : self._row(last)]
        return found

    def keywords_between(self, bounds: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Return where between bounds the keywords of the posts after each begin, and these, one for each time."""
        rows = self._post_of.now.searchsorted(bounds + self._first)
        return rows - rows[0], self._hashes.now[rows[0] : rows[-1]]

    def before(self, pane: int) -> int:
        """Return how many posts lie before a pane."""
        return int(self._panes.now.searchsorted(pane))

    def stream_posts(self, ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the posts of the stream in each window that ends before each of some panes, shape (windows, panes)."""
        begins = ends[None, :] - np.array(self.window_panes)[:, None]
        counts: NDArray[np.int64] = self.panes.searchsorted(ends)[None, :] - self.panes.searchsorted(begins)
        return counts

    def inside(self, posts: NDArray[np.int64], end: int) -> list[NDArray[np.int64]]:
        """Return those of some posts that each window holds which ends before pane ``end``."""
        bounds = [end, *(end - panes for panes in self.window_panes)]
        last, *firsts = self.panes[posts].searchsorted(bounds).tolist()
        return [posts[first:last] for first in firsts]
