"""Signing in with the token, and out again."""

from __future__ import annotations

from aiohttp import web

from pipeline.console.guards import LOGIN, WANTED, Trouble, check_form, check_token, remember, sign_in
from pipeline.console.parts import PARTS, SESSION


def routes() -> list[web.RouteDef]:
    """Return what is asked for how."""
    return [web.get(LOGIN, ask), web.post(LOGIN, enter), web.post("/logout", leave)]


async def ask(request: web.Request) -> web.Response:
    """Ask for the token, where one is needed."""
    if not request.app[PARTS].sessions.asked:
        raise web.HTTPSeeOther("/")
    return sign_in(request)


async def enter(request: web.Request) -> web.Response:
    """Begin a session for whoever gives the token, and go on to what was asked for."""
    form = await request.post()
    sessions = request.app[PARTS].sessions
    check_form(request, str(form.get("csrf", "")))
    try:
        check_token(request, str(form.get("token", "")))
    except Trouble as trouble:
        if trouble.status == 401:
            return sign_in(request, wrong=True)
        raise
    remember(request, SESSION, sessions.begin(), sessions.lasts_s)
    remember(request, WANTED, "", 0)
    raise web.HTTPSeeOther(local(request.cookies.get(WANTED, "")))


async def leave(request: web.Request) -> web.Response:
    """End the session of a browser."""
    check_form(request, str((await request.post()).get("csrf", "")))
    remember(request, SESSION, "", 0)
    raise web.HTTPSeeOther(LOGIN)


def local(path: str) -> str:
    """Return a path of ours, the first page for what is none."""
    is_path = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_path else "/"
