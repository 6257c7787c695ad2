"""Events that were told, folded to what is known of each incident. Pure; neither order nor repeats matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.detect.assess import Kind
from pipeline.detect.severity import Severity
from pipeline.incidents.model import Status
from pipeline.incidents.public import DigestEvent, IncidentEvent, VerdictData, VerdictEvent, subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.incidents.public import Event, HeldIncident, IncidentData


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """An incident as of all that was told of it; ``told_at`` is event time.

    ``event`` is the last one that told all of it, None for one that only a digest or an answer has told, and
    ``accounts`` counts its members. ``verdict`` is the last answer.
    """

    incident_id: str
    stream: str
    revision: int
    status: Status
    kind: Kind
    severity: Severity
    detected_at: str
    told_at: str
    summary: str
    accounts: int | None = None
    into: str | None = None
    verdict: VerdictData | None = None
    event: IncidentEvent | None = None


def each_once(events: Iterable[Event]) -> list[Event]:
    """Return events in the order of their event time, of one that was told again the last."""
    known = {(subject(event), event.data.revision): event for event in events}
    return sorted(known.values(), key=lambda event: (event.timestamp, subject(event), event.data.revision))


def incidents_of(event: Event) -> list[str]:
    """Return the ids of the incidents that an event tells of."""
    if isinstance(event, DigestEvent):
        return [each.incident_id for each in event.data.incidents]
    return [event.data.incident_id]


def fold(events: Iterable[Event]) -> dict[str, Standing]:
    """Return what is known of each incident, by id."""
    found: dict[str, Standing] = {}
    rows = [row for event in each_once(events) for row in _rows(event)]
    for row in sorted(rows, key=lambda row: (row.incident_id, row.revision)):
        before = found.get(row.incident_id)
        found[row.incident_id] = row if before is None else _after(before, row)
    return found


def as_itself(standing: Standing, events: Iterable[Event]) -> Standing:
    """Return a merged incident with what was told of it before; the event of a merge tells of the one that goes on."""
    if standing.status != "merged":
        return standing
    own = [
        event
        for event in each_once(events)
        if isinstance(event, IncidentEvent)
        and event.data.incident_id == standing.incident_id
        and event.data.status != "merged"
    ]
    if not own:
        return standing
    last = own[-1]
    return msgspec.structs.replace(
        standing,
        kind=last.data.kind,
        severity=last.data.severity,
        summary=last.data.summary,
        accounts=last.data.accounts.members,
        event=last,
    )


def _after(before: Standing, row: Standing) -> Standing:
    """Return what one event tells, with what only those before it have told."""
    return msgspec.structs.replace(
        row,
        accounts=before.accounts if row.accounts is None else row.accounts,
        into=row.into or before.into,
        verdict=row.verdict or before.verdict,
        event=row.event or before.event,
    )


def _rows(event: Event) -> Iterator[Standing]:
    if isinstance(event, DigestEvent):
        for each in event.data.incidents:
            yield _standing(event.data.stream, event.timestamp, each, accounts=each.accounts)
    elif isinstance(event, VerdictEvent):
        yield _standing(event.data.stream, event.timestamp, event.data, verdict=event.data)
    else:
        data = event.data
        yield _standing(data.stream, event.timestamp, data, accounts=data.accounts.members, into=data.into, event=event)


def _standing(
    stream: str,
    told_at: str,
    data: IncidentData | HeldIncident | VerdictData,
    *,
    accounts: int | None = None,
    into: str | None = None,
    verdict: VerdictData | None = None,
    event: IncidentEvent | None = None,
) -> Standing:
    return Standing(
        incident_id=data.incident_id,
        stream=stream,
        revision=data.revision,
        status=data.status,
        kind=data.kind,
        severity=data.severity,
        detected_at=data.detected_at,
        told_at=told_at,
        summary=data.summary,
        accounts=accounts,
        into=into,
        verdict=verdict,
        event=event,
    )
