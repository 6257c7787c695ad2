"""Mattermost, by an incoming webhook: a coloured attachment.

An attachment is markdown with mentions, so all that others wrote stands in code spans, in which nothing is live:
neither mentions nor links, #tags, ~channels and :emoji:. Backticks are replaced, so nothing ends a span. Limits are
those of docs.mattermost.com/developers/integrate/webhooks/incoming: a text of 16,383 characters; all of ours together
stay below it. A server limits requests only where it was told to (RateLimitSettings: 10 a second by default).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.notify.formats.form import CHAT_TYPES, Form, only
from pipeline.notify.formats.message import to_message
from pipeline.notify.formats.text import fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.incidents.public import Event
    from pipeline.notify.formats.form import Sending
    from pipeline.notify.formats.message import Message

TITLE: Final = 200
SUMMARY: Final = 1000
POINTS: Final = 3000
QUOTE: Final = 2000
FACT: Final = 300
FOOTER: Final = 300


def render_mattermost(events: Sequence[Event], _: Sending) -> bytes:
    """Return the message of an event."""
    message = to_message(only(events))
    title = fit(message.title, TITLE)
    attachment = {
        "fallback": title,
        "color": message.color,
        "title": title,
        "text": _text(message),
        "fields": [
            {"title": name, "value": _code(value, FACT), "short": len(value) <= FACT // 8}
            for name, value in message.facts
        ],
        "footer": fit(_tickless(message.footer), FOOTER),
    }
    return msgspec.json.encode({"attachments": [attachment]})


MATTERMOST: Final = Form("mattermost", render_mattermost, spacing_s=0.1, types=CHAT_TYPES)


def _text(message: Message) -> str:
    parts = [_code(message.summary, SUMMARY)] if message.summary else []
    if message.points:
        share = POINTS // len(message.points)
        parts.append("\n".join((f"**{message.pointing}**", *(f"- {_code(point, share)}" for point in message.points))))
    if message.quote:
        parts.append(f"**{message.quoting}**\n{_code(message.quote, QUOTE)}")
    if message.links:
        parts.append(" · ".join(f"[{label}]({url})" for label, url in message.links))
    return "\n\n".join(parts)


def _code(text: str, most: int) -> str:
    return f"`{fit(_tickless(text), most)}`"


def _tickless(text: str) -> str:
    return text.replace("`", "ˋ")
