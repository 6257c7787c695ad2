"""The bursts that go on: what they gather, how strong they are, and when they are over."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from pipeline.bursts.burst import Burst, Moved, moved
from pipeline.bursts.significance import EPOCH_MINUTES, WINDOWS

if TYPE_CHECKING:
    from pipeline.bursts.baseline import Baseline
    from pipeline.bursts.meter import InWindow, Meter, Rules
    from pipeline.bursts.watched import Watched
    from pipeline.bursts.window_log import WindowLog

LONGEST_MS: Final = 86_400_000
"""After a day a burst is what is usual."""

ENDED: Final = 64
"""Ended bursts that are remembered, for a day."""

LASTING: Final = 0.5
"""Share of the significance that opens a burst below which a window does not carry it any more."""

MARK_MS: Final = 300_000
"""How often it is looked at which bursts are over, and how long a keyword rests before it may burst again."""

KNOWN_POSTS: Final = 50_000
"""Posts of a burst of which it is known who wrote them: the first."""


class Going:
    """The bursts of a stream, and the last that ended.

    ``counted``: of each that goes on the first pane that is not counted yet.
    """

    def __init__(self, rules: Rules, log: WindowLog, baseline: Baseline, watched: Watched, meter: Meter) -> None:
        self._rules = rules
        self._log = log
        self._baseline = baseline
        self._watched = watched
        self._meter = meter
        self._held: frozenset[int] | None = None
        self.open: list[Burst] = []
        self.ended: list[Burst] = []
        self.lately: list[tuple[int, list[int]]] = []
        """When bursts ended, and their keywords, until nobody learns from that time any more."""

        self.counted: dict[str, int] = {}

    def held(self) -> frozenset[int]:
        """Return the keywords that burst, with their companions."""
        if self._held is None:
            self._held = frozenset(name for burst in self.open for name in burst.hashes)
        return self._held

    def held_since(self, begin: int) -> frozenset[int]:
        """Return the keywords that burst at any time since an event time (ms); no later one is before it."""
        self.lately = [each for each in self.lately if each[0] > begin]
        return self.held().union(*(hashes for _, hashes in self.lately))

    def barred(self, now: int) -> frozenset[int]:
        """Return the keywords that no burst may open on at an event time (ms): those that burst, or did just before."""
        rest = (hashes for ended_at, hashes in self.lately if now < ended_at + MARK_MS)
        return self.held().union(*rest)

    def changed(self) -> None:
        """Say that bursts or companions were added."""
        self._held = None

    @property
    def counted_from(self) -> int:
        """First pane that is not counted of some burst."""
        return min(self.counted.values(), default=sys.maxsize)

    def count(self, end: int) -> None:
        """Count the posts of bursts before a pane: whenever somebody asks, and before the log forgets them."""
        for burst in self.open:
            self._count(burst, end)

    def _count(self, burst: Burst, end: int) -> None:
        begin = self.counted[burst.burst_id]
        if end <= begin:
            return
        self.counted[burst.burst_id] = end
        posts = self._log.posts_with(burst.hash)
        first, last = self._log.panes[posts].searchsorted((begin, end)).tolist()
        fresh = posts[first:last]
        if len(fresh):
            burst.posts += len(fresh)
            burst.reposts += int(self._log.reposts[fresh].sum())
            room = max(0, KNOWN_POSTS - burst.known_posts)
            burst.author_keys += self._log.authors[fresh[:room]].tobytes()
            burst.last = max(burst.last, int(self._log.at[fresh].max()))

    def end_by(self, now: int) -> list[Moved]:
        """End what is over by an event time (ms)."""
        end = now // self._rules.pane
        found: list[Moved] = []
        told_at = now + self._rules.grace
        measured = self._meter.at_end_of([burst.hash for burst in self.open], end)
        for burst, windows in zip(list(self.open), measured, strict=True):
            _note_peak(burst, windows, now)
            if not burst.revision and burst.significance >= self._rules.told:
                self._count(burst, end)
                found.append(moved(burst, "told", told_at, self._rules.told))
            is_usual = now - burst.opened_at >= LONGEST_MS
            if not is_usual and self._is_carried(burst, windows):
                continue
            self._count(burst, end)
            if is_usual and windows:
                self._settle(burst, windows[-1], end)
            burst.ended_at = now
            self.open.remove(burst)
            self.changed()
            del self.counted[burst.burst_id]
            lately = [each for each in self.ended if now - (each.ended_at or now) < LONGEST_MS]
            self.ended = [*lately[1 - ENDED :], burst]
            self.lately.append((now, burst.hashes))
            found.append(moved(burst, "ended", told_at, self._rules.told))
        return found

    def _is_carried(self, burst: Burst, windows: list[InWindow]) -> bool:
        """Whether a window is significant still: of those up to the one that opened the burst, at least ten minutes."""
        lasting = LASTING * self._watched.asked(burst.hash)[1]
        longest = max(burst.window, EPOCH_MINUTES)
        return any(each.significance >= lasting for each in windows if WINDOWS[each.window] <= longest)

    def _settle(self, burst: Burst, longest: InWindow, end: int) -> None:
        mean = len(longest.posts) * EPOCH_MINUTES / WINDOWS[longest.window]
        share = len(longest.posts) / max(1, int(self._meter.stream_at(end)[longest.window]))
        self._baseline.settle(burst.hash, mean, share)


def _note_peak(burst: Burst, windows: list[InWindow], now: int) -> None:
    strongest = max(windows, key=lambda each: each.significance, default=None)
    if strongest and strongest.significance > burst.significance:
        burst.significance = strongest.significance
        burst.expected = strongest.expected
        burst.ratio = len(strongest.posts) / burst.expected
        burst.peak_at = now
