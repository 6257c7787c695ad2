"""How Ctrl-C and SIGTERM end a command that starts one thing after the other, from its first moment to its last."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Ending:
    """The first signal ends the command in order; later ones change nothing, so that the end stays in order."""

    def __init__(self) -> None:
        self._heard = False
        self._tell: Callable[[], object] | None = None

    @contextlib.contextmanager
    def told(self) -> Iterator[asyncio.Event]:
        """Yield what a signal sets while the loop runs. To be entered once: what comes after it is the end."""
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        self._tell = lambda: loop.call_soon_threadsafe(stop.set)
        try:
            yield stop
        finally:
            self._tell = _nothing

    def hear(self, _number: int, _frame: FrameType | None) -> None:
        """Take a signal: before the loop runs it is raised as KeyboardInterrupt."""
        if self._heard:
            return
        self._heard = True
        if self._tell is None:
            raise KeyboardInterrupt
        self._tell()


def _nothing() -> None:
    """Hear a signal when all is ending already."""


@contextlib.contextmanager
def ended_by_signals() -> Iterator[Ending]:
    """Yield what hears signals, also where a shell has started the command with a deaf ear for Ctrl-C.

    Not by the loop, which hears them only while it runs and then goes back to being killed by them.
    """
    ending = Ending()
    before = [signal.signal(each, ending.hear) for each in SIGNALS]
    try:
        yield ending
    finally:
        for each, handler in zip(SIGNALS, before, strict=True):
            signal.signal(each, handler)
