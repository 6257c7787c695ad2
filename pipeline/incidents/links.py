"""Where an incident can be looked at: URLs that the operator configured, with what they ask for filled in. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from pipeline.incidents.public import DigestEvent, IncidentEvent, subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.incidents.public import Event


def links_of(event: Event, templates: Mapping[str, str]) -> dict[str, str]:
    """Return the links of an event: the templates by their names, filled in."""
    if not templates:
        return {}
    begin, end = _span(event)
    facts = {
        "incident_id": subject(event),
        "stream": event.data.stream,
        "kind": "digest" if isinstance(event, DigestEvent) else event.data.kind,
        "severity": "info" if isinstance(event, DigestEvent) else event.data.severity,
        "from": _ms(begin),
        "to": _ms(end),
    }
    quoted = {name: quote(value, safe="") for name, value in facts.items()}
    return {name: url.format(**quoted) for name, url in templates.items()}


def _span(event: Event) -> tuple[str, str]:
    if isinstance(event, IncidentEvent):
        return event.data.first_post_at, event.data.last_post_at
    if isinstance(event, DigestEvent):
        return event.data.held_since, event.timestamp
    return event.data.detected_at, event.timestamp


def _ms(moment: str) -> str:
    return str(round(datetime.fromisoformat(moment).timestamp() * 1000))
