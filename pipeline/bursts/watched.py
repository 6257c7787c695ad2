"""What is followed by name: patterns as keywords of their own, with what makes a burst of them."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from pipeline.bursts.watch import Watch, WatchList, stored_watch
from pipeline.errors import LineError
from pipeline.text.keywords import DOMAIN, PAIR, TELLING, Keywords

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pipeline.bursts.said import Said


class Watched:
    """The patterns of the configuration, ``always``, and those of the stream, which its lines change.

    ``posts``: how many posts each pattern was in. ``least`` and ``significance`` hold for what asks for nothing else.
    """

    def __init__(self, always: Iterable[Watch], least: int, significance: float) -> None:
        self._always = WatchList(always)
        self._least, self._significance = least, significance
        self.stream = WatchList()
        self.posts: dict[str, int] = {}
        self._choose()

    def restore(self, watches: Iterable[Watch]) -> None:
        """Take up what the stream followed before."""
        self.stream = WatchList(watches)
        self._choose()

    def of(self, keyword: int) -> Watch | None:
        """Return the watch that a keyword stands for."""
        return self._by_hash.get(keyword)

    def add(self, said: Said) -> Keywords:
        """Return the keywords of what was said with the patterns among them, changing the list as the lines do."""
        changes = said.changes()
        if not self._list.entries and not changes:
            return said.keywords
        rows: list[int] = []
        extra: list[int] = []
        begin = 0
        for line, pattern, value in [*changes, (len(said.rows), "", "")]:
            first, last = np.searchsorted(said.lines, (begin, line)).tolist()
            for post, hashed, name in self._matches(said, first, last):
                rows.append(post)
                extra.append(hashed)
                self.posts[name] = self.posts.get(name, 0) + 1
            if pattern:
                self._change(pattern, value)
            begin = line
        return _with_more(said.keywords, rows, extra)

    def among(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return the patterns among keywords, each once."""
        if not self._by_hash:
            return np.zeros(0, dtype=np.uint64)
        return np.unique(hashes[np.isin(hashes, self._hashes)])

    def asked(self, keyword: int) -> tuple[int, float]:
        """Return posts and significance from which a keyword is a burst."""
        watch = self._by_hash.get(keyword)
        if watch is None:
            return self._least, self._significance
        return watch.posts or self._least, watch.significance or self._significance

    def least(self, keywords: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Return the posts from which each keyword is a burst."""
        return self._each(keywords, 0)

    def significance(self, keywords: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Return the significance from which each keyword is a burst."""
        return self._each(keywords, 1)

    def _each(self, keywords: NDArray[np.uint64], item: int) -> NDArray[np.float64]:
        found = np.full(len(keywords), float((self._least, self._significance)[item]))
        for keyword in self.among(keywords).tolist():
            found[keywords == np.uint64(keyword)] = self.asked(keyword)[item]
        return found

    def _matches(self, said: Said, first: int, last: int) -> list[tuple[int, int, str]]:
        if not self._list.entries or first == last:
            return []
        posts = [row for row in said.rows if not isinstance(row, list)][first:last]
        texts = [searched(text, post.tokens) for text, post in zip(said.texts[first:last], posts, strict=True)]
        entries = self._list.entries
        return [
            (first + post, watch_hash(entries[entry].pattern), entries[entry].pattern)
            for post, entry in self._list.matches(texts)
        ]

    def _change(self, pattern: str, value: str) -> None:
        try:
            self.stream = self.stream.added(stored_watch(value.encode())) if value else self.stream.removed(pattern)
        except LineError:  # one too many: not followed, as lua/observe.lua does
            return
        self._choose()

    def _choose(self) -> None:
        self._list = WatchList([*self._always.entries, *self.stream.entries])
        self._by_hash = {watch_hash(watch.pattern): watch for watch in self._list.entries}
        self._hashes = np.fromiter(self._by_hash, dtype=np.uint64, count=len(self._by_hash))


def searched(text: str, tokens: Iterable[str]) -> str:
    """Return a normalised text with its links and mentions behind it, in which patterns are looked for."""
    return " ".join([*text.split(), *(token for token in tokens if not token.startswith(DOMAIN))])


def watch_hash(pattern: str) -> int:
    """Return a pattern as a keyword."""
    return int.from_bytes(blake2b(f"watch\0{pattern}".encode(), digest_size=6).digest(), "little") | TELLING | PAIR


def _with_more(keywords: Keywords, posts: list[int], hashes: list[int]) -> Keywords:
    """Return keywords with more of them, each of a post."""
    if not posts:
        return keywords
    sizes = np.diff(keywords.starts)
    rows = np.concatenate((np.repeat(np.arange(len(sizes)), sizes), np.array(posts, dtype=np.int64)))
    order = np.argsort(rows, kind="stable")
    found = np.concatenate((keywords.hashes, np.array(hashes, dtype=np.uint64)))[order]
    return Keywords(found, np.searchsorted(rows[order], np.arange(len(sizes) + 1)))
