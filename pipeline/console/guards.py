"""What every request passes: is it for us, from a page of ours, of somebody who may look; and what every answer has."""

from __future__ import annotations

import asyncio
import logging
import secrets
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Final

from aiohttp import web
from redis.exceptions import RedisClusterException, RedisError

from pipeline.console.asked import SAFE_METHODS, is_known_host, is_own_page
from pipeline.console.parts import BROWSER, LANGUAGE, PARTS, SESSION, VISIT, Visit, marked_context, page_for, words_of
from pipeline.console.sessions import new_browser
from pipeline.errors import ServerError
from pipeline.page.render import render_login, render_message
from pipeline.page.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOGIN: Final = "/login"
OPEN: Final = (LOGIN, "/healthz", "/static/")
"""Paths that nobody needs a token for."""

WANTED: Final = "turfwatch_wanted"
"""Cookie: what was asked for before somebody had signed in."""

WANTED_S: Final = 600

AGAIN_S: Final = 5
"""Seconds after which a page that has to wait asks again."""

_KNOWN: Final = {404: "nothing", 405: "method", 413: "too_large"}

BEARER: Final = "bearer"
YEAR_S: Final = 31_536_000

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Server": "turfwatch",
}

log = logging.getLogger(__name__)


def policy(nonce: str) -> str:
    """Return what a page may load and do: what comes from here, and what was written into it with its nonce."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "font-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Trouble(Exception):  # noqa: N818 - an answer, no failure of ours
    """What a browser is told in place of what it asked for: a status, and where the words of it stand."""

    def __init__(self, status: int, key: str, **values: object) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.values = values


class SignedOut(Exception):  # noqa: N818 - the same
    """Nobody is signed in who may see this."""


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Give an answer what all have, whatever it is."""
    visit = request.get(VISIT)
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = policy(visit.nonce if visit else "none")
    response.headers.setdefault("Cache-Control", "no-store")
    for name, value, kept_s in visit.cookies if visit else ():
        # By hand: cookies of an answer are among its headers already when this is asked for.
        response.headers.add("Set-Cookie", _cookie(request, name, value, kept_s))


def _cookie(request: web.Request, name: str, value: str, kept_s: int | None) -> str:
    cookie = SimpleCookie({name: value})[name]
    cookie.update({"path": "/", "httponly": "1", "samesite": "Strict"})
    if kept_s is not None:
        cookie["max-age"] = str(kept_s)
    if request.secure or request.app[PARTS].settings.console.secure_cookies:
        cookie["secure"] = "1"
    return cookie.OutputString()


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let through what may pass, and tell all else as a page in one sentence, never with a trace."""
    known = request.cookies.get(BROWSER, "")
    request[VISIT] = Visit(secrets.token_urlsafe(16), known or new_browser())
    if not known:
        remember(request, BROWSER, request[VISIT].browser, None)
    if request.query.get("lang") in LANGUAGES:
        remember(request, LANGUAGE, request.query["lang"], YEAR_S)
    try:
        return await _passed(request, handler)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return told(request, Trouble(error.status, _KNOWN.get(error.status, "failed")))
    except (asyncio.CancelledError, ConnectionError):
        raise
    except SignedOut:
        return sign_in(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, no trace of it goes out
        return told(request, _trouble_of(error, request))


def _trouble_of(error: Exception, request: web.Request) -> Trouble:
    if isinstance(error, Trouble):
        return error
    if isinstance(error, (RedisError, RedisClusterException, ServerError)):
        return Trouble(503, "redis_away")
    log.error("%s %s", request.method, request.path, exc_info=error)
    return Trouble(500, "failed")


def remember(request: web.Request, name: str, value: str, kept_s: int | None) -> None:
    """Send a cookie with the answer; None keeps it until the browser ends."""
    request[VISIT].cookies.append((name, value, kept_s))


async def _passed(request: web.Request, handler: Handler) -> web.StreamResponse:
    parts = request.app[PARTS]
    hosts = parts.settings.console.hosts
    asked = parts.sessions.asked
    if (not asked or hosts) and not is_known_host(request.headers.get("Host", ""), hosts):
        raise Trouble(421, "foreign_host")
    if request.method not in SAFE_METHODS and not is_own_page(request.headers):
        raise Trouble(403, "foreign_page")
    scheme, _, told_token = request.headers.get("Authorization", "").partition(" ")
    if asked and scheme.lower() == BEARER:
        check_token(request, told_token.strip())
        request[VISIT].is_script = True
    elif asked and not request.path.startswith(OPEN) and not parts.sessions.holds(request.cookies.get(SESSION, "")):
        raise SignedOut
    return await handler(request)


def check_token(request: web.Request, told_token: str) -> None:
    """Raise Trouble for a wrong token, and for one that comes too soon after others."""
    parts = request.app[PARTS]
    address = request.remote or ""
    if wait_s := parts.guesses.wait_s(address):
        raise Trouble(429, "guessing", seconds=int(wait_s) + 1)
    if not parts.sessions.opens(told_token):
        parts.guesses.wrong(address)
        raise Trouble(401, "wrong_token")


def sign_in(request: web.Request, *, wrong: bool = False) -> web.Response:
    """Return the form that asks for the token; what was asked for is shown once it is given."""
    if request.method in SAFE_METHODS and request.path != LOGIN:
        remember(request, WANTED, request.path_qs, WANTED_S)
    html = render_login(words_of(request), console=marked_context(request.app[PARTS]), wrong=wrong)
    answer = page_for(request, html, 401 if wrong or request.path != LOGIN else 200)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def check_form(request: web.Request, token: str) -> None:
    """Raise Trouble for a form that was not sent to this browser by this process; scripts with the token need none."""
    if not request[VISIT].is_script and not request.app[PARTS].sessions.is_form_of(
        token, request.cookies.get(BROWSER, "")
    ):
        raise Trouble(403, "old_form")


def told(request: web.Request, trouble: Trouble) -> web.Response:
    """Return the page of what is in the way."""
    words = words_of(request)
    title = words(f"message.{trouble.key}.title", **trouble.values)
    text = words(f"message.{trouble.key}.text", **trouble.values)
    html = render_message(title, text, words, console=marked_context(request.app[PARTS]))
    answer = page_for(request, html, trouble.status)
    if trouble.status in (200, 503):
        answer.headers["Refresh"] = str(AGAIN_S)
    if trouble.status == 503:
        answer.headers["Retry-After"] = str(AGAIN_S)
    if trouble.status == 429:
        answer.headers["Retry-After"] = str(trouble.values["seconds"])
    if trouble.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
