"""Draws that are alike on every Python version: from ``random()`` and ``randrange()`` alone."""

from __future__ import annotations

import math
import re
from bisect import bisect
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")

_SLOT: Final = re.compile(r"\[([^\]]+)\]")


def derived(seed: int, name: str) -> Random:
    """Return a generator of its own for a named part, so that one part's draws move no other's."""
    return Random(int.from_bytes(blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()))


def one(random: Random, items: Sequence[T]) -> T:
    """Return an item."""
    return items[random.randrange(len(items))]


def some(random: Random, items: Sequence[T], count: int) -> list[T]:
    """Return ``count`` different items, all in another order where there are no more."""
    left = list(items)
    for place in range(min(count, len(left))):
        other = place + random.randrange(len(left) - place)
        left[place], left[other] = left[other], left[place]
    return left[:count]


def pick(random: Random, items: tuple[T, ...], shares: tuple[float, ...]) -> T:
    """Return an item by its share."""
    return items[min(bisect(list(accumulate(shares)), random.random()), len(items) - 1)]


def between(random: Random, low: float, high: float) -> float:
    """Return a number from ``low`` to below ``high``."""
    return low + (high - low) * random.random()


def whole(random: Random, low: int, high: int) -> int:
    """Return a whole number from ``low`` to ``high``, both included."""
    return low + random.randrange(high - low + 1)


def gauss(random: Random, mean: float, deviation: float) -> float:
    """Return a normal number from two uniform ones (Box and Muller 1958)."""
    radius = math.sqrt(-2 * math.log(1 - random.random()))
    return mean + deviation * radius * math.cos(2 * math.pi * random.random())


def moments(random: Random, begin: float, end: float, count: int, *, front: float = 1.0) -> Iterator[int]:
    """Yield ``count`` times in order, drawn one after the other; with ``front`` above 1 more of them lie early."""
    passed = 0.0
    for left in range(count, 0, -1):
        passed += (1 - passed) * (1 - (1 - random.random()) ** (1 / left))
        yield int(begin + (end - begin) * passed**front)


def fill(random: Random, template: str) -> str:
    """Choose words for every slot ``[one|another]``."""
    return _SLOT.sub(lambda slot: one(random, slot[1].split("|")), template)
