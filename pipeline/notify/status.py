"""What a notifier knows of itself: what became of events and attempts, and whether it is well. No I/O, no clock."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.live.status import STALL_S, Health

if TYPE_CHECKING:
    from collections.abc import Mapping


class NotifierHealth(Health, frozen=True):
    """A notifier at one moment, with its counts since the start by endpoint and what became of it."""

    events: dict[str, dict[str, int]]
    attempts: dict[str, dict[str, int]]
    unreadable: int
    retries: int


class NotifierStatus:
    """The numbers of one notifier. ``now`` is monotonic time in seconds throughout, ``stall_s`` as of STALL_S.

    ``events`` and ``attempts`` count by endpoint and what became of them, ``unreadable`` records that are no events,
    ``retries`` calls of a server that were made again.
    """

    def __init__(self, now: float, stall_s: float = STALL_S) -> None:
        self.events: Counter[tuple[str, str]] = Counter()
        self.attempts: Counter[tuple[str, str]] = Counter()
        self.unreadable = 0
        self.retries = 0
        self._stall_s = stall_s
        self._looked_at = now
        self._unassigned_since: float | None = now

    def assigned(self) -> None:
        """Note that the group has answered, be it with nothing."""
        self._unassigned_since = None

    def looked(self, now: float) -> None:
        """Note that a queue was looked at, as is done once a second."""
        self._looked_at = now

    def retried(self) -> None:
        """Note that a call is made again."""
        self.retries += 1

    def unready(self) -> str | None:
        """Return why nothing is read yet, None where the group has answered."""
        return None if self._unassigned_since is None else "the consumer group has assigned nothing yet"

    def health(self, now: float) -> NotifierHealth:
        """Return how the notifier stands."""
        reasons = []
        if self._unassigned_since is not None and (waits := now - self._unassigned_since) >= self._stall_s:
            reasons.append(f"no partitions from the consumer group for {waits:.0f} s")
        if (rests := now - self._looked_at) >= self._stall_s:
            reasons.append(f"no queue was looked at for {rests:.0f} s")
        return NotifierHealth(
            ok=not reasons,
            reasons=reasons,
            events=_by_endpoint(self.events),
            attempts=_by_endpoint(self.attempts),
            unreadable=self.unreadable,
            retries=self.retries,
        )


def _by_endpoint(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (endpoint, what), count in sorted(counts.items()):
        found.setdefault(endpoint, {})[what] = count
    return found
