"""Counts of a log against the baseline: what a keyword is at the end of a pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.bursts.significance import compare, surge_least
from pipeline.text.keywords import TELLING

if TYPE_CHECKING:
    from pipeline.bursts.baseline import Baseline
    from pipeline.bursts.watched import Watched
    from pipeline.bursts.window_log import Occurrences, WindowLog


class Rules(msgspec.Struct, frozen=True):
    """``pane`` and ``grace`` in ms. ``least``: posts, and authors, of a window from which it can be a burst.

    ``cells``: of each row of the baseline, a power of two. ``posts``: of a window that is looked at, at most.
    """

    pane: int
    grace: int
    significance: float
    least: int
    cells: int
    posts: int


class InWindow(msgspec.Struct, frozen=True):
    """A keyword in a window: its posts there, how many are usual, and by how many standard deviations they are more."""

    window: int
    posts: NDArray[np.int64]
    expected: float
    significance: float


class StreamAt(msgspec.Struct, frozen=True):
    """The stream in each window that ends before pane ``end``: its posts, and how many a word must have."""

    end: int
    epochs: int
    posts: NDArray[np.int64]
    least_words: NDArray[np.float64]


class Meter:
    """Compares what a log holds with a baseline."""

    def __init__(self, rules: Rules, log: WindowLog, baseline: Baseline, watched: Watched) -> None:
        self._rules = rules
        self._log = log
        self._baseline = baseline
        self._watched = watched
        self._stream = StreamAt(-1, 0, np.zeros(0, dtype=np.int64), np.zeros(0))

    def at_end_of(self, keyword: int, end: int) -> list[InWindow]:
        """Compare a keyword in each window that ends before pane ``end``."""
        usual = self._baseline.usual(np.array([keyword], dtype=np.uint64), (end - 1) * self._rules.pane)
        if usual is None:
            return []
        stream = self.stream_at(end)
        inside = self._log.inside(self._log.posts_with(keyword), end)
        compared = compare(np.array([[len(posts)] for posts in inside]), stream.posts[:, None], usual)
        rows = zip(inside, compared.expected[:, 0].tolist(), compared.significance[:, 0].tolist(), strict=True)
        return [InWindow(window, *row) for window, row in enumerate(rows) if stream.posts[window] <= self._rules.posts]

    def bursting(self, keyword: int, end: int) -> InWindow | None:
        """Return the window before pane ``end`` in which a keyword bursts most, None where it bursts in none."""
        least_words = self.stream_at(end).least_words
        least, significance = self._watched.asked(keyword)
        best: InWindow | None = None
        for found in self.at_end_of(keyword, end):
            posts_least = least if keyword & TELLING else max(least, least_words[found.window])
            if len(found.posts) < posts_least or found.significance < significance:
                continue
            if best is not None and found.significance <= best.significance:
                continue
            if len(np.unique(self._log.authors[found.posts])) >= least:
                best = found
        return best

    def may_burst(self, found: Occurrences) -> Occurrences:
        """Return those of some occurrences within an epoch that burst, if only enough authors have them."""
        usual = self._baseline.usual(found.keywords, int(found.panes[0]) * self._rules.pane) if len(found) else None
        if usual is None:
            return found.part(slice(0, 0))
        asked = self._watched.significance(found.keywords)
        significant = compare(found.counts, found.stream, usual).significance >= asked
        least = self._watched.least(found.keywords)
        words = np.maximum(least, self.least_words(found.stream))
        enough = found.counts >= np.where(found.keywords < np.uint64(TELLING), words, least)
        bursts: NDArray[np.bool_] = significant & enough & (found.stream <= self._rules.posts)
        return found.part(np.flatnonzero(bursts.any(axis=0)))

    def stream_at(self, end: int) -> StreamAt:
        """Return what the stream is in each window that ends before a pane."""
        epochs = self._baseline.clock.epochs
        if (self._stream.end, self._stream.epochs) != (end, epochs):
            posts = self._log.stream_posts(np.array([end]))
            self._stream = StreamAt(end, epochs, posts[:, 0], self.least_words(posts)[:, 0])
        return self._stream

    def least_words(self, stream_posts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the posts that a word must have in windows with so many posts of the stream."""
        return surge_least(stream_posts, self._baseline.usual_posts())
