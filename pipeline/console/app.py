"""`turfwatch console`: the web application, and what runs behind it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Final

from aiohttp import web

from pipeline.console import login, verdict
from pipeline.console.asked import is_loopback
from pipeline.console.book import Book
from pipeline.console.follow import Follower
from pipeline.console.guards import add_headers, guard
from pipeline.console.guesses import Guesses
from pipeline.console.kept import Reader
from pipeline.console.members import Members
from pipeline.console.news import News
from pipeline.console.pages import Pages
from pipeline.console.parts import PARTS, Parts
from pipeline.console.sessions import Sessions
from pipeline.console.views import Views
from pipeline.errors import UserError
from pipeline.page.names import AsTheyAre, pseudonymous

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from redis.asyncio import Redis

    from pipeline.config import Settings
    from pipeline.console.follow import Told
    from pipeline.page.source import Names

FORM_BYTES: Final = 65_536
"""Bytes of a form: a note of 2,000 characters takes up to 12 bytes for each."""

CLOSING_S: Final = 0.5
"""Seconds that a request may keep the console from ending."""

CANCEL_S: Final = 0.1

log = logging.getLogger(__name__)


def check_open(settings: Settings) -> None:
    """Raise UserError where anybody who reaches the address could look: other than loopback needs a token."""
    section = settings.console
    if section.token is None and not is_loopback(section.host):
        raise UserError(
            f"console.host: {section.host} can be reached from elsewhere: set console.token (TURFWATCH_CONSOLE_TOKEN), "
            "or stay on 127.0.0.1"
        )


def new_parts(
    settings: Settings,
    redis: Redis,
    feed: Told,
    author: str,
    clock: Callable[[], float] = time.monotonic,
    wall_clock: Callable[[], float] = time.time,
) -> Parts:
    """Return what a console consists of; ``clock`` tells seconds that only go on, ``wall_clock`` those of the day."""
    section = settings.console
    follower = Follower(feed, Book(section.most_events))
    reader, members = Reader(redis, settings, clock), Members()
    templates = {name: url for name, url in settings.links.templates.items() if name != "console"}
    return Parts(
        settings=settings,
        follower=follower,
        reader=reader,
        members=members,
        pages=Pages(follower.book, reader, members, names_of(settings), templates, clock),
        sessions=Sessions(section.token, section.session_hours, wall_clock),
        guesses=Guesses(clock),
        author=author,
    )


def names_of(settings: Settings) -> Names:
    """Return how accounts are shown; pseudonyms are those of the workers where these have a key."""
    if not settings.console.pseudonyms:
        return AsTheyAre()
    return pseudonymous(settings.worker.ids_key)


def console_app(parts: Parts) -> web.Application:
    """Return the application; what follows the topic runs beside it as long as it does."""
    news = News(parts)
    app = web.Application(middlewares=[guard], client_max_size=FORM_BYTES)
    app[PARTS] = parts
    app.add_routes([*Views(parts).routes(), *login.routes(), *verdict.routes(), web.get("/events", news.events)])
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(news.close)
    app.cleanup_ctx.append(_behind)
    return app


async def _behind(app: web.Application) -> AsyncIterator[None]:
    parts = app[PARTS]
    tasks = [
        asyncio.create_task(parts.follower.run()),
        asyncio.create_task(parts.members.run(parts.follower, parts.reader)),
    ]
    yield
    going = set(tasks)
    while going:
        for task in going:
            task.cancel()
        # Again and again: in the midst of a call the client of Redis swallows it.
        _, going = await asyncio.wait(going, timeout=CANCEL_S)


@contextlib.asynccontextmanager
async def serving(parts: Parts) -> AsyncIterator[str]:
    """Answer on the address of the settings; yields the URL. Raises UserError where it cannot be bound."""
    section = parts.settings.console
    runner = web.AppRunner(console_app(parts), access_log=None, handle_signals=False, shutdown_timeout=CLOSING_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, section.host, section.port).start()
        except OSError as error:
            raise UserError(
                f"console.host, console.port: {section.host}:{section.port} cannot be bound: "
                f"{error.strerror or error}; another port, or 0 for any that is free"
            ) from None
        host = f"[{section.host}]" if ":" in section.host else section.host
        url = f"http://{host}:{runner.addresses[0][1]}"
        log.info("console on %s", url)
        yield url
    finally:
        await runner.cleanup()
