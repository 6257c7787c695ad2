"""What was told of an incident, event by event, and what changed from one to the next. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.detect.severity import Severity
from pipeline.incidents.public import DigestEvent, IncidentEvent, VerdictEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.incidents.public import Event


class Happened(msgspec.Struct, frozen=True):
    """An event of the incident, of one merged into it, or a digest that told it; ``changes`` in words."""

    at: str
    event: str
    incident_id: str
    accounts: int | None
    posts: int | None
    severity: Severity
    changes: list[str]


def life(name: str, events: Sequence[Event]) -> list[Happened]:
    """Return all that was told of an incident, and of those that were merged into it."""
    told: list[Happened] = []
    before: dict[str, IncidentEvent] = {}
    told_by_itself = (event.data for event in events if isinstance(event, IncidentEvent))
    theirs = {data.incident_id for data in told_by_itself if data.into == name}
    for event in events:
        if isinstance(event, DigestEvent):
            told += [
                Happened(event.timestamp, event.type, each.incident_id, each.accounts, None, each.severity, [])
                for each in event.data.incidents
                if each.incident_id == name
            ]
        elif isinstance(event, VerdictEvent):
            if event.data.incident_id == name:
                answer = event.data
                words = [f"verdict: {answer.verdict}"]
                told.append(Happened(event.timestamp, event.type, name, None, None, answer.severity, words))
        elif event.data.incident_id == name or event.data.incident_id in theirs:
            data = event.data
            changes = _changes(before.get(data.incident_id), event)
            told.append(
                Happened(
                    event.timestamp,
                    event.type,
                    data.incident_id,
                    data.accounts.members,
                    data.posts,
                    data.severity,
                    changes,
                )
            )
            before[data.incident_id] = event
    return told


def answers_of(name: str, events: Sequence[Event]) -> list[VerdictEvent]:
    """Return what operators answered to an incident, in the order of the events."""
    return [event for event in events if isinstance(event, VerdictEvent) and event.data.incident_id == name]


def _changes(before: IncidentEvent | None, event: IncidentEvent) -> list[str]:
    new = event.data
    if new.into:
        return [f"merged into {new.into}"]
    if before is None:
        return [new.suppressed.text] if new.suppressed else []
    old, found = before.data, []
    for what, was, now in (
        ("accounts", old.accounts.members, new.accounts.members),
        ("posts", old.posts, new.posts),
        ("severity", old.severity, new.severity),
        ("score", old.score, new.score),
        ("kind", old.kind, new.kind),
    ):
        if was != now:
            found.append(f"{what} {was} to {now}")
    found += [f"on {platform} as well" for platform in new.platforms if platform not in old.platforms]
    if event.type == "incident.resolved":
        found.append(f"silent since {new.last_post_at}")
    if new.suppressed and new.suppressed != old.suppressed:
        found.append(new.suppressed.text)
    return found
