"""Incident events for tests of what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.incidents.public import DigestData, DigestEvent, IncidentEvent, VerdictData, VerdictEvent
from pipeline.notify.sample import sample_event

if TYPE_CHECKING:
    from pipeline.incidents.model import EventType

AT = "2026-01-02T03:04:05.000Z"


def incident(name: str = "inc_1", revision: int = 1, told: EventType = "incident.opened", **data: Any) -> IncidentEvent:
    event = sample_event(AT)
    facts = {"incident_id": name, "revision": revision, "replay": False, "stream": "town", **data}
    return IncidentEvent(told, AT, msgspec.structs.replace(event.data, **facts))


def verdict(name: str = "inc_1", revision: int = 2, **data: Any) -> VerdictEvent:
    told = incident(name).data
    facts = {
        "schema": 1,
        "incident_id": name,
        "stream": "town",
        "revision": revision,
        "status": "open",
        "kind": told.kind,
        "severity": told.severity,
        "detected_at": AT,
        "verdict": "true",
        "summary": told.summary,
        "keywords": told.keywords,
        "links": {},
        "replay": False,
        **data,
    }
    return VerdictEvent("incident.verdict", AT, VerdictData(**facts))


def digest(name: str = "dig_1", **data: Any) -> DigestEvent:
    facts = {
        "schema": 1,
        "digest_id": name,
        "stream": "town",
        "revision": 1,
        "max_opened": 10,
        "window_s": 600,
        "held_since": AT,
        "total": 0,
        "summary": "2 incidents held back by the flood guard",
        "incidents": [],
        "links": {},
        "replay": False,
        **data,
    }
    return DigestEvent("incident.digest", AT, DigestData(**facts))
