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

from pipeline.bursts.significance import EPOCH_MINUTES, Usual
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

EPOCHS_OF_HOUR: Final = 60 // EPOCH_MINUTES
DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000

_GONE: Final = 8192
"""Epochs after which a cell is as good as empty."""

_HOUR_SEEDS: Final = splitmix64(11, 24)


def cells_of(hashes: NDArray[np.uint64], size: int) -> NDArray[np.int64]:
    """Return the cells of keywords in two rows of ``size``, those of the first row before those of the second."""
    mask = np.uint64(size - 1)
    found = np.empty(2 * len(hashes), dtype=np.int64)
    found[: len(hashes)] = hashes & mask
    found[len(hashes) :] = (hashes >> np.uint64(32)) & mask
    found[len(hashes) :] += size
    return found


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

    def after(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what is left after so many epochs."""
        return self._powers.take(epochs.astype(np.int64), mode="clip")

    def known(self, epochs: int) -> float:
        """Return the weight of all epochs so far, 1 after many: a mean over fewer is divided by it."""
        return 1.0 - float(self._powers[min(epochs, _GONE)])


_DAYS = Decay(HALF_LIFE)
_HOURS = Decay(HOUR_HALF_LIFE)


class Baseline:
    """Cells in two rows of ``size`` (a power of two) each.

    ``cells``: mean, variance, share, last epoch, a row each. ``hours``: mean at an hour of the day, last day.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.clock = Clock()
        self.cells = np.zeros((2 * size, 4))
        self.hours = np.zeros((2 * size, 2))
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
        places = self._places(hashes)
        np.add.at(self._posts, places, weight)
        mean, variance, share = self._brought_up(places, clock.epochs - 1)
        x = self._posts[places]
        self._posts[places] = 0.0
        alpha = _DAYS.alpha
        moved = x - mean
        share += alpha * (np.minimum(x / posts, 1.0) - share)
        self._put(places, mean + alpha * moved, (1 - alpha) * (variance + alpha * moved * moved), share)

    def _brought_up(
        self, places: NDArray[np.int64], epoch: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return mean, variance and share of cells as they are after an epoch in which they were silent."""
        rows = self.cells[places]
        left = _DAYS.after(epoch - rows[..., 3])
        mean = rows[..., 0]
        return mean * left, left * (rows[..., 1] + mean * mean * (1 - left)), rows[..., 2] * left

    def _put(self, places: NDArray[np.int64], *columns: NDArray[np.float64]) -> None:
        """Store mean, variance and share of cells as of this epoch."""
        rows = np.empty((len(places), 4))
        for number, column in enumerate(columns):
            rows[:, number] = column
        rows[:, 3] = self.clock.epochs
        self.cells[places] = rows

    def merge_hour(self, hashes: NDArray[np.uint64], begin: int, weight: float = 1.0) -> None:
        """Learn what is usual at an hour of the day: bursts, too, for what comes every morning is none.

        ``hashes``: the keywords of its posts, one for each time. ``begin``: its event time (ms). ``weight``: posts
        that each of them stands for.
        """
        hour, day = begin // HOUR_MS % 24, begin // DAY_MS
        self.clock.hours[hour] += 1
        hashes, counts = np.unique(hashes, return_counts=True)
        many = counts >= HOUR_LEAST
        if not many.any():
            return
        places = self._places(hashes[many] ^ _HOUR_SEEDS[hour])
        np.add.at(self._posts, places, np.tile(counts[many] * weight, 2))
        mean, touched = self.hours[places].T
        mean = mean * _HOURS.after(day - 1 - touched)
        self.hours[places] = np.stack(
            (mean + _HOURS.alpha * (self._posts[places] / EPOCHS_OF_HOUR - mean), np.full(len(places), float(day))), 1
        )
        self._posts[places] = 0.0

    def usual_posts(self) -> float:
        """Return the posts of the stream that are usual in ten minutes."""
        return self.clock.mean_posts / _DAYS.known(self.clock.epochs) if self.clock.epochs else 0.0

    def usual(self, hashes: NDArray[np.uint64], now: int) -> Usual | None:
        """Return what is usual of keywords at an event time (ms), None while too little of the stream is known."""
        clock = self.clock
        if clock.epochs < LEAST_EPOCHS:
            return None
        places = self._places(hashes).reshape(2, -1)
        means, variances, shares = self._brought_up(places, clock.epochs)
        known = _DAYS.known(clock.epochs)
        first = means[0] <= means[1]
        mean = np.where(first, means[0], means[1]) / known
        variance = np.where(first, variances[0], variances[1]) / known
        hour = now // HOUR_MS % 24
        if now - clock.began >= DAY_MS and clock.hours[hour]:
            rows = self.hours[self._places(hashes ^ _HOUR_SEEDS[hour]).reshape(2, -1)]
            then = rows[..., 0] * _HOURS.after(now // DAY_MS - 1 - rows[..., 1])
            mean = np.maximum(mean, then.min(axis=0) / max(_HOURS.known(clock.hours[hour]), HOUR_KNOWN))
        return Usual(mean, variance, shares.min(axis=0) / known)

    def least_means(self, hashes: NDArray[np.uint64], ahead: int) -> NDArray[np.float64]:
        """Return a lower bound on the usual counts of keywords in ten minutes, up to so many epochs ahead."""
        epochs = self.clock.epochs + ahead
        rows = self.cells[self._places(hashes).reshape(2, -1)]
        mean: NDArray[np.float64] = (rows[..., 0] * _DAYS.after(epochs - rows[..., 3])).min(axis=0)
        return mean / _DAYS.known(epochs)

    def settle(self, keyword: int, mean: float, share: float) -> None:
        """Take as usual what a keyword has come to."""
        places = self._places(np.array([keyword], dtype=np.uint64))
        self.cells[places] = (mean, mean, share, self.clock.epochs)

    def _hold(self, held: NDArray[np.uint64], epoch: int) -> None:
        """Bring cells up to before an epoch, and let them stand behind it as they are."""
        places = self._places(held)
        self._put(places, *self._brought_up(places, epoch - 1))

    def _places(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        return cells_of(hashes, self.size)
