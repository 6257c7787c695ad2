"""An operator's verdict: sent as the line that the command sends; pages are told of it once the worker tells it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, get_args

from aiohttp import web

from pipeline.console.guards import Trouble, check_form
from pipeline.console.parts import PARTS, Waiting
from pipeline.console.views import chosen
from pipeline.errors import BrokerError, LineError, UserError
from pipeline.incidents.answer import MAX_AUTHOR, Verdict
from pipeline.incidents.burst import KIND
from pipeline.live.answers import checked_answer, is_answered_so, send_answer

if TYPE_CHECKING:
    from multidict import MultiDictProxy

    from pipeline.console.book import Entry


def routes() -> list[web.RouteDef]:
    """Return what is asked for how."""
    return [web.post("/incidents/{id}/verdict", answer)]


async def answer(request: web.Request) -> web.Response:
    """Send a verdict, or another note to the last one, and go back to the incident."""
    parts = request.app[PARTS]
    form = await request.post()
    check_form(request, _field(form, "csrf"))
    entry = await chosen(parts, request.match_info["id"])
    row = entry.standing
    if row.kind == KIND:
        raise Trouble(409, "burst")
    said = _said(form, entry)
    author = _field(form, "author") or parts.author
    # Browsers send the ends of lines as networks write them.
    note = _field(form, "note").replace("\r\n", "\n").strip()
    try:
        given = checked_answer(row, said, author[:MAX_AUTHOR], note)
        if not is_answered_so(row, given):
            watermark = await parts.reader.watermark(row.stream)
            await asyncio.to_thread(send_answer, parts.settings, row, given, watermark)
            parts.waiting[row.incident_id] = Waiting(said, row.verdict.revision if row.verdict else 0)
    except LineError as error:
        raise Trouble(400, "refused", why=error.detail) from None
    except BrokerError:
        raise Trouble(503, "not_sent") from None
    except UserError as error:
        raise Trouble(409, "refused", why=str(error)) from None
    raise web.HTTPSeeOther(f"/incidents/{row.incident_id}")


def _said(form: MultiDictProxy[str | bytes | bytearray | web.FileField], entry: Entry) -> Verdict:
    """Return the verdict that is given; with a note alone it stays what it was. Raises Trouble where there is none."""
    wanted = _field(form, "verdict")
    known: dict[str, Verdict] = {each: each for each in get_args(Verdict)}
    if wanted in known:
        return known[wanted]
    if wanted not in ("", "note"):
        raise Trouble(400, "no_verdict")
    last = entry.standing.verdict
    if last is None:
        raise Trouble(409, "note_alone")
    return last.verdict


def _field(form: MultiDictProxy[str | bytes | bytearray | web.FileField], name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
