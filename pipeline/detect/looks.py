"""Whether the members of a network look alike, whatever brought them together. Pure."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

from pipeline.detect.baseline import BIRTH, FIELDS, SPANS, WIDTHS, Baseline, divergence
from pipeline.detect.bins import UNKNOWN_BIRTH, UNKNOWN_COUNT, birth_bin, count_bin
from pipeline.detect.facts import WindowFacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.facts import AccountFacts, NetworkFacts

MIN_AUTHORS: Final = 8
"""Accounts that must carry a field before it is looked at."""

MIN_BIRTHS: Final = 300
"""Births that the stream must have shown before births are looked at: they have no prior."""


def looks(facts: NetworkFacts) -> list[WindowFacts]:
    """Return the most crowded window of each field over a network's members, those with evidence alone.

    Evidence is ``n KL(k/n || q) - ln(windows)``, a Chernoff bound on -ln p for k of n members in a window where the
    stream has a share q, the choice of the window paid for.
    """
    found = []
    for field in range(len(FIELDS)):
        values = [value for row in facts.members if (value := bin_of(row, field)) is not None]
        ready = field != BIRTH or facts.baseline.known[BIRTH] >= MIN_BIRTHS
        if ready and len(values) >= MIN_AUTHORS and (window := _crowded(facts.baseline, field, values)):
            found.append(window)
    return found


def bin_of(row: AccountFacts, field: int) -> int | None:
    """Return the bin of an account's field, None where it is unknown."""
    if field == BIRTH:
        place = birth_bin(row.born)
        return None if place == UNKNOWN_BIRTH else place
    place = count_bin((row.followers, row.following)[field])
    return None if place == UNKNOWN_COUNT else place


def _crowded(baseline: Baseline, field: int, values: Sequence[int]) -> WindowFacts | None:
    best: WindowFacts | None = None
    n, counts = len(values), Counter(values)
    for place in sorted(counts):
        for first in (place - WIDTHS[field] + 1, place):
            inside = sum(counts[bin_] for bin_ in range(first, first + WIDTHS[field]))
            share = baseline.share(field, first)
            if inside / n <= share:
                continue
            evidence = round(n * divergence(inside / n, share) - math.log(SPANS[field] / WIDTHS[field]), 6)
            if evidence > (best.evidence if best else 0.0):
                best = WindowFacts(FIELDS[field], first, evidence, inside, n, share)
    return best
