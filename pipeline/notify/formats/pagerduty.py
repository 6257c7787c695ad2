"""PagerDuty, by Events API v2: an alert for each incident, triggered, acknowledged and resolved under one key.

Post to https://events.pagerduty.com/v2/enqueue with the routing key of an integration in the body. An incident's events
trigger, what ends it resolves, and so does a verdict that it is no campaign or harms nobody; a verdict that it is one
acknowledges. A replay has keys of its own: it never ends what is live. Limits: dedup_key 255 characters, summary 1024,
a body of 512 KB (developer.pagerduty.com/docs/events-api-v2-overview).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from pipeline.incidents.public import DigestEvent, VerdictEvent, subject
from pipeline.notify.formats.form import Form, only
from pipeline.notify.formats.message import to_message
from pipeline.notify.formats.text import fit, inert_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.incidents.public import Event
    from pipeline.notify.formats.form import Sending
    from pipeline.notify.formats.message import Message

DEDUP_KEY: Final = 255
SUMMARY: Final = 1024
NAME: Final = 255
DETAIL: Final = 4000

_ENDS: Final = frozenset(("incident.resolved", "incident.merged", "incident.suppressed"))


def render_pagerduty(events: Sequence[Event], sending: Sending) -> bytes:
    """Return what is asked of PagerDuty for an event."""
    event = only(events)
    action = _action(event)
    body: dict[str, Any] = {
        "routing_key": sending.key,
        "event_action": action,
        "dedup_key": f"{'replay/' if event.data.replay else ''}{subject(event)}"[:DEDUP_KEY],
    }
    if action == "trigger":
        message = to_message(event)
        body |= {
            "client": "turfwatch",
            "payload": _payload(event, message),
            "links": [{"href": url, "text": label} for label, url in message.links],
        }
    return msgspec.json.encode(body)


PAGERDUTY: Final = Form("pagerduty", render_pagerduty, needs_key=True)


def _action(event: Event) -> str:
    if isinstance(event, VerdictEvent):
        return "acknowledge" if event.data.verdict == "true" else "resolve"
    return "resolve" if event.type in _ENDS else "trigger"


def _payload(event: Event, message: Message) -> dict[str, Any]:
    stream = fit(inert_name(event.data.stream), NAME)
    return {
        "summary": fit(f"{message.title}: {message.summary}", SUMMARY),
        "source": stream or "turfwatch",
        "severity": _severity(event),
        "timestamp": event.timestamp,
        "group": stream,
        "class": "digest" if isinstance(event, DigestEvent) else event.data.kind,
        "custom_details": _details(message),
    }


def _severity(event: Event) -> str:
    """Return the severity of an incident; of those of a digest the highest."""
    if not isinstance(event, DigestEvent):
        return event.data.severity
    held = {each.severity for each in event.data.incidents}
    return next((each for each in ("critical", "warning") if each in held), "info")


def _details(message: Message) -> dict[str, Any]:
    details: dict[str, Any] = {name: fit(value, DETAIL) for name, value in message.facts}
    if message.points:
        details[message.pointing] = [fit(point, DETAIL) for point in message.points]
    if message.quote:
        details["Quote"] = fit(message.quote, DETAIL)
    return details | {"Event": fit(message.footer, NAME)}
