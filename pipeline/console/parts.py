"""What the handlers of requests share, and what they know of a request."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from aiohttp import web

from pipeline.config import Settings
from pipeline.console.asked import chosen_language
from pipeline.console.follow import Follower
from pipeline.console.guesses import Guesses
from pipeline.console.kept import Reader
from pipeline.console.members import Members
from pipeline.console.pages import Pages
from pipeline.console.sessions import Sessions
from pipeline.incidents.answer import Verdict
from pipeline.page.render import ConsoleContext
from pipeline.page.words import LANGUAGES, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.incidents.fold import Standing

BROWSER: Final = "turfwatch_browser"
SESSION: Final = "turfwatch_session"
LANGUAGE: Final = "turfwatch_language"
"""Cookies: what a browser is known by, what opens the console, what language it likes."""

MOST_BROWSERS: Final = 1024
"""Browsers of which is remembered what they were shown."""


class Waiting(msgspec.Struct, frozen=True):
    """An answer that was sent, and the revision of the one that was told last then, 0 for none."""

    verdict: Verdict
    revision: int


class Parts(msgspec.Struct, frozen=True, eq=False):
    """All of a console. ``author`` is whose answers are sent, "" for nobody known.

    ``waiting`` are answers that were sent and not told yet, by incident. ``served`` is the change that the last page of
    a browser was drawn behind.

    ``nonce_mark`` and ``form_mark`` stand in pages that are kept for what each browser gets of its own: nobody who
    posts can know them.
    """

    settings: Settings
    follower: Follower
    reader: Reader
    members: Members
    pages: Pages
    sessions: Sessions
    guesses: Guesses
    author: str
    waiting: dict[str, Waiting] = msgspec.field(default_factory=dict)
    served: dict[str, int] = msgspec.field(default_factory=dict)
    said: dict[str, Words] = msgspec.field(default_factory=lambda: {each: Words(each) for each in LANGUAGES})
    nonce_mark: str = msgspec.field(default_factory=secrets.token_urlsafe)
    form_mark: str = msgspec.field(default_factory=secrets.token_urlsafe)


class Visit(msgspec.Struct):
    """What is known of a request: the nonce of its page, what the browser is known by, cookies that it is to get.

    ``is_script``: it came with the token, and not from a browser that sends cookies by itself.
    """

    nonce: str
    browser: str
    cookies: list[tuple[str, str, int | None]] = []
    is_script: bool = False


PARTS: Final = web.AppKey("parts", Parts)
VISIT: Final = web.RequestKey("visit", Visit)


def words_of(request: web.Request) -> Words:
    """Return the words of the language that a browser asks for."""
    parts = request.app[PARTS]
    chosen = chosen_language(
        LANGUAGES,
        request.query.get("lang"),
        request.cookies.get(LANGUAGE),
        request.headers.get("Accept-Language", ""),
        parts.settings.console.language,
    )
    return parts.said[chosen]


def waiting_for(parts: Parts, row: Standing) -> Verdict | Literal[""]:
    """Return the verdict that was sent and that no worker has told yet, "" for none."""
    sent = parts.waiting.get(row.incident_id)
    if sent is None:
        return ""
    if row.verdict is not None and row.verdict.revision > sent.revision:
        del parts.waiting[row.incident_id]
        return ""
    return sent.verdict


def marked_context(
    parts: Parts, streams: Sequence[str] = (), stream: str | None = None, waiting: Verdict | Literal[""] = ""
) -> ConsoleContext:
    """Return what a console adds to a page that is kept for all browsers."""
    return ConsoleContext(
        nonce=parts.nonce_mark,
        csrf=parts.form_mark,
        may_answer=True,
        streams=list(streams),
        stream=stream,
        author=parts.author,
        waiting=waiting,
    )


def served(request: web.Request, change: int) -> None:
    """Note behind which change a page is drawn: what comes before it follows events is told it then."""
    known = request.app[PARTS].served
    known.pop(request[VISIT].browser, None)
    known[request[VISIT].browser] = change
    if len(known) > MOST_BROWSERS:
        del known[next(iter(known))]


def page_for(request: web.Request, html: str, status: int = 200) -> web.Response:
    """Return a page with what is this browser's own in place of the marks."""
    parts = request.app[PARTS]
    html = html.replace(parts.nonce_mark, request[VISIT].nonce)
    html = html.replace(parts.form_mark, parts.sessions.form_token(request[VISIT].browser))
    return web.Response(text=html, status=status, content_type="text/html")
