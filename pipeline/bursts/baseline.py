"""What is usual of every keyword, in a table of fixed size.

A keyword has a cell in each of two rows, chosen by its hash, and the smaller of both counts: a keyword is only judged
too usual, and only where it meets louder ones in both (Cormode & Muthukrishnan 2005, as SigniTrend does).

Means fade by forward decay (Cormode et al., ICDE 2009): what is added weighs more from epoch to epoch, so that nothing
that is there already need be touched. Of a keyword with ``x[i]`` posts in epoch ``i`` of ``n``, a cell holds the sums
of ``x[i] g^i`` and ``x[i]^2 g^i``; times ``alpha / g^n`` they are the exponentially weighted mean and mean square.

Epochs without any post of the stream do not count: that nobody listened is no silence.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.bursts.significance import EPOCH_MINUTES, Usual
from pipeline.text.signatures import splitmix64

if TYPE_CHECKING:
    from collections.abc import Sequence

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

_HALVINGS: Final = 32
"""Half-lives after which all sums are scaled down, exactly: by a power of two."""

_GONE: Final = 1e-9
"""Weighted count that is left of a cell from which it is as good as empty."""

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
    """Epochs with posts so far, days with posts at each hour, when the first epoch began (ms), mean posts of epochs.

    ``days_from``: the day from which hours are weighted.
    """

    epochs: int = 0
    mean_posts: float = 0.0
    hours: list[int] = msgspec.field(default_factory=lambda: [0] * 24)
    began: int = 0
    days_from: int = 0


class Stretch(msgspec.Struct, frozen=True):
    """An epoch or an hour: ``begin`` in event time (ms), ``posts`` of the stream, keywords, one for each time.

    ``weight``: posts that each of these stands for.
    """

    begin: int
    posts: int
    hashes: NDArray[np.uint64]
    weight: float = 1.0


class Growth:
    """Weights that grow so that a half-life doubles them. By multiplication alone: machines agree on them."""

    def __init__(self, half_life: int) -> None:
        self.alpha: float = 1 - 0.5 ** (1 / half_life)
        self.period = _HALVINGS * half_life
        self._left = [1.0]
        for _ in range(2 * self.period):
            self._left.append(self._left[-1] * (1 - self.alpha))

    def at(self, step: int) -> float:
        """Return the weight of a step after the last scaling; -1 is the step before it. Infinite far beyond."""
        if step < 0:
            return 1 - self.alpha
        return 1 / self._left[step] if step < len(self._left) else math.inf

    def known(self, steps: int) -> float:
        """Return the weight of all steps so far, 1 after many: a mean over fewer is divided by it."""
        return 1 - self._left[min(steps, 2 * self.period)]


_EPOCHS = Growth(HALF_LIFE)
_DAYS = Growth(HOUR_HALF_LIFE)


class Baseline:
    """Cells in two rows of ``size`` (a power of two) each.

    ``cells``: weighted sums of posts, of their squares and of shares of the stream, a row each. ``hours``: weighted
    sums of posts at an hour of the day.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.clock = Clock()
        self.cells = np.zeros((3, 2 * size))
        self.hours = np.zeros(2 * size)
        self._posts = np.zeros(size)

    def merge(self, epochs: Sequence[Stretch]) -> None:
        """Add epochs with posts."""
        added: list[Stretch] = []
        weights: list[float] = []
        for epoch in epochs:
            step = self._tick(epoch)
            if not step:
                self._add(added, weights)
                self._scale_down()
                added, weights = [], []
            added.append(epoch)
            weights.append(_EPOCHS.at(step))
        self._add(added, weights)

    def merge_beside(self, held: NDArray[np.uint64], epoch: Stretch) -> None:
        """Add an epoch that says nothing of keywords that burst: a burst does not become its own baseline."""
        self.merge([msgspec.structs.replace(epoch, hashes=epoch.hashes[~np.isin(epoch.hashes, held)])])
        self.hold(held)

    def hold(self, keywords: NDArray[np.uint64]) -> None:
        """Let keywords be as usual as they were before the last epoch, beside weights that have grown since."""
        self.cells[:, np.unique(self._places(keywords))] *= _EPOCHS.at(1)

    def _tick(self, epoch: Stretch) -> int:
        """Let an epoch pass; returns its step."""
        clock = self.clock
        clock.began = clock.began or epoch.begin
        clock.epochs += 1
        clock.mean_posts += _EPOCHS.alpha * (epoch.posts - clock.mean_posts)
        return clock.epochs % _EPOCHS.period

    def _scale_down(self) -> None:
        self.cells *= 0.5**_HALVINGS
        self.cells[:, self.cells[0] < _GONE] = 0.0

    def _add(self, epochs: list[Stretch], weights: list[float]) -> None:
        """Add the posts of epochs with the weights of their steps."""
        if not epochs:
            return
        sizes = [len(epoch.hashes) for epoch in epochs]
        places = self._places(np.concatenate([epoch.hashes for epoch in epochs]))
        posts = np.concatenate(
            [
                self._posts_in(places[end - size : end], epoch)
                for epoch, size, end in zip(epochs, sizes, accumulate(sizes), strict=True)
            ]
        )
        each = [epoch.weight * weight for epoch, weight in zip(epochs, weights, strict=True)]
        shares = [weight / epoch.posts for epoch, weight in zip(epochs, each, strict=True)]
        times, shares_ = np.repeat((each, shares), sizes, axis=1)
        for row, values in zip(self.cells, (times, times * posts, shares_), strict=True):
            np.add.at(row, places, np.concatenate((values, values)))

    def _posts_in(self, places: NDArray[np.int64], epoch: Stretch) -> NDArray[np.float64]:
        """Return how many posts of an epoch the keyword at each place has, where one place is one time."""
        times = np.full(len(places), epoch.weight)
        if epoch.posts == 1:
            return times
        np.add.at(self._posts, places, times)
        posts: NDArray[np.float64] = self._posts[places]
        self._posts[places] = 0.0
        return posts

    def merge_hour(self, hour: Stretch) -> None:
        """Learn what is usual at an hour of the day: bursts, too, for what comes every morning is none."""
        clock = self.clock
        number, day = hour.begin // HOUR_MS % 24, hour.begin // DAY_MS
        clock.hours[number] += 1
        clock.days_from = clock.days_from or day
        if periods := (day - clock.days_from) // _DAYS.period:
            self.hours *= 0.5 ** (_HALVINGS * periods)
            self.hours[self.hours < _GONE] = 0.0
            clock.days_from += periods * _DAYS.period
        if hour.posts < HOUR_LEAST * hour.weight:
            return
        hashes, counts = np.unique(hour.hashes, return_counts=True)
        many = counts >= HOUR_LEAST
        if many.any():
            posts = counts[many] * (hour.weight * _DAYS.at(day - clock.days_from))
            np.add.at(self.hours, self._places(hashes[many] ^ _HOUR_SEEDS[number]), np.tile(posts, 2))

    def usual_posts(self) -> float:
        """Return the posts of the stream that are usual in ten minutes."""
        return self.clock.mean_posts / _EPOCHS.known(self.clock.epochs) if self.clock.epochs else 0.0

    def usual(self, hashes: NDArray[np.uint64], now: int) -> Usual | None:
        """Return what is usual of keywords at an event time (ms), None while too little of the stream is known."""
        clock = self.clock
        if clock.epochs < LEAST_EPOCHS:
            return None
        places = self._places(hashes).reshape(2, -1)
        weight, known = _EPOCHS.alpha / _EPOCHS.at(clock.epochs % _EPOCHS.period), _EPOCHS.known(clock.epochs)
        sums = self.cells[:, places] * weight
        means = np.minimum(sums[0, 0], sums[0, 1])
        squares = np.where(sums[0, 0] <= sums[0, 1], sums[1, 0], sums[1, 1])
        shares = np.minimum(sums[2, 0], sums[2, 1])
        return Usual(self._at_least_then(means / known, hashes, now), (squares - means * means) / known, shares / known)

    def _at_least_then(self, means: NDArray[np.float64], hashes: NDArray[np.uint64], now: int) -> NDArray[np.float64]:
        """Return the means, or what is usual at this hour of the day where that is more."""
        clock, hour = self.clock, now // HOUR_MS % 24
        if now - clock.began < DAY_MS or not clock.hours[hour]:
            return means
        then = self.hours[self._places(hashes ^ _HOUR_SEEDS[hour]).reshape(2, -1)].min(axis=0)
        weight = _DAYS.alpha / (EPOCHS_OF_HOUR * _DAYS.at(now // DAY_MS - 1 - clock.days_from))
        least: NDArray[np.float64] = then * (weight / max(_DAYS.known(clock.hours[hour]), HOUR_KNOWN))
        return np.maximum(means, least)

    def least_means(self, hashes: NDArray[np.uint64], ahead: int) -> NDArray[np.float64]:
        """Return a lower bound on the usual counts of keywords in ten minutes, up to so many epochs ahead."""
        clock = self.clock
        weight = _EPOCHS.alpha / _EPOCHS.at(clock.epochs % _EPOCHS.period + ahead)
        mean: NDArray[np.float64] = self.cells[0][self._places(hashes).reshape(2, -1)].min(axis=0) * weight
        return mean / _EPOCHS.known(clock.epochs + ahead)

    def settle(self, keyword: int, mean: float, share: float) -> None:
        """Take as usual what a keyword has come to."""
        sums = np.array([mean, mean + mean * mean, share])
        weight = _EPOCHS.at(self.clock.epochs % _EPOCHS.period) / _EPOCHS.alpha
        self.cells[:, self._places(np.array([keyword], dtype=np.uint64))] = (sums * weight)[:, None]

    def _places(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        return cells_of(hashes, self.size)
