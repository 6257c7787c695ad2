"""Slack, by an incoming webhook: a line of text, and blocks in a coloured attachment.

What others wrote stands in plain_text alone, which knows neither markup nor mentions, and nothing unfurls. Limits are
those of docs.slack.dev/reference/block-kit (text of a section 3000 characters, of one of ten fields 2000, 50 blocks)
and one message a second (docs.slack.dev/apis/web-api/rate-limits). All texts together stay below 12,000 characters,
since longer messages are refused as ``msg_blocks_too_long`` though no block is too long.
"""

from __future__ import annotations

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

TITLE: Final = 150
SUMMARY: Final = 1000
POINTS: Final = 2500
QUOTE: Final = 1500
FACT: Final = 250
FOOTER: Final = 300


def render_slack(events: Sequence[Event], _: Sending) -> bytes:
    """Return the message of an event."""
    message = to_message(only(events))
    body = {
        "text": fit(message.title, TITLE, _escaped),
        "attachments": [{"color": message.color, "blocks": _blocks(message)}],
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return msgspec.json.encode(body)


SLACK: Final = Form("slack", render_slack, spacing_s=1.0, types=CHAT_TYPES)


def _blocks(message: Message) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if message.summary:
        blocks.append({"type": "section", "text": _plain(message.summary, SUMMARY)})
    if message.points:
        share = POINTS // len(message.points)
        lines = [message.pointing + ":", *(f"• {fit(point, share, _escaped)}" for point in message.points)]
        blocks.append({"type": "section", "text": _object("\n".join(lines))})
    if message.quote:
        said = f"{message.quoting}:\n“{fit(message.quote, QUOTE, _escaped)}”"
        blocks.append({"type": "section", "text": _object(said)})
    if message.facts:
        fields = [_object(f"{name}\n{fit(value, FACT, _escaped)}") for name, value in message.facts]
        blocks.append({"type": "section", "fields": fields})
    if message.links:
        shown = " · ".join(f"<{_escaped(url)}|{label}>" for label, url in message.links)
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": shown, "verbatim": True}]})
    blocks.append({"type": "context", "elements": [_plain(message.footer, FOOTER)]})
    return blocks


def _plain(text: str, most: int) -> dict[str, Any]:
    return _object(fit(text, most, _escaped))


def _object(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _escaped(text: str) -> str:
    """Escape the three characters that Slack asks for (docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
