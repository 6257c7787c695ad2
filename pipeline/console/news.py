"""Server-sent events: where incidents stand, as soon as it is told, to all pages that are open.

A page is told where each incident stands that changed since it was told last, however often that changed: what a slow
page has missed needs no queue.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import web

from pipeline.console.cursor import read_cursor, write_cursor
from pipeline.console.guards import Trouble
from pipeline.console.parts import VISIT, marked_context, words_of
from pipeline.page.render import render_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.console.book import Entry
    from pipeline.console.parts import Parts
    from pipeline.page.words import Words

ALIVE_S: Final = 15.0
"""Seconds of silence after which a comment keeps proxies from hanging up."""

SLOW_S: Final = 20.0
"""Seconds after which a page that takes nothing is dropped; it comes back and is told what it missed."""

MOST_PAGES: Final = 256
MOST_AT_ONCE: Final = 1000
"""Incidents of which a page is told that comes back; of one that was away for longer the latest count."""

MOST_WRITTEN: Final = 512
RETRY_MS: Final = 2000


class News:
    """Tells open pages, each in a task of its own; what is told in a language is written once for all of them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._written: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell a page what changes, of one stream where it is asked for, until it goes."""
        if len(self._tasks) >= MOST_PAGES:
            raise Trouble(503, "many_pages")
        follower, browser = self._parts.follower, request[VISIT].browser
        # What came while the page was on its way is told now; of what the topic held before, nothing.
        change = self._parts.served.pop(browser, follower.book.changes if follower.is_read else None)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        telling = asyncio.create_task(self._tell(request, response, change))
        self._tasks.add(telling)
        try:
            await telling
        except (TimeoutError, ConnectionError):
            pass  # it has gone, or takes nothing
        except asyncio.CancelledError:
            telling.cancel()
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
        finally:
            self._tasks.discard(telling)
        return response

    async def close(self, _: web.Application) -> None:
        """Let all pages go, so that nothing waits for them when the console ends."""
        for task in self._tasks:
            task.cancel()

    async def _tell(self, request: web.Request, response: web.StreamResponse, change: int | None) -> None:
        follower, book = self._parts.follower, self._parts.follower.book
        words, stream = words_of(request), request.query.get("stream") or None
        reached = read_cursor(request.headers.get("Last-Event-ID") or request.query.get("since", ""))
        await _write(response, b"retry: %d\n\n" % RETRY_MS)
        if reached is not None:
            await follower.moved(-1)
            missed = book.told_since(reached)[-MOST_AT_ONCE:]
            change = book.changes
            await self._send(response, missed, stream, words)
        elif change is None:
            await follower.moved(-1)
            change = book.changes
        while True:
            try:
                async with asyncio.timeout(ALIVE_S):
                    await follower.moved(change)
            except TimeoutError:
                await _write(response, b": still here\n\n")
                continue
            moved, change = list(book.since(change)), book.changes
            await self._send(response, moved, stream, words)

    async def _send(
        self, response: web.StreamResponse, entries: Sequence[Entry], stream: str | None, words: Words
    ) -> None:
        """Send where incidents stand; the last message has the id from which a page that comes back goes on."""
        told = [self._message(each, words) for each in entries if stream in (None, each.standing.stream)]
        if told:
            cursor = write_cursor(self._parts.follower.book.reached)
            told[-1] += f"id: {cursor}\n".encode() if cursor else b""
            await _write(response, b"".join(each + b"\n" for each in told))

    def _message(self, entry: Entry, words: Words) -> bytes:
        key = entry.standing.incident_id, words.language
        known = self._written.pop(key, None)
        if known is None or known[0] != entry.change:
            row = self._parts.pages.row(entry.standing)
            html = render_row(row, words, console=marked_context(self._parts))
            told = msgspec.json.encode({**msgspec.to_builtins(row), "row": html})
            known = entry.change, b"event: incident\ndata: " + told + b"\n"
        self._written[key] = known
        if len(self._written) > MOST_WRITTEN:
            del self._written[next(iter(self._written))]
        return known[1]


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(SLOW_S):
        await response.write(data)
