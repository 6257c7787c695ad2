"""What the stream's own accounts look like. Pure; the scripts count it and compute the same shares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final
from zlib import crc32

import msgspec

from pipeline.detect import prior
from pipeline.detect.bins import BIRTH_WIDTH, COUNT_BINS, COUNT_WIDTH

FIELDS: Final = ("followers", "following", "birth")
BIRTH_BINS: Final = 450
WIDTHS: Final = (COUNT_WIDTH, COUNT_WIDTH, BIRTH_WIDTH)
SPANS: Final = (COUNT_BINS, COUNT_BINS, BIRTH_BINS)
BIRTH: Final = 2


class Baseline(msgspec.Struct, frozen=True):
    """Counts over the stream's own authors.

    ``known``: how many carry each of the fields. ``bins``: of each field the authors in a bin. ``clients``: authors by
    CRC-32 of their client's name, ``with_client`` of them in all.
    """

    known: tuple[int, int, int] = (0, 0, 0)
    bins: tuple[Mapping[int, int], Mapping[int, int], Mapping[int, int]] = ({}, {}, {})
    clients: Mapping[int, int] = {}
    with_client: int = 0

    def share(self, field: int, first: int) -> float:
        """Return the stream's share of the window that begins with a bin, smoothed, for counts over the prior."""
        width = WIDTHS[field]
        window = range(first, first + width)
        count = width + sum(self.bins[field].get(place, 0) for place in window)
        total = self.known[field] + SPANS[field]
        if field == BIRTH:
            return min(0.999, count / total)
        likely = sum(prior.COUNTS[place] for place in window if 0 <= place < len(prior.COUNTS))
        return min(0.999, (count + likely / 1000) / (total + prior.WEIGHT))

    def client_share(self, name: str) -> float:
        """Return the share of the stream's authors who use a client, 1 where no client is known."""
        return self.clients.get(crc32(name.encode()), 0) / self.with_client if self.with_client else 1.0


def divergence(x: float, q: float) -> float:
    """Return KL(x || q) of two Bernoulli variables, in nats."""
    inside = x * math.log(x / q) if x > 0 else 0.0
    outside = (1 - x) * math.log((1 - x) / (1 - q)) if x < 1 else 0.0
    return inside + outside
