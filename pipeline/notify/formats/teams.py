"""Microsoft Teams, by the webhook of a workflow: an Adaptive Card 1.4.

All text stands in text runs of rich text blocks, which know no markdown (adaptivecards.io/explorer/TextRun.html); a
mention would need an entity of its own, and the card has none. A message holds 28 KB, and more than four requests a
second are throttled (learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook).
Text is measured in the bytes that it takes in the body, so that the whole cannot be too large.
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
    from pipeline.notify.formats.message import Message, Tone

TITLE: Final = 300
SUMMARY: Final = 2000
POINTS: Final = 5000
QUOTE: Final = 2500
FACT: Final = 500
FOOTER: Final = 500

_TEMPLATE = re.compile(r"([{$])(?=\{)")
_COLORS: Final[dict[Tone, str]] = {
    "critical": "attention",
    "warning": "warning",
    "info": "accent",
    "good": "good",
    "quiet": "default",
}


def render_teams(events: Sequence[Event], _: Sending) -> bytes:
    """Return the message of an event."""
    message = to_message(only(events))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": _blocks(message),
        "actions": [{"type": "Action.OpenUrl", "title": label, "url": url} for label, url in message.links],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return msgspec.json.encode({"type": "message", "attachments": [attachment]})


TEAMS: Final = Form("teams", render_teams, spacing_s=0.25, types=CHAT_TYPES)


def _blocks(message: Message) -> list[dict[str, Any]]:
    color = _COLORS[message.tone]
    blocks = [_block(_run(message.title, TITLE, weight="Bolder", size="Large", color=color))]
    if message.summary:
        blocks.append(_block(_run(message.summary, SUMMARY)))
    if message.points:
        share = POINTS // len(message.points)
        blocks.append(_block(_run(message.pointing, TITLE, weight="Bolder")))
        blocks += [_block(_run(f"• {point}", share)) for point in message.points]
    if message.quote:
        blocks.append(_block(_run(message.quoting, TITLE, weight="Bolder")))
        blocks.append(_block(_run(message.quote, QUOTE, italic=True)))
    blocks += [_block(_run(f"{name}: ", TITLE, weight="Bolder"), _run(value, FACT)) for name, value in message.facts]
    return [*blocks, _block(_run(message.footer, FOOTER, size="Small", isSubtle=True))]


def _block(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, most: int, **looks: str | bool) -> dict[str, Any]:
    # Two braces would begin a function of the card, a dollar and a brace one of its templates.
    apart = _TEMPLATE.sub(r"\1 ", text)
    return {"type": "TextRun", "text": fit(apart, most, size=_bytes), **looks}


def _bytes(text: str) -> int:
    """Return the bytes that a text takes in JSON."""
    return len(msgspec.json.encode(text)) - 2
