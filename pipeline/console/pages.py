"""Pages as models, built off the loop and one at a time, and kept for as long as nothing has changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.incidents.burst import KIND
from pipeline.incidents.history import answers_of, life
from pipeline.incidents.links import links_of
from pipeline.page.build import build_page
from pipeline.page.model import IncidentPage, IncidentRow, Overview
from pipeline.page.overview import build_overview, bursts_as_told, row_of
from pipeline.page.source import Names, Source
from pipeline.times import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.console.book import Book, Entry
    from pipeline.console.kept import Kept, Reader
    from pipeline.console.members import Members
    from pipeline.incidents.fold import Standing

FRESH_S: Final = 2.0
"""Seconds for which a page is taken as fresh where nothing was told meanwhile."""

MOST_KEPT: Final = 64
"""Pages that are kept, the one that was asked for last the longest."""

MOST_SHOWN: Final = 500
"""Incidents in an overview: the latest, and the latest bursts besides."""


class KeptPage(msgspec.Struct):
    """A page, and what it was built of: a change of the book, the stream's position, when (s)."""

    page: IncidentPage
    change: int
    position: bytes
    at: float


class Pages:
    """Builds what is asked for; ``clock`` tells seconds, ``links`` are the operator's templates."""

    def __init__(
        self,
        book: Book,
        reader: Reader,
        members: Members,
        names: Names,
        links: Mapping[str, str],
        clock: Callable[[], float],
    ) -> None:
        self.names = names
        self._book = book
        self._reader = reader
        self._members = members
        self._links = links
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._pages: dict[str, KeptPage] = {}
        self._overviews: dict[str | None, tuple[int, Overview]] = {}

    async def incident(self, entry: Entry) -> IncidentPage:
        """Return the page of an incident as it stands now, or as it stood a moment ago where nothing was told since."""
        name = entry.standing.incident_id
        if (kept := self._pages.get(name)) and self._is_fresh(kept, entry):
            return kept.page
        async with self._one_at_a_time:
            # Whoever waited with us may have had it built.
            if (kept := self._pages.get(name)) and self._is_fresh(kept, entry):
                return kept.page
            position = await self._reader.position(entry.standing.stream)
            if kept and (kept.change, kept.position) == (entry.change, position):
                kept.at = self._clock()
                return kept.page
            found = await self._reader.incident(entry.standing.stream, name)
            self._members.keep(entry, found)
            page = await asyncio.to_thread(build_page, self._source(entry, found), self.names)
            self._pages.pop(name, None)
            self._pages[name] = KeptPage(page, entry.change, position, self._clock())
            if len(self._pages) > MOST_KEPT:
                del self._pages[next(iter(self._pages))]
            return page

    def _is_fresh(self, kept: KeptPage, entry: Entry) -> bool:
        return kept.change == entry.change and self._clock() - kept.at < FRESH_S

    def _source(self, entry: Entry, kept: Kept) -> Source:
        row = entry.standing
        events = self._book.events(row.incident_id)
        event = row.event
        told_at = instant("timestamp", row.told_at)
        return Source(
            standing=row,
            life=life(row.incident_id, events),
            answers=answers_of(row.incident_id, events),
            as_of=max(kept.watermark, told_at) if row.status == "open" else told_at,
            facts=kept.facts,
            allowed=kept.allowed,
            activity=kept.activity,
            links=links_of(event, self._links) if event else {},
            replay=bool(event and event.data.replay),
        )

    async def overview(self, stream: str | None, title: str) -> Overview:
        """Return the overview of a stream, of all streams for None."""
        known = self._overviews.get(stream)
        if known and known[0] == self._book.changes:
            return known[1]
        async with self._one_at_a_time:
            change = self._book.changes
            known = self._overviews.get(stream)
            if known and known[0] == change:
                return known[1]
            rows = [entry.standing for entry in self._book.latest(stream)]
            bursts = [row for row in rows if row.kind == KIND][:MOST_SHOWN]
            others = [row for row in rows if row.kind != KIND][:MOST_SHOWN]
            page = await asyncio.to_thread(self._build_overview, title, others, bursts)
            self._overviews[stream] = change, page
            if len(self._overviews) > MOST_KEPT:
                del self._overviews[next(iter(self._overviews))]
            return page

    def _build_overview(self, title: str, rows: Sequence[Standing], bursts: Sequence[Standing]) -> Overview:
        times = [instant("timestamp", at) for row in (*rows, *bursts) for at in _times(row)]
        listed = sorted(bursts_as_told(bursts), key=lambda each: (-each.significance, each.incident_id))
        return build_overview(
            title,
            rows,
            listed,
            self.names,
            begin=min(times, default=0),
            end=max(times, default=0),
            posts=None,
        )

    def row(self, row: Standing) -> IncidentRow:
        """Return the row of an incident in an overview."""
        return row_of(row, self.names)


def _times(row: Standing) -> tuple[str, ...]:
    data = row.event.data if row.event else None
    return (row.detected_at, row.told_at, *((data.first_post_at, data.last_post_at) if data else ()))
