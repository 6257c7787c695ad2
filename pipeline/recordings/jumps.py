"""A hostile or broken date must not move the clock of a recording.

A line more than an hour ahead of the trusted time is held until 20 lines in a row say the same; then the earliest of
them is the trusted time. If a line within the hour comes first, those held are given the trusted time. The first
lines of a recording are held in the same way, so a wrong date at its very start is caught, too. At the end two held
lines confirm each other and a last one alone is given the trusted time, so a gap near the end keeps its times.
Lines that carry ``observed_at`` are stamped by their source and pass as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from pipeline.post import Post

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.post import Line

JUMP_MS: Final = 3_600_000
CONFIRMING: Final = 20
CONFIRMING_AT_END: Final = 2


class Counting(Protocol):
    """Where clamped lines are counted."""

    clamped: int


class _Guard:
    """The trusted time and the lines that are ahead of it."""

    def __init__(self, stats: Counting, jump_ms: int) -> None:
        self._stats = stats
        self._jump_ms = jump_ms
        self._trusted: int | None = None
        self._held: list[Line] = []

    def take(self, line: Line) -> Iterator[Line]:
        """Take a line; yields what is sure now."""
        stamped = isinstance(line, Post) and line.observed_at is not None
        if not stamped and (self._trusted is None or line.at > self._trusted + self._jump_ms):
            self._held.append(line)
            if len(self._held) == CONFIRMING:
                yield from self._confirm()
            return
        yield from self._refute()
        self._trusted = max(line.at, self._trusted or 0)
        yield line

    def end(self) -> Iterator[Line]:
        """Yield what is still held."""
        while len(self._held) >= CONFIRMING_AT_END or (self._held and self._trusted is None):
            yield from self._confirm()
        yield from self._refute()

    def _confirm(self) -> Iterator[Line]:
        """Trust the earliest of the held lines, and judge them anew by it."""
        waiting, self._held = self._held, []
        self._trusted = min(line.at for line in waiting)
        for line in waiting:
            yield from self.take(line)

    def _refute(self) -> Iterator[Line]:
        for line in self._held:
            if self._trusted is not None and line.at > self._trusted:
                self._stats.clamped += 1
                line.at = self._trusted
            yield line
        self._held = []


def guard_jumps(lines: Iterable[Line], stats: Counting, jump_ms: int = JUMP_MS) -> Iterator[Line]:
    """Yield the lines in their order, with times that nothing confirms set to the trusted time (in ``at``).

    ``jump_ms`` is how far ahead a time needs no confirmation.
    """
    guard = _Guard(stats, jump_ms)
    for line in lines:
        yield from guard.take(line)
    yield from guard.end()
