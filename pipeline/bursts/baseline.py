"""What is usual of every keyword, in a table of fixed size.

A keyword has a cell in each of two rows, chosen by its hash, and the smaller of both counts: a keyword is only judged
too usual, and only where it meets louder ones in both (Cormode & Muthukrishnan 2005, as SigniTrend does). Cells are
brought up to date when they are touched; the epochs in between in which a keyword was silent have a closed form:
``mean' = q^n mean``, ``variance' = q^n (variance + mean^2 (1 - q^n))``.

Epochs without any post of the stream do not count: that nobody listened is no silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from pipeline.bursts.significance import EPOCH_MINUTES, EPOCH_WINDOW, FLOORS, Usual
from pipeline.text.signatures import splitmix64

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALF_LIFE: Final = 144
"""Epochs after which what was counts half: a day of a stream that never sleeps."""

HOUR_HALF_LIFE: Final = 3
"""Days after which what was at an hour of the day counts half."""

HOUR_LEAST: Final = 3
"""Posts of an hour from which a keyword is learnt to belong to it: what is less is usual everywhere."""

LEAST_EPOCHS: Final = 6
"""Epochs with posts that a stream needs before anything can be unusual."""

HOUR_KNOWN: Final = 0.5
"""Weight of an hour of the day below which what was then counts for less: once is no habit."""

MOST: Final = 4.0
"""Standard deviations beyond what is usual that an epoch is learnt with at most."""

EPOCHS_OF_HOUR: Final = 60 // EPOCH_MINUTES
DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000

_GONE: Final = 8192
"""Epochs after which a cell is as good as empty."""

_HOUR_SEEDS: Final = splitmix64(11, 24)


class Clock(msgspec.Struct):
    """Epochs with posts so far, days with posts at each hour, when the first epoch began (ms), mean posts of epochs."""

    epochs: int = 0
    mean_posts: float = 0.0
    hours: list[int] = msgspec.field(default_factory=lambda: [0] * 24)
    began: int = 0


class Decay:
    """Powers of the share that is left after an epoch, by multiplication alone: machines agree on them."""

    def __init__(self, half_life: int) -> None:
        self.alpha = 1 - 0.5 ** (1 / half_life)
        powers = np.empty(_GONE + 1)
        powers[0] = 1.0
        for n in range(1, _GONE + 1):
            powers[n] = powers[n - 1] * (1 - self.alpha)
        powers[_GONE] = 0.0
        self._powers = powers

    def after(self, epochs: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what is left after so many epochs."""
        return self._powers[np.clip(epochs, 0, _GONE)]

    def known(self, epochs: int) -> float:
        """Return the weight of all epochs so far, 1 after many: a mean over fewer is divided by it."""
        return 1.0 - float(self._powers[min(epochs, _GONE)])


_DAYS = Decay(HALF_LIFE)
_HOURS = Decay(HOUR_HALF_LIFE)


