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
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.bursts.significance import EPOCH_MINUTES, Usual
from pipeline.text.keywords import ROW_SHIFT, ROWS, WITHOUT_ROW
from pipeline.text.signatures import splitmix64

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


class Stretches(msgspec.Struct, frozen=True):
    """Epochs or hours in order: ``begins`` in event time (ms), ``posts`` of the stream, keywords, one for each time.

    Those of stretch ``i`` are ``hashes[starts[i] : starts[i + 1]]``. ``weights``: posts that each of these stands for.
    """

    begins: NDArray[np.int64]
    posts: NDArray[np.int64]
    weights: NDArray[np.float64]
    starts: NDArray[np.int64]
    hashes: NDArray[np.uint64]

    def __len__(self) -> int:
        """Number of stretches."""
        return len(self.begins)

    def part(self, begin: int, end: int) -> Stretches:
        """Return stretches ``begin`` to ``end``."""
        starts = self.starts[begin : end + 1]
        return Stretches(
            self.begins[begin:end],
            self.posts[begin:end],
            self.weights[begin:end],
            starts - starts[0],
            self.hashes[starts[0] : starts[-1]],
        )

    def without(self, keywords: NDArray[np.uint64]) -> Stretches:
        """Return the same without some keywords."""
        kept = ~np.isin(self.hashes, keywords)
        starts = np.concatenate(([0], np.cumsum(kept)))[self.starts]
        return msgspec.structs.replace(self, starts=starts, hashes=self.hashes[kept])

    def rows(self) -> NDArray[np.int64]:
        """Return of each time the number of its stretch."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))


class Growth:
    """Weights that grow so that a half-life doubles them. By multiplication alone: machines agree on them."""

    def __init__(self, half_life: int) -> None:
        self.alpha: float = 1 - 0.5 ** (1 / half_life)
        self.period = _HALVINGS * half_life
        self._left = [1.0]
        for _ in range(2 * self.period):
            self._left.append(self._left[-1] * (1 - self.alpha))
        self.weights: NDArray[np.float64] = 1 / np.array(self._left)
        """Of the steps after the last scaling."""

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

    def merge(self, epochs: Stretches) -> None:
        """Add epochs with posts."""
        steps = self._tick(epochs)
        begin = 0
        for place in np.flatnonzero(steps == 0).tolist():
            self._add(epochs.part(begin, place), steps[begin:place])
            self._scale_down()
            begin = place
        self._add(epochs.part(begin, len(epochs)) if begin else epochs, steps[begin:])

    def merge_beside(self, held: NDArray[np.uint64], epoch: Stretches) -> None:
        """Add one epoch that says nothing of keywords that burst: a burst does not become its own baseline."""
        self.merge(epoch.without(held))
        self.hold(held)

    def hold(self, keywords: NDArray[np.uint64]) -> None:
        """Let keywords be as usual as they were before the last epoch, beside weights that have grown since."""
        self.cells[:, np.unique(self._places(keywords))] *= _EPOCHS.at(1)

    def _tick(self, epochs: Stretches) -> NDArray[np.int64]:
        """Let epochs pass; returns the step of each."""
        clock = self.clock
        for begin, posts in zip(epochs.begins.tolist(), epochs.posts.tolist(), strict=True):
            clock.began = clock.began or begin
            clock.mean_posts += _EPOCHS.alpha * (posts - clock.mean_posts)
        clock.epochs += len(epochs)
        return np.arange(clock.epochs - len(epochs) + 1, clock.epochs + 1) % _EPOCHS.period

    def _scale_down(self) -> None:
        self.cells *= 0.5**_HALVINGS
        self.cells[:, self.cells[0] < _GONE] = 0.0

    def _add(self, epochs: Stretches, steps: NDArray[np.int64]) -> None:
        """Add the posts of epochs with the weights of their steps."""
        if not len(epochs.hashes):
            return
        rows, places = epochs.rows(), self._places(epochs.hashes)
        weights = epochs.weights * _EPOCHS.weights[steps]
        times = weights[rows]
        squares = times * self._posts_in(places[: len(rows)], rows, epochs)
        for row, values in zip(self.cells, (times, squares, (weights / epochs.posts)[rows]), strict=True):
            np.add.at(row, places, np.concatenate((values, values)))

    def _posts_in(self, places: NDArray[np.int64], rows: NDArray[np.int64], epochs: Stretches) -> NDArray[np.float64]:
        """Return how many posts of its epoch the keyword at each place has, where one place is one time."""
        np.add.at(self._posts, places, 1.0)
        posts: NDArray[np.float64] = self._posts[places]
        self._posts[places] = 0.0
        if len(epochs) > 1:  # these are of all epochs: of more than one it remains to be seen in which
            more = np.flatnonzero(posts > 1)
            _, which, counts = np.unique(rows[more] * self.size + places[more], return_inverse=True, return_counts=True)
            posts[more] = counts[which]
        posts[epochs.posts[rows] == 1] = 1.0  # whose keywords may share a cell
        return posts * epochs.weights[rows]

    def merge_hours(self, hours: Stretches) -> None:
        """Learn what is usual at hours of the day: bursts, too, for what comes every morning is none."""
        clock, days = self.clock, hours.begins // DAY_MS
        for number in (hours.begins // HOUR_MS % 24).tolist():
            clock.hours[number] += 1
        begin = 0
        while begin < len(hours):
            clock.days_from = clock.days_from or int(days[begin])
            if periods := (int(days[begin]) - clock.days_from) // _DAYS.period:
                self.hours *= 0.5 ** (_HALVINGS * periods)
                self.hours[self.hours < _GONE] = 0.0
                clock.days_from += periods * _DAYS.period
            end = min(int(days.searchsorted(clock.days_from + _DAYS.period)), begin + ROWS)
            self._add_hours(hours.part(begin, end))
            begin = end

    def _add_hours(self, hours: Stretches) -> None:
        """Add hours between two scalings, as many as a number has room for beside a hash."""
        keys = (hours.rows().astype(np.uint64) << ROW_SHIFT) | hours.hashes
        keys, counts = np.unique(keys, return_counts=True)
        many = counts >= HOUR_LEAST
        if many.any():
            rows, hashes = (keys[many] >> ROW_SHIFT).astype(np.int64), keys[many] & WITHOUT_ROW
            weights = hours.weights * _DAYS.weights[hours.begins // DAY_MS - self.clock.days_from]
            seeds = _HOUR_SEEDS[hours.begins // HOUR_MS % 24]
            np.add.at(self.hours, self._places(hashes ^ seeds[rows]), np.tile(counts[many] * weights[rows], 2))

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

    def usual_at_least(self, hashes: NDArray[np.uint64], ahead: int) -> Usual:
        """Return what is usual of keywords at least, up to so many epochs ahead."""
        clock = self.clock
        weight = _EPOCHS.alpha / _EPOCHS.at(clock.epochs % _EPOCHS.period + ahead)
        mean: NDArray[np.float64] = self.cells[0][self._places(hashes).reshape(2, -1)].min(axis=0) * weight
        mean /= _EPOCHS.known(clock.epochs + ahead)
        return Usual(mean, mean, np.zeros_like(mean))

    def settle(self, keyword: int, mean: float, share: float) -> None:
        """Take as usual what a keyword has come to."""
        sums = np.array([mean, mean + mean * mean, share])
        weight = _EPOCHS.at(self.clock.epochs % _EPOCHS.period) / _EPOCHS.alpha
        self.cells[:, self._places(np.array([keyword], dtype=np.uint64))] = (sums * weight)[:, None]

    def _places(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        return cells_of(hashes, self.size)
