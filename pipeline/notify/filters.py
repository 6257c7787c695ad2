"""Which events an endpoint is told of. Pure.

What ends an incident, or answers it, is told to whom the incident was told, however small it has become: whoever was
alarmed is to know how it went on.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

from pipeline.incidents.public import DigestEvent, Event, IncidentEvent

Wanted = Literal["yes", "no", "end"]
"""``end``: only where something of the same incident was sent before."""

AFTER: Final = frozenset(("incident.resolved", "incident.merged", "incident.suppressed", "incident.verdict"))
"""Types of events that tell nothing to who was not told of the incident."""


class Filter(msgspec.Struct, frozen=True):
    """What an endpoint is told of; ``streams`` are patterns with ``*``, none for all; ``types`` are whole types."""

    types: frozenset[str]
    kinds: frozenset[str]
    severities: frozenset[str]
    streams: tuple[str, ...] = ()
    min_score: float = 0.0


def wanted(event: Event, asked: Filter, *, replayed: bool) -> Wanted:
    """Return whether an endpoint is told of an event; of a replayed one only where it is asked for ``replayed``."""
    data = event.data
    if data.replay and not replayed:
        return "no"
    if event.type not in asked.types:
        return "no"
    if asked.streams and not any(fnmatchcase(data.stream, each) for each in asked.streams):
        return "no"
    if event.type in AFTER:
        return "end"
    return "yes" if _worth(event, asked) else "no"


def severity_of(event: Event) -> str:
    """Return the severity of an event, of a digest the highest in it."""
    if isinstance(event, DigestEvent):
        found = {each.severity for each in event.data.incidents}
        return next((each for each in ("critical", "warning") if each in found), "info")
    return event.data.severity


def _worth(event: Event, asked: Filter) -> bool:
    if isinstance(event, DigestEvent):
        return any(each.kind in asked.kinds and each.severity in asked.severities for each in event.data.incidents)
    data = event.data
    is_high = not isinstance(event, IncidentEvent) or event.data.score >= asked.min_score
    return data.kind in asked.kinds and data.severity in asked.severities and is_high
