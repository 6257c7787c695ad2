"""Counts of a log against the baseline: what a keyword is at the end of a pane."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.bursts.significance import ROUNDING, Compared, compare, surge_least
from pipeline.text.keywords import TELLING

if TYPE_CHECKING:
    from pipeline.bursts.baseline import Baseline
    from pipeline.bursts.watched import Watched
    from pipeline.bursts.window_log import Occurrences, WindowLog


class Rules(msgspec.Struct, frozen=True):
    """``pane`` and ``grace`` in ms. ``least``: posts, and authors, of a window from which it can be a burst.

    ``told``: significance from which it is an incident. ``words``: whether words and pairs of words are followed.
    ``cells``: of each row of the baseline, a power of two. ``posts``: of a window that is looked at, at most.
    """

    pane: int
    grace: int
    significance: float
    told: float
    words: bool
    least: int
    cells: int
    posts: int


class InWindow(msgspec.Struct, frozen=True):
    """A keyword in a window: its posts there, how many are usual, and by how many standard deviations they are more."""

    window: int
    posts: NDArray[np.int64]
    expected: float
    significance: float


class Meter:
    """Compares what a log holds with a baseline."""

    def __init__(self, rules: Rules, log: WindowLog, baseline: Baseline, watched: Watched) -> None:
        self._rules = rules
        self._log = log
        self._baseline = baseline
        self._watched = watched

    def at_end_of(self, keywords: list[int], end: int) -> list[list[InWindow]]:
        """Compare keywords, each in all windows that end before pane ``end``."""
        usual = self._baseline.usual(np.array(keywords, dtype=np.uint64), (end - 1) * self._rules.pane)
        if usual is None:
            return [[] for _ in keywords]
        stream = self.stream_at(end)
        inside = [self._log.inside(self._log.posts_with(keyword), end) for keyword in keywords]
        counts = np.array([[len(posts) for posts in each] for each in inside]).T
        compared = compare(counts, stream[:, None], usual)
        expected, significance = compared.expected.T.tolist(), compared.significance.T.tolist()
        heard = [window for window, posts in enumerate(stream.tolist()) if posts <= self._rules.posts]
        return [
            [InWindow(window, inside[n][window], expected[n][window], significance[n][window]) for window in heard]
            for n in range(len(keywords))
        ]

    def promising(self, found: Occurrences, ahead: int) -> Occurrences:
        """Return those of some occurrences that may burst, whatever is learnt of so many epochs before they do."""
        enough: NDArray[np.bool_] = found.counts >= self._watched.least(found.keywords)
        chosen = np.flatnonzero(enough.any(axis=0))
        found, enough = found.part(chosen), enough[:, chosen]
        if not len(found):
            return found
        usual = self._baseline.usual_at_least(found.keywords, ahead)
        most = compare(found.counts, found.stream, usual).significance
        enough &= most >= self._watched.significance(found.keywords) - ROUNDING
        return found.part(np.flatnonzero(enough.any(axis=0)))

    def may_burst(self, found: Occurrences) -> tuple[Occurrences, Compared]:
        """Return those of some occurrences within an epoch that burst, if only enough authors have them."""
        usual = self._baseline.usual(found.keywords, int(found.panes[0]) * self._rules.pane) if len(found) else None
        if usual is None:
            nothing = found.counts[:, :0].astype(float)
            return found.part(slice(0, 0)), Compared(nothing, nothing)
        compared = compare(found.counts, found.stream, usual)
        least = self._watched.least(found.keywords)
        words = np.maximum(least, self.least_words(found.stream))
        enough = found.counts >= np.where(found.keywords < np.uint64(TELLING), words, least)
        significant = compared.significance >= self._watched.significance(found.keywords)
        bursts: NDArray[np.bool_] = significant & enough & (found.stream <= self._rules.posts)
        chosen = np.flatnonzero(bursts.any(axis=0))
        # What does not burst in a window is not the reason: it has no significance there.
        counted = np.where(bursts, compared.significance, -np.inf)
        return found.part(chosen), Compared(compared.expected[:, chosen], counted[:, chosen])

    def bursting(self, keyword: int, end: int, expected: list[float], significance: list[float]) -> InWindow | None:
        """Return the window before pane ``end`` in which a keyword bursts most, None where too few authors have it.

        ``expected`` and ``significance`` in each window; infinitely little where it does not burst.
        """
        least = self._watched.asked(keyword)[0]
        inside = self._log.inside(self._log.posts_with(keyword), end)
        for window in sorted(range(len(inside)), key=lambda window: -significance[window]):
            if significance[window] == -math.inf:
                return None
            if len(np.unique(self._log.authors[inside[window]])) >= least:
                return InWindow(window, inside[window], expected[window], significance[window])
        return None

    def stream_at(self, end: int) -> NDArray[np.int64]:
        """Return the posts of the stream in each window that ends before a pane."""
        return self._log.stream_posts(np.array([end]))[:, 0]

    def least_words(self, stream_posts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the posts that a word must have in windows with so many posts of the stream."""
        return surge_least(stream_posts, self._baseline.usual_posts())
