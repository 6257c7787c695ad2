"""Which posts belong to which incidents: accounts and keywords of all of them looked up at once. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.bursts.traced import Few, last_bits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.bursts.window_log import Posts, WindowLog
    from pipeline.state.record import Record


class Index:
    """Accounts and keywords of records, and the posts that were found since they were last handed out."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        sizes = [len(record.keys) for record in records]
        keys = np.concatenate([record.keys for record in records])
        order = np.argsort(keys, kind="stable")
        # An account of several incidents stands there several times.
        distinct, self._starts = np.unique(keys[order], return_index=True)
        self._starts = np.append(self._starts, len(keys))
        self._owners = np.repeat(np.arange(len(records)), sizes)[order]
        self._places = np.concatenate([np.arange(size) for size in sizes])[order]
        self._accounts = Few(distinct)
        hashes = np.array([record.head.hash for record in records], dtype=np.uint64)
        counted = np.unique(hashes[hashes > 0])
        self._keywords = Few(counted)
        self._keyword_of = np.where(hashes > 0, counted.searchsorted(hashes), len(counted))
        self._own: list[tuple[NDArray[np.int64], ...]] = []
        self._all: list[tuple[NDArray[np.int64], ...]] = []

    def find(self, posts: Posts, begin: int) -> None:
        """Find posts, from the ``begin``-th on."""
        authors, hashes = posts.authors[begin:], posts.hashes[posts.starts[begin] :]
        found, numbers = self._accounts.find(authors, last_bits(authors))
        rows, keywords = self._keywords.find(hashes, last_bits(hashes))
        carrying = posts.starts.searchsorted(rows + posts.starts[begin], side="right") - 1
        if len(carrying):
            self._all.append((keywords, posts.at[carrying]))
        if len(found):
            counts = self._starts[numbers + 1] - self._starts[numbers]
            ends = np.cumsum(counts)
            entries = np.arange(ends[-1]) + np.repeat(self._starts[numbers] - ends + counts, counts)
            owners, own = self._owners[entries], np.repeat(found + begin, counts)
            # A post and a keyword as one number; no post carries the keyword of those who count none.
            keyword_count = int(self._keyword_of.max()) + 1
            tagged = np.isin(own * keyword_count + self._keyword_of[owners], carrying * keyword_count + keywords)
            self._own.append((owners, posts.at[own], self._places[entries], tagged.astype(np.int64)))

    def hand_out(self) -> None:
        """Give the records what was found."""
        own, everybody = self._own, self._all
        self._own, self._all = [], []
        if own:
            for owner, (at, places, tagged) in _groups(own):
                self._records[owner].add(at, places, tagged.astype(bool))
        if everybody:
            counts = dict(_groups(everybody))
            for record, keyword in zip(self._records, self._keyword_of.tolist(), strict=True):
                if keyword in counts:
                    record.count(*counts[keyword])


def fill_in(record: Record, places: NDArray[np.int64], log: WindowLog, since: int, first: int) -> None:
    """Give a record what some of its accounts, by place, posted from an event time (ms) on, at the ``first`` post."""
    keys = record.keys[places]
    order = np.argsort(keys)
    authors = log.authors[first:]
    found, numbers = Few(keys[order]).find(authors, last_bits(authors))
    posts = found + first
    late = log.at[posts] >= since
    posts, numbers = posts[late], numbers[late]
    hashed = record.head.hash
    tagged = log.carry(posts, hashed) if hashed else np.zeros(len(posts), dtype=bool)
    record.add(log.at[posts], places[order][numbers], tagged)


def fill_in_counts(record: Record, log: WindowLog, first: int) -> None:
    """Give a record all posts with its keyword from the ``first`` post of a log on."""
    if record.head.hash:
        record.count(log.at[log.carrying(record.head.hash, first)])


def _groups(parts: list[tuple[NDArray[np.int64], ...]]) -> list[tuple[int, tuple[NDArray[np.int64], ...]]]:
    """Return columns by the numbers in the first of them."""
    numbers, *columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(numbers, kind="stable")
    numbers = numbers[order]
    bounds = np.flatnonzero(np.diff(numbers)) + 1
    split = zip(*(np.split(column[order], bounds) for column in columns), strict=True)
    return list(zip(numbers[np.append(0, bounds)].tolist(), split, strict=True))
