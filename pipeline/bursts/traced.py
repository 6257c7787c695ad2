"""The posts of the keywords that were asked for last, kept at hand: of others they are looked for in the whole log."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.bursts.columns import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TRACED: Final = 256
"""Keywords that are kept at hand, but those of the last question."""


class Few:
    """A few keywords, distinct and in order, that are looked for among many hashes.

    By the last 16 bits of each hash first: these tell most apart.
    """

    def __init__(self, keywords: NDArray[np.uint64]) -> None:
        self._keywords = keywords
        self._table = np.zeros(1 << 16, dtype=bool)
        self._table[last_bits(keywords)] = True

    def find(self, hashes: NDArray[np.uint64], bits: NDArray[np.uint16]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the places of the few among hashes, and the number of the keyword at each: by number, then place.

        ``bits`` are the last of each hash.
        """
        places = np.flatnonzero(self._table.take(bits))
        found = hashes[places]
        numbers = self._keywords.searchsorted(found)
        same = self._keywords.take(numbers, mode="clip") == found if len(self._keywords) else numbers < 0
        places, numbers = places[same], numbers[same]
        # Numbers of 16 bits are sorted in one pass.
        order = np.argsort(numbers.astype(np.uint16) if len(self._keywords) <= 1 << 16 else numbers, kind="stable")
        return places[order], numbers[order]

    def groups(self, hashes: NDArray[np.uint64], bits: NDArray[np.uint16]) -> dict[int, NDArray[np.int64]]:
        """Return the places of each of the few that is among hashes."""
        places, numbers = self.find(hashes, bits)
        bounds = [0, *(np.flatnonzero(numbers[1:] != numbers[:-1]) + 1).tolist(), len(numbers)]
        return {
            int(self._keywords[numbers[begin]]): places[begin:end]
            for begin, end in pairwise(bounds if len(numbers) else ())
        }


class Found(msgspec.Struct, frozen=True):
    """Posts by keyword: ``keywords`` in order, and by the number of each its posts."""

    keywords: NDArray[np.uint64]
    numbers: NDArray[np.int64]
    posts: NDArray[np.int64]

    def among(self, keywords: Iterable[int]) -> dict[int, NDArray[np.int64]]:
        """Return the posts of those keywords that were looked for."""
        found: dict[int, NDArray[np.int64]] = {}
        for keyword in keywords:
            number = int(self.keywords.searchsorted(np.uint64(keyword)))
            if number < len(self.keywords) and self.keywords[number] == keyword:
                first, last = self.numbers.searchsorted((number, number + 1)).tolist()
                found[keyword] = self.posts[first:last]
        return found


def last_bits(hashes: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """Return the last 16 bits of each hash."""
    return hashes.astype(np.uint16)


def few_of(keywords: Iterable[int]) -> Few:
    """Return distinct keywords as the few that are looked for."""
    return Few(np.array(sorted(keywords), dtype=np.uint64))


class Traced:
    """Numbers of posts by keyword."""

    def __init__(self) -> None:
        self._posts: dict[int, Column] = {}
        self._few: Few | None = None

    def missing(self, keywords: Iterable[int]) -> list[int]:
        """Return those keywords that are not kept."""
        return [keyword for keyword in keywords if keyword not in self._posts]

    def posts(self, keyword: int) -> NDArray[np.int64]:
        """Return the posts of a keyword that is kept, some that the log forgot among them."""
        return self._posts[keyword].now

    def keep(self, asked: Iterable[int], found: Mapping[int, NDArray[np.int64]]) -> None:
        """Keep what was asked for, with the posts that were found of those that were missing."""
        count = 0
        for keyword in asked:
            column = self._posts.pop(keyword, None)
            if column is None:
                self._few = None
                column = Column("i8")
                if keyword in found:
                    column.extend(found[keyword])
            self._posts[keyword] = column
            count += 1
        for _ in range(len(self._posts) - max(TRACED, count)):
            del self._posts[next(iter(self._posts))]

    def add(self, hashes: NDArray[np.uint64], bits: NDArray[np.uint16], posts: NDArray[np.int64], first: int) -> None:
        """Add what comes to the log; ``posts``: of each hash, ``first``: the oldest that the log has."""
        if self._few is None:
            self._few = few_of(self._posts)
        for keyword, places in self._few.groups(hashes, bits).items():
            if column := self._posts.get(keyword):
                if not column.has_room(len(places)):
                    column.cut(int(column.now.searchsorted(first)))
                column.extend(posts[places])
