"""The public JSON of an incident event: webhook body, `incidents` topic, ``--output jsonl``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pipeline.detect.assess import Kind, Severity, TemplateShown
from pipeline.detect.gate import Suppression
from pipeline.detect.signal import Signal
from pipeline.incidents.model import EventType, Status

if TYPE_CHECKING:
    from pipeline.detect.assess import Assessment
    from pipeline.incidents.model import Incident

SCHEMA: Final = 1
"""Version of the public form; it rises when a field changes its meaning or goes."""

SAMPLED_ACCOUNTS: Final = 10

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Accounts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Members of the network, and joiners: accounts whose only tie is a text. ``ids`` only where asked for."""

    members: int
    joiners: int
    sample: list[str]
    truncated: bool = False
    ids: list[str] | None = None


class IncidentData(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an operator is told of an incident; ``suppressed`` says why one is that is suppressed."""

    schema: int
    incident_id: str
    stream: str
    revision: int
    status: Status
    kind: Kind
    severity: Severity
    score: float
    first_post_at: str
    last_post_at: str
    detected_at: str
    summary: str
    evidence: list[Signal]
    keywords: list[str]
    templates: list[TemplateShown]
    accounts: Accounts
    posts: int
    platforms: dict[str, int]
    communities: dict[str, int]
    links: dict[str, str]
    replay: bool | None = None
    into: str | None = None
    suppressed: Suppression | None = None


class IncidentEvent(msgspec.Struct, frozen=True):
    """One event; ``timestamp`` is event time. Its id is ``<incident_id>:<revision>``."""

    type: EventType
    timestamp: str
    data: IncidentData


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(IncidentEvent)


def describe(stream: str, incident: Incident, event: EventType, found: Assessment, now: int) -> IncidentEvent:
    """Build the event that tells of an incident; all member ids are in it, `publish` takes them out again."""
    return IncidentEvent(
        type=event,
        timestamp=rfc3339(now),
        data=IncidentData(
            schema=SCHEMA,
            incident_id=incident.incident_id,
            stream=stream,
            revision=incident.revision,
            status=incident.status,
            kind=incident.kind,
            severity=incident.severity,
            score=found.score,
            first_post_at=rfc3339(found.first),
            last_post_at=rfc3339(found.last),
            detected_at=rfc3339(incident.opened_at),
            summary=found.summary,
            evidence=found.evidence,
            keywords=found.keywords,
            templates=found.templates,
            accounts=Accounts(
                members=len(found.members),
                joiners=len(found.joiners),
                sample=found.members[:SAMPLED_ACCOUNTS],
                truncated=found.truncated,
                ids=found.members,
            ),
            posts=found.posts,
            platforms=found.platforms,
            communities=found.communities,
            links={},
            into=incident.into,
            suppressed=incident.suppressed,
        ),
    )


def publish(event: IncidentEvent, *, replay: bool, members: bool) -> IncidentEvent:
    """Return the event as it goes out: marked as replayed or live, with member ids only where asked for."""
    data = event.data
    accounts = data.accounts if members else msgspec.structs.replace(data.accounts, ids=None)
    return msgspec.structs.replace(event, data=msgspec.structs.replace(data, accounts=accounts, replay=replay))


def encode_event(event: IncidentEvent) -> bytes:
    """Return the event as JSON on one line; the order of keys is fixed."""
    return _encoder.encode(event)


def decode_event(raw: bytes) -> IncidentEvent:
    """Return the event of its JSON."""
    return _decoder.decode(raw)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the public form (committed as docs/incident.schema.json)."""
    return msgspec.json.schema(IncidentEvent)


def rfc3339(ms: int) -> str:
    """Return ms since the epoch as RFC 3339 in UTC with milliseconds."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"
