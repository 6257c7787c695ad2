"""How long parts of the work take, told to whoever asks. Nothing is decided by it: event time stays the only clock."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol, Self

import msgspec

if TYPE_CHECKING:
    from types import TracebackType


class Timings(Protocol):
    """Takes what a part of the work took."""

    def add(self, name: str, seconds: float, items: int, *, failed: bool) -> None:
        """Take the time of one run of a part by its name, over so many items."""


class Measures(msgspec.Struct, frozen=True):
    """Who is told of calls of the state server, and of the stages of a batch."""

    calls: Timings
    stages: Timings


class Run:
    """A run that nobody measures; ``items`` may be set while it goes on."""

    def __init__(self, items: int = 0) -> None:
        self.items = items

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Do nothing."""


class _Timed(Run):
    def __init__(self, timings: Timings, name: str, items: int) -> None:
        super().__init__(items)
        self._timings = timings
        self._name = name
        self._began = 0.0

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Tell of it, unless it was cancelled: then it neither ended nor failed."""
        if kind is None or issubclass(kind, Exception):
            seconds = time.perf_counter() - self._began
            self._timings.add(self._name, seconds, self.items, failed=kind is not None)


_UNMEASURED: Final = Run()


def timed(timings: Timings | None, name: str, items: int = 1) -> Run:
    """Return a context whose time is told with its name, where anybody asks."""
    return _UNMEASURED if timings is None else _Timed(timings, name, items)
