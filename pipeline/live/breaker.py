"""A breaker: a topic that is mostly poison is no stream of posts, and a worker that reads on would hide that. Pure."""

from __future__ import annotations

from collections import Counter, deque


class Breaker:
    """Trips when, of the last ``lines`` lines, ``share`` or more were refused."""

    def __init__(self, share: float, lines: int) -> None:
        self._share = share
        self._lines = lines
        self._last: deque[str] = deque(maxlen=lines)
        self._refused: Counter[str] = Counter()

    def take(self, reason: str = "") -> None:
        """Note a line: why it was refused, "" where it was not."""
        if len(self._last) == self._lines and (oldest := self._last[0]):
            self._refused[oldest] -= 1
        self._last.append(reason)
        if reason:
            self._refused[reason] += 1

    @property
    def tripped(self) -> str | None:
        """What an operator is told, None while the breaker holds."""
        refused = self._refused.total()
        if len(self._last) < self._lines or refused < self._share * self._lines:
            return None
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in self._refused.most_common(3) if count)
        return f"{refused:,} of the last {self._lines:,} lines were refused ({reasons})"
