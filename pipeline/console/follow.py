"""Keeps the book up to date with the topic of incidents, whatever happens to the brokers meanwhile."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

from pipeline.errors import TurfwatchError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pipeline.console.book import Book
    from pipeline.live.feed import Batch

AGAIN_S: Final = 2.0
"""Seconds until the brokers are tried again."""

log = logging.getLogger(__name__)


class Told(Protocol):
    """What the topic tells."""

    def batches(self, reached: Mapping[int, int]) -> AsyncIterator[Batch]:
        """Yield records without an end, of each partition from an offset on. Raises TurfwatchError."""


class Follower:
    """Takes what is told into a book, for all pages at once.

    ``is_read``: the book has all that the topic held at some time since the start. ``trouble`` says why nothing is
    told at the moment, None while all is well.
    """

    def __init__(self, feed: Told, book: Book) -> None:
        self.book = book
        self.is_read = False
        self.trouble: str | None = None
        self._feed = feed
        self._moved = asyncio.Event()

    async def run(self) -> NoReturn:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
            except TurfwatchError as error:
                if self.trouble is None:
                    log.warning("%s; tried again every %g s", error, AGAIN_S)
                self.trouble = str(error)
            except Exception:
                # An event that breaks it is behind `reached` by now and is not read again.
                log.exception("an event could not be taken in")
                self.trouble = "an event could not be taken in"
            self._wake()
            await asyncio.sleep(AGAIN_S)

    async def _follow(self) -> None:
        async for batch in self._feed.batches(self.book.reached):
            for record in batch.records:
                self.book.take((record.partition, record.offset), record.event)
            if self.trouble is not None:
                log.info("told again")
                self.trouble = None
            if batch.caught_up and not self.is_read:
                log.info("%d incidents are known", len(self.book))
                self.is_read = True
            self._wake()

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def moved(self, change: int) -> None:
        """Wait until there is something behind a change, and all that the topic holds is read."""
        while not self.is_read or self.book.changes <= change:
            await self._moved.wait()
