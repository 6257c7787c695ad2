"""How many posts bursts had over time, for a chart: counted anew over the lines, each in a span of its own. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from pipeline.bursts.said import SaidPost
from pipeline.bursts.watch import Watch
from pipeline.bursts.watched import Watched, watch_hash
from pipeline.bursts.window_log import MINUTE_MS
from pipeline.post import item_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.bursts.burst import Burst
    from pipeline.bursts.said import Said

LEAD_MS: Final = 30 * MINUTE_MS
"""How much of the time before a burst is counted."""

BINS: Final = 24
"""Bins of a span, at most."""


class Span(msgspec.Struct, frozen=True):
    """Time in bins of whole minutes; ``begin`` and ``bin`` in ms."""

    begin: int
    bin: int
    bins: int

    @property
    def end(self) -> int:
        """End of the last bin (ms)."""
        return self.begin + self.bin * self.bins


def span_of(burst: Burst, last: int) -> Span:
    """Return the span from half an hour before a burst to its end, to an event time (ms) where it goes on."""
    begin = (burst.began - LEAD_MS) // MINUTE_MS * MINUTE_MS
    end = last + 1 if burst.ended_at is None else burst.ended_at
    minutes = -(-(end - begin) // MINUTE_MS)
    each = -(-minutes // BINS)
    return Span(begin, each * MINUTE_MS, -(-minutes // each))


def is_followed(burst: Burst) -> bool:
    """Whether a burst is of a pattern of the watch list."""
    return burst.hash == watch_hash(burst.keyword)


class Tally:
    """Counts the posts with the keyword of each burst in its span; a pattern that is followed by its matches.

    A post whose id comes again counts once. ``begin`` and ``end`` (ms): no line before or from then on counts.
    """

    def __init__(self, bursts: Sequence[tuple[Burst, Span]]) -> None:
        self._spans = [span for _, span in bursts]
        self._numbers: dict[int, list[int]] = defaultdict(list)
        for number, (burst, _) in enumerate(bursts):
            self._numbers[burst.hash].append(number)
        self._hashes = np.array(sorted(self._numbers), dtype=np.uint64)
        # What makes a burst of it is not asked here.
        self._watched = Watched((Watch(burst.keyword) for burst, _ in bursts if is_followed(burst)), 1, 1.0)
        self._found: list[list[tuple[NDArray[np.int64], NDArray[np.uint64]]]] = [[] for _ in bursts]
        self.begin = min((span.begin for span in self._spans), default=0)
        self.end = max((span.end for span in self._spans), default=0)

    def add(self, said: Said) -> None:
        """Add what lines said."""
        keywords = self._watched.add(said)
        at = said.at[said.lines]
        rows = np.repeat(np.arange(len(at)), np.diff(keywords.starts))
        hits = np.isin(keywords.hashes, self._hashes)
        hashes, rows = keywords.hashes[hits], rows[hits]
        if not len(hashes):
            return
        posts = [row for row in said.rows if isinstance(row, SaidPost)]
        for keyword in np.unique(hashes).tolist():
            theirs = rows[hashes == np.uint64(keyword)]
            for number in self._numbers[keyword]:
                span = self._spans[number]
                inside = theirs[(at[theirs] >= span.begin) & (at[theirs] < span.end)]
                names = b"".join(item_key(posts[row].platform, posts[row].id) for row in inside.tolist())
                self._found[number].append((at[inside], np.frombuffer(names, dtype="<u8")))

    def counts(self) -> list[list[int]]:
        """Return the posts in each bin, of each burst."""
        return [_binned(span, found) for span, found in zip(self._spans, self._found, strict=True)]


def _binned(span: Span, found: Sequence[tuple[NDArray[np.int64], NDArray[np.uint64]]]) -> list[int]:
    if not found:
        return [0] * span.bins
    at, names = (np.concatenate(column) for column in zip(*found, strict=True))
    _, first = np.unique(names, return_index=True)
    counts: list[int] = np.bincount((at[first] - span.begin) // span.bin, minlength=span.bins).tolist()
    return counts
