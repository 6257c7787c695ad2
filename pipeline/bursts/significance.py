"""How far a count is beyond what is usual: SigniTrend's significance (Schubert et al., KDD 2014). Pure.

A keyword's usual count has a mean and a variance, both exponentially weighted over epochs of ten minutes. What the
variance is beyond a Poisson's adds up over the epochs of a window, and grows with the square of a stream that grows. A
floor stands in for keywords that were never seen: against nothing, everything would be infinitely significant.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

EPOCH_MINUTES: Final = 10
WINDOWS: Final = (1, 10, 60)
"""Minutes of the windows, the shortest first."""

FLOORS: Final = (1.0, 1.5, 2.0)
"""Posts that are taken as usual in each window at least."""

ROUNDING: Final = 1e-6
"""What a significance may come out too low by, where it is an upper bound."""

_TINY: Final = 1e-9
_EPOCHS: Final = np.array(WINDOWS)[:, None] / EPOCH_MINUTES
_FLOORS: Final = np.array(FLOORS)[:, None]

ALL_SHARE: Final = 0.5
"""Share of a stream's posts from which a keyword is the stream: then its share says nothing, only its count does."""


SURGE: Final = 3.0
"""Posts of a stream over what is usual of it from which it surges: often somebody else is heard from then on."""

SURGE_POSTS: Final = 20.0
"""Posts in ten minutes that are taken as usual of a stream at least."""

SURGE_SHARE: Final = 0.1
"""Share of a surge that a word, or a pair, must have: the words of a newcomer are new, and mean nothing."""


class Usual(msgspec.Struct, frozen=True):
    """What is usual of keywords, an item each: mean and variance of posts in ten minutes, share of the stream's."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    share: NDArray[np.float64]


class Compared(msgspec.Struct, frozen=True):
    """Counts compared, shape (windows, keywords): posts that are usual, and how many standard deviations are beyond."""

    expected: NDArray[np.float64]
    significance: NDArray[np.float64]


def compare(counts: NDArray[np.int64], stream_posts: NDArray[np.int64], usual: Usual) -> Compared:
    """Compare the counts of keywords in each window with what is usual of them.

    ``counts``: shape (windows, keywords). ``stream_posts``: all posts in each window, for each keyword or for all.
    Usual is what a keyword's own count was or its share of what the stream posts now, whichever is more: neither a
    stream that grows nor one that falls asleep makes a burst.
    """
    by_count = usual.mean * _EPOCHS
    by_share = np.where(usual.share < ALL_SHARE, usual.share, 0.0) * stream_posts
    expected = np.maximum(by_count, by_share)
    excess = np.maximum(usual.variance - usual.mean, 0.0) * _EPOCHS
    grown = np.divide(expected, by_count, out=np.ones_like(expected), where=by_count > _TINY)
    expected = np.maximum(expected, _FLOORS)
    return Compared(expected, (counts - expected) / np.sqrt(expected + excess * np.minimum(grown, SURGE) ** 2))


def surge_least(stream_posts: NDArray[np.int64], usual_posts: float) -> NDArray[np.float64]:
    """Return the posts that a word must have in windows where the stream surges, 0 where it does not.

    ``stream_posts``: all posts in each window, shape (windows, panes). ``usual_posts``: of the stream in ten minutes.
    """
    usual = max(usual_posts, SURGE_POSTS) * _EPOCHS
    return np.where(stream_posts > SURGE * usual, SURGE_SHARE * stream_posts, 0.0)
