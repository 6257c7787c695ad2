"""The public JSON of incident events: webhook body, `incidents` topic, ``--output jsonl``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from pipeline.detect.assess import Kind, TemplateShown
from pipeline.detect.burst_share import BurstShown
from pipeline.detect.gate import Suppression
from pipeline.detect.severity import Severity
from pipeline.detect.signal import Signal
from pipeline.incidents.answer import Verdict
from pipeline.incidents.model import EventType, Opening, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA: Final = 1
"""Version of the public form; it rises when a field changes its meaning or goes."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Accounts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Members of the network, and joiners: accounts whose only tie is a text. ``ids`` only where asked for."""

    members: int
    joiners: int
    sample: list[str]
    truncated: bool = False
    ids: list[str] | None = None


class IncidentData(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an operator is told of an incident.

    ``suppressed`` says why one is that is suppressed; ``bursts`` are those that its accounts take part in, of a burst
    itself only that one.
    """

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
    bursts: list[BurstShown] = []


class IncidentEvent(msgspec.Struct, frozen=True):
    """One event; ``timestamp`` is event time. Its id is ``<incident_id>:<revision>``."""

    type: EventType
    timestamp: str
    data: IncidentData


class HeldIncident(msgspec.Struct, frozen=True, omit_defaults=True):
    """An incident as a digest tells it, in place of its event ``type`` with the same id and revision.

    ``accounts`` counts members; ``ids`` names them only where asked for.
    """

    type: Opening
    incident_id: str
    revision: int
    status: Status
    kind: Kind
    severity: Severity
    accounts: int
    detected_at: str
    summary: str
    ids: list[str] | None = None


class DigestData(msgspec.Struct, frozen=True, omit_defaults=True):
    """Incidents that the flood guard held back, the largest first.

    More than ``max_opened`` would have been told one by one within ``window_s`` seconds; ``held_since`` is when the
    first had to wait.
    """

    schema: int
    digest_id: str
    stream: str
    revision: int
    max_opened: int
    window_s: int
    held_since: str
    total: int
    summary: str
    incidents: list[HeldIncident]
    links: dict[str, str]
    replay: bool | None = None


class DigestEvent(msgspec.Struct, frozen=True):
    """The flood guard spoke; ``timestamp`` is event time. Its id is ``<digest_id>:<revision>``."""

    type: Literal["incident.digest"]
    timestamp: str
    data: DigestData


class VerdictData(msgspec.Struct, frozen=True, omit_defaults=True):
    """An operator's answer to an incident, with the incident as it was told last.

    ``author`` and ``note`` are the operator's own words, "" for none.
    """

    schema: int
    incident_id: str
    stream: str
    revision: int
    status: Status
    kind: Kind
    severity: Severity
    detected_at: str
    verdict: Verdict
    summary: str
    keywords: list[str]
    links: dict[str, str]
    author: str = ""
    note: str = ""
    replay: bool | None = None


class VerdictEvent(msgspec.Struct, frozen=True):
    """Somebody answered; ``timestamp`` is event time. Its id is ``<incident_id>:<revision>``."""

    type: Literal["incident.verdict"]
    timestamp: str
    data: VerdictData


Event = IncidentEvent | DigestEvent | VerdictEvent
"""What a stream tells; ``type`` says which of them it is."""


class _Head(msgspec.Struct):
    type: str


_encoder = msgspec.json.Encoder()
_head_decoder = msgspec.json.Decoder(_Head)
_incident_decoder: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(IncidentEvent)
_decoders: Final[dict[str, msgspec.json.Decoder[Event]]] = {
    "incident.digest": msgspec.json.Decoder(DigestEvent),
    "incident.verdict": msgspec.json.Decoder(VerdictEvent),
}


def publish(event: Event, *, replay: bool, members: bool, links: Mapping[str, str]) -> Event:
    """Return the event as it goes out: replayed or live, with its links, with member ids only where asked for."""
    replace = msgspec.structs.replace
    more: dict[str, Any] = {"replay": replay, "links": dict(links)}
    if isinstance(event, VerdictEvent):
        return replace(event, data=replace(event.data, **more))
    if isinstance(event, DigestEvent):
        held = event.data.incidents if members else [replace(each, ids=None) for each in event.data.incidents]
        return replace(event, data=replace(event.data, incidents=held, **more))
    accounts = event.data.accounts if members else replace(event.data.accounts, ids=None)
    return replace(event, data=replace(event.data, accounts=accounts, **more))


def encode_event(event: Event) -> bytes:
    """Return the event as JSON on one line; the order of keys is fixed."""
    return _encoder.encode(event)


def decode_event(raw: bytes) -> Event:
    """Return the event of its JSON."""
    return _decoders.get(_head_decoder.decode(raw).type, _incident_decoder).decode(raw)


def subject(event: Event) -> str:
    """Return the id of what an event tells of: an incident's, or a digest's own."""
    return event.data.digest_id if isinstance(event, DigestEvent) else event.data.incident_id


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the public form (committed as docs/incident.schema.json)."""
    forms = (IncidentEvent, DigestEvent, VerdictEvent)
    one_of, parts = msgspec.json.schema_components(forms, ref_template="#/$defs/{name}")
    return {"oneOf": list(one_of), "$defs": parts}


def rfc3339(ms: int) -> str:
    """Return ms since the epoch as RFC 3339 in UTC with milliseconds."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"
