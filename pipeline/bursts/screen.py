"""Which keywords may burst at all: counts over the windows that are never too small.

Keywords are counted in two cells each, as in `pipeline.bursts.baseline`, so the smaller of both is at least the true
count. What passes is counted exactly afterwards, so nothing here shows in a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.bursts.baseline import cells_of
from pipeline.bursts.significance import ROUNDING, WINDOWS, compare
from pipeline.text.keywords import TELLING

if TYPE_CHECKING:
    from pipeline.bursts.baseline import Baseline
    from pipeline.bursts.window_log import WindowLog


class Asked(msgspec.Struct, frozen=True):
    """What a burst must have at least: posts, posts of a word in each window, significance.

    ``stream_posts``: the stream's in each window, at least. ``at``: event time (ms). ``ahead``: epochs that may be
    merged into the baseline meanwhile.
    """

    least: int
    least_words: NDArray[np.float64]
    significance: float
    stream_posts: NDArray[np.int64]
    at: int
    ahead: int


class Screen:
    """Counts of the keywords of a log over each window, up to the last pane that was added."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._counts = np.zeros((len(WINDOWS), 2 * size), dtype=np.int64)
        self._begins = [0] * len(WINDOWS)
        """First post of the log that each window holds."""

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Count keywords that come to the end of the log."""
        cells = self._cells(hashes)
        for counts in self._counts:
            np.add.at(counts, cells, 1)

    def slide(self, log: WindowLog, end: int) -> None:
        """Forget what the windows that end before pane ``end`` do not hold any more."""
        for window, panes in enumerate(log.window_panes):
            self._move(log, window, log.before(end - panes))

    def slide_to(self, log: WindowLog, post: int) -> None:
        """Forget the posts before one in all windows."""
        for window in range(len(WINDOWS)):
            self._move(log, window, post)

    def _move(self, log: WindowLog, window: int, begin: int) -> None:
        if begin > self._begins[window]:
            gone = log.keywords_in(self._begins[window], begin)
            np.subtract.at(self._counts[window], self._cells(gone), 1)
            self._begins[window] = begin

    def dropped(self, count: int) -> None:
        """Follow a log that forgot its oldest posts, which no window held."""
        self._begins = [begin - count for begin in self._begins]

    def pass_on(self, hashes: NDArray[np.uint64], asked: Asked, baseline: Baseline) -> NDArray[np.uint64]:
        """Return those keywords that may have enough posts and be significant in any window, each once."""
        longest = self._counts[-1]
        first, second = self._cells(hashes).reshape(2, -1)
        hashes = np.unique(hashes[(longest[first] >= asked.least) & (longest[second] >= asked.least)])
        if not len(hashes):
            return hashes
        counts = self._counts[:, self._cells(hashes).reshape(2, -1)].min(axis=1)
        usual = None if asked.ahead else baseline.usual(hashes, asked.at)
        if usual is None:
            usual = baseline.usual_at_least(hashes, asked.ahead)
        significance = compare(counts, asked.stream_posts[:, None], usual).significance
        least = np.where(hashes < np.uint64(TELLING), np.maximum(asked.least, asked.least_words[:, None]), asked.least)
        passed: NDArray[np.bool_] = (counts >= least) & (significance >= asked.significance - ROUNDING)
        return hashes[passed.any(axis=0)]

    def _cells(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        return cells_of(hashes, self._size)
