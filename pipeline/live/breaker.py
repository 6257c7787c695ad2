"""A breaker: a topic that is mostly poison is no stream of posts, and a worker that reads on would hide that. Pure."""

from __future__ import annotations

from collections import Counter, deque


class Breaker:
    """Trips when, of the last ``lines`` lines, ``share`` or more were refused."""

    def __init__(self, share: float, lines: int) -> None:
        self._share = share
        self._lines = lines
        self._taken = 0
        self._refused: deque[tuple[int, str]] = deque()

    def take(self, good: int, refused: tuple[str, ...] = ()) -> None:
        """Note lines: how many were good, and why each other one was refused."""
        self._taken += good
        for reason in refused:
            self._taken += 1
            self._refused.append((self._taken, reason))
        while self._refused and self._refused[0][0] <= self._taken - self._lines:
            self._refused.popleft()

    @property
    def tripped(self) -> str | None:
        """What an operator is told, None while the breaker holds."""
        refused = len(self._refused)
        if self._taken < self._lines or refused < self._share * self._lines:
            return None
        most = Counter(reason for _, reason in self._refused).most_common(3)
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in most)
        return f"{refused:,} of the last {self._lines:,} lines were refused ({reasons})"
