"""Discord, by a webhook: a line of content with no word of others, and an embed.

``allowed_mentions`` allows none, and markdown of what others wrote is escaped. Links in an embed get no preview; the
flag SUPPRESS_EMBEDS would hide the embed itself, so it is not set. Limits are those of
docs.discord.com/developers/resources/message: content 2000, and of an embed description 4096, 25 fields with names of
256 and values of 1024, footer 2048, all of it 6000. A webhook takes about 30 messages a minute; what is more is
answered with 429 and how long to wait.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

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
SUMMARY: Final = 500
POINTS: Final = 1200
QUOTE: Final = 450
FACT: Final = 140
FOOTER: Final = 150
LINK: Final = 900
"""Characters of a URL that still fits a field."""

_MARKDOWN = re.compile(r"[\\*_~`|#\[\]()<>-]")


def render_discord(events: Sequence[Event], _: Sending) -> bytes:
    """Return the message of an event."""
    message = to_message(only(events))
    embed = {
        "description": _description(message),
        "color": int(message.color[1:], 16),
        "fields": _fields(message),
        "footer": {"text": fit(message.footer, FOOTER)},
    }
    content = fit(message.title, TITLE, _escaped)
    return msgspec.json.encode({"content": content, "embeds": [embed], "allowed_mentions": {"parse": []}})


DISCORD: Final = Form("discord", render_discord, spacing_s=2.0, types=CHAT_TYPES)


def _description(message: Message) -> str:
    parts = [fit(message.summary, SUMMARY, _escaped)]
    if message.points:
        share = POINTS // len(message.points)
        lines = (f"- {fit(point, share, _escaped)}" for point in message.points)
        parts.append("\n".join((f"**{message.pointing}**", *lines)))
    if message.quote:
        parts.append(f"**{_escaped(message.quoting)}**\n> {fit(message.quote, QUOTE, _escaped)}")
    return "\n\n".join(filter(None, parts))


def _fields(message: Message) -> list[dict[str, Any]]:
    facts = [
        {"name": name, "value": fit(value, FACT, _escaped), "inline": len(value) <= FACT // 4}
        for name, value in message.facts
    ]
    links = [
        {"name": "Link", "value": f"[{_escaped(label)}]({url})", "inline": True}
        for label, url in message.links
        if len(url) <= LINK
    ]
    return facts + links


def _escaped(text: str) -> str:
    """Escape markdown: a backslash before a sign that may begin or end any of it."""
    return _MARKDOWN.sub(r"\\\g<0>", text)