class Baseline:
    """Cells in two rows of ``size`` (a power of two) each."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.clock = Clock()
        self.mean = np.zeros(2 * size)
        self.variance = np.zeros(2 * size)
        self.share = np.zeros(2 * size)
        self.touched = np.zeros(2 * size, dtype=np.int64)
        self.hour_mean = np.zeros(2 * size)
        self.hour_touched = np.zeros(2 * size, dtype=np.int64)
        self._posts = np.zeros(2 * size)

    def merge(
        self, hashes: NDArray[np.uint64], posts: int, begin: int, held: NDArray[np.uint64], weight: float = 1.0
    ) -> None:
        """Add an epoch with posts.

        ``hashes``: the keywords of its posts, one for each time. ``begin``: its event time (ms). ``held``: keywords
        that burst, of which it says nothing: a burst does not become its own baseline. ``weight``: posts that each
        of them stands for.
        """
        clock = self.clock
        clock.began = clock.began or begin
        clock.epochs += 1
        clock.mean_posts += _DAYS.alpha * (posts - clock.mean_posts)
        if len(held):
            self._hold(held, clock.epochs)
            hashes = hashes[~np.isin(hashes, held)]
        cells = self._cells(hashes)
        count = self._posts
        np.add.at(count, cells, weight)
        before, touched = self.mean[cells], self.touched[cells]
        left = _DAYS.after(clock.epochs - 1 - touched)
        mean = before * left
        alpha = _DAYS.alpha
        variance = left * (self.variance[cells] + before * before * (1 - left))
        share = self.share[cells] * left
        x = np.minimum(count[cells], self._most(mean, variance))
        moved = x - mean
        self.variance[cells] = (1 - alpha) * (variance + alpha * moved * moved)
        self.mean[cells] = mean + alpha * moved
        self.share[cells] = share + alpha * (x / posts - share)
        self.touched[cells] = clock.epochs
        count[cells] = 0.0

    def _most(self, mean: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what an epoch adds at most: what begins to burst must not be learnt before it is seen to."""
        if self.clock.epochs <= LEAST_EPOCHS:
            return np.full_like(mean, np.inf)
        known = _DAYS.known(self.clock.epochs - 1)
        usual = np.maximum(mean / known, FLOORS[EPOCH_WINDOW])
        excess = np.maximum(variance - mean, 0.0) / known
        most: NDArray[np.float64] = usual + MOST * np.sqrt(usual + excess)
        return most

    def merge_hour(self, hashes: NDArray[np.uint64], begin: int, weight: float = 1.0) -> None:
        """Learn what is usual at an hour of the day: bursts, too, for what comes every morning is none.

        ``hashes``: the keywords of its posts, one for each time. ``begin``: its event time (ms). ``weight``: posts
        that each of them stands for.
        """
        hour, day = begin // HOUR_MS % 24, begin // DAY_MS
        self.clock.hours[hour] += 1
        hashes, counts = np.unique(hashes, return_counts=True)
        many = counts >= HOUR_LEAST
        cells = self._cells(hashes[many] ^ _HOUR_SEEDS[hour])
        np.add.at(self._posts, cells, np.tile(counts[many] * weight, 2))
        mean = self.hour_mean[cells] * _HOURS.after(day - 1 - self.hour_touched[cells])
        self.hour_mean[cells] = mean + _HOURS.alpha * (self._posts[cells] / EPOCHS_OF_HOUR - mean)
        self.hour_touched[cells] = day
        self._posts[cells] = 0.0

    def usual_posts(self) -> float:
        """Return the posts of the stream that are usual in ten minutes."""
        return self.clock.mean_posts / _DAYS.known(self.clock.epochs) if self.clock.epochs else 0.0

    def usual(self, hashes: NDArray[np.uint64], now: int) -> Usual | None:
        """Return what is usual of keywords at an event time (ms), None while too little of the stream is known."""
        clock = self.clock
        if clock.epochs < LEAST_EPOCHS:
            return None
        cells = self._cells(hashes).reshape(2, -1)
        left = _DAYS.after(clock.epochs - self.touched[cells])
        known = _DAYS.known(clock.epochs)
        before = self.mean[cells]
        means = before * left / known
        variances = left * (self.variance[cells] + before * before * (1 - left)) / known
        first = means[0] <= means[1]
        mean = np.where(first, means[0], means[1])
        variance = np.where(first, variances[0], variances[1])
        share = (self.share[cells] * left).min(axis=0) / known
        hour = now // HOUR_MS % 24
        if now - clock.began >= DAY_MS and clock.hours[hour]:
            cells = self._cells(hashes ^ _HOUR_SEEDS[hour]).reshape(2, -1)
            then = self.hour_mean[cells] * _HOURS.after(now // DAY_MS - 1 - self.hour_touched[cells])
            known = max(_HOURS.known(clock.hours[hour]), HOUR_KNOWN)
            mean = np.maximum(mean, then.min(axis=0) / known)
        return Usual(mean, variance, share)

    def least_means(self, hashes: NDArray[np.uint64], ahead: int) -> NDArray[np.float64]:
        """Return a lower bound on the usual counts of keywords in ten minutes, up to so many epochs ahead."""
        epochs = self.clock.epochs + ahead
        cells = self._cells(hashes).reshape(2, -1)
        mean: NDArray[np.float64] = (self.mean[cells] * _DAYS.after(epochs - self.touched[cells])).min(axis=0)
        return mean / _DAYS.known(epochs)

    def settle(self, keyword: int, mean: float, share: float) -> None:
        """Take as usual what a keyword has come to."""
        cells = self._cells(np.array([keyword], dtype=np.uint64))
        self.mean[cells], self.variance[cells], self.share[cells] = mean, mean, share
        self.touched[cells] = self.clock.epochs

    def _hold(self, held: NDArray[np.uint64], epoch: int) -> None:
        """Bring cells up to before an epoch, and let them stand behind it as they are."""
        cells = self._cells(held)
        left = _DAYS.after(epoch - 1 - self.touched[cells])
        before = self.mean[cells]
        variance, share = left * (self.variance[cells] + before * before * (1 - left)), self.share[cells] * left
        self.mean[cells], self.variance[cells], self.share[cells] = before * left, variance, share
        self.touched[cells] = epoch

    def _cells(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the cells of keywords, those of the first row before those of the second."""
        mask = np.uint64(self.size - 1)
        first = (hashes & mask).astype(np.int64)
        second = ((hashes >> np.uint64(32)) & mask).astype(np.int64) + self.size
        return np.concatenate((first, second))
