"""What is looked at: the overview, an incident, its accounts as CSV, a search, files, health."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import web

from pipeline.console.accounts_csv import accounts_csv
from pipeline.console.guards import YEAR_S, Trouble, told
from pipeline.console.parts import marked_context, page_for, served, waiting_for, words_of
from pipeline.console.search import MOST_CHARS, Haystack, asked_words, found, haystack
from pipeline.errors import ChoiceError
from pipeline.page.embedded import STATIC, fingerprint, static
from pipeline.page.render import render_incident, render_overview, render_search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.console.book import Entry
    from pipeline.console.follow import Follower
    from pipeline.console.parts import Parts
    from pipeline.page.model import IncidentRow

READ_S: Final = 10.0
"""Seconds that a page waits for the topic to be read after a start."""

TYPES: Final = {"js": "text/javascript", "css": "text/css"}
MOST_DRAWN: Final = 64
"""Pages that are kept as HTML."""


class Views:
    """Handlers of requests that change nothing."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._drawn: dict[object, tuple[object, str]] = {}
        self._haystacks: dict[str, Haystack] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return what is asked for how."""
        return [
            web.get("/", self.overview),
            web.get("/incidents/{id}", self.incident),
            web.get("/incidents/{id}/accounts.csv", self.accounts),
            web.get("/search", self.search),
            web.get("/static/{name}", self.file),
            web.get("/healthz", self.health),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        """Show all incidents, of one stream where it is asked for."""
        parts, words = self._parts, words_of(request)
        await told_all(parts)
        names = sorted({*parts.follower.book.streams(), *await parts.reader.streams()})
        if not names:
            return told(request, Trouble(200, "empty", topic=parts.settings.kafka.posts))
        stream = request.query.get("stream") or None
        if stream is not None and stream not in names:
            raise Trouble(404, "no_stream", stream=stream)
        served(request, parts.follower.book.changes)
        title = stream or (names[0] if len(names) == 1 else words("console.all_streams"))
        page = await parts.pages.overview(stream, title)
        context = marked_context(parts, names, stream)
        return page_for(
            request,
            await self._draw(
                ("overview", stream, words.language, tuple(names)),
                page,
                lambda: render_overview(page, words, console=context),
            ),
        )

    async def incident(self, request: web.Request) -> web.Response:
        """Show an incident: by its id, or by how that begins."""
        parts, words = self._parts, words_of(request)
        entry = await chosen(parts, request.match_info["id"])
        name = entry.standing.incident_id
        if name != request.match_info["id"]:
            raise web.HTTPSeeOther(f"/incidents/{name}")
        served(request, parts.follower.book.changes)
        page = await parts.pages.incident(entry)
        waiting = waiting_for(parts, entry.standing)
        context = marked_context(parts, stream=entry.standing.stream, waiting=waiting)
        html = await self._draw(
            ("incident", name, words.language, waiting), page, lambda: render_incident(page, words, console=context)
        )
        return page_for(request, html)

    async def accounts(self, request: web.Request) -> web.Response:
        """Send the accounts of an incident as a file."""
        entry = await chosen(self._parts, request.match_info["id"])
        page = await self._parts.pages.incident(entry)
        answer = web.Response(text=accounts_csv(page.accounts), content_type="text/csv", charset="utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{entry.standing.incident_id}-accounts.csv"'
        return answer

    async def search(self, request: web.Request) -> web.Response:
        """Show the incidents in which all words stand that are asked for."""
        parts, words = self._parts, words_of(request)
        query = request.query.get("q", "").strip()[:MOST_CHARS]
        await told_all(parts)
        asked = asked_words(query)
        rows = await asyncio.to_thread(self._find, asked, list(parts.follower.book.latest())) if asked else []
        html = render_search(query, rows, words, console=marked_context(parts))
        return page_for(request, html)

    def _find(self, asked: Sequence[str], entries: Sequence[Entry]) -> list[IncidentRow]:
        pages, members = self._parts.pages, self._parts.members
        fresh: dict[str, Haystack] = {}
        for entry in entries:
            name = entry.standing.incident_id
            accounts = members.of(name)
            known = self._haystacks.get(name)
            if known is None or (known.change, known.accounts) != (entry.change, len(accounts)):
                known = haystack(entry.standing, entry.change, accounts, pages.names)
            fresh[name] = known
        self._haystacks = fresh
        candidates = ((entry.standing, fresh[entry.standing.incident_id]) for entry in entries)
        return [pages.row(row) for row in found(asked, candidates)]

    async def file(self, request: web.Request) -> web.Response:
        """Send a built file; one that is asked for with its fingerprint never changes."""
        name = request.match_info["name"]
        if name not in STATIC:
            raise Trouble(404, "nothing")
        answer = web.Response(text=static(name), content_type=TYPES[name.rpartition(".")[2]])
        forever = request.query_string == fingerprint()
        answer.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable" if forever else "no-cache"
        return answer

    async def health(self, _: web.Request) -> web.Response:
        """Tell whether what is shown is up to date."""
        follower = self._parts.follower
        ok = follower.is_read and follower.trouble is None
        body = {"ok": ok, "reason": follower.trouble or ("" if follower.is_read else "the topic is being read")}
        return web.Response(body=msgspec.json.encode(body), status=200 if ok else 503, content_type="application/json")

    async def _draw(self, key: object, page: object, draw: Callable[[], str]) -> str:
        """Return the HTML of a page, drawn once for all browsers."""
        kept = self._drawn.pop(key, None)
        if kept is None or kept[0] is not page:
            kept = page, await asyncio.to_thread(draw)
        self._drawn[key] = kept
        if len(self._drawn) > MOST_DRAWN:
            del self._drawn[next(iter(self._drawn))]
        return kept[1]


async def told_all(parts: Parts) -> None:
    """Wait until the book has what the topic held. Raises Trouble where that takes long, or nothing is told now."""
    with contextlib.suppress(TimeoutError):
        if parts.follower.trouble is None:
            async with asyncio.timeout(READ_S):
                await parts.follower.moved(-1)
    if trouble := _in_the_way(parts.follower):
        raise Trouble(503, trouble)


def _in_the_way(follower: Follower) -> str | None:
    if follower.trouble is not None:
        return "kafka_away"
    return None if follower.is_read else "reading"


async def chosen(parts: Parts, wanted: str) -> Entry:
    """Return the incident that is wanted, or the only one that begins so. Raises Trouble."""
    await told_all(parts)
    try:
        name = parts.follower.book.choose(wanted)
    except ChoiceError as error:
        raise Trouble(404, "several", wanted=wanted, ids=", ".join(error.choices)) from None
    entry = parts.follower.book.entry(name) if name else None
    if entry is None:
        raise Trouble(404, "no_incident", wanted=wanted)
    return entry
