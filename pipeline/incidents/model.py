"""The incident as it is stored, and what identifies it."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

import msgspec

from pipeline.detect.assess import Kind
from pipeline.detect.gate import Suppression
from pipeline.detect.severity import Severity
from pipeline.incidents.answer import Answer

Status = Literal["open", "resolved", "suppressed", "merged"]
EventType = Literal[
    "incident.opened",
    "incident.updated",
    "incident.escalated",
    "incident.resolved",
    "incident.reopened",
    "incident.suppressed",
    "incident.merged",
]

Opening = Literal["incident.opened", "incident.reopened"]
"""Events that raise an alarm; the flood guard may hold them back."""


class Incident(msgspec.Struct, frozen=True, omit_defaults=True):
    """An incident after its last published event; times in ms of event time.

    ``accounts`` and ``platforms`` are those of the last event: growth is measured against what operators know.
    ``suppressed`` is what explains one that is suppressed. ``held`` is the event that the flood guard holds back: until
    it is told, the revision is that of this event and nothing later has one. ``keywords``, the main one first, and
    ``summary`` are those of the last event too. ``answer`` is the last one of an operator; it moves nothing else.
    """

    incident_id: str
    revision: int
    status: Status
    kind: Kind
    severity: Severity
    accounts: int
    platforms: list[str]
    opened_at: int
    published_at: int
    into: str | None = None
    suppressed: Suppression | None = None
    held: Opening | None = None
    keywords: list[str] = []
    summary: str = ""
    answer: Answer | None = None


def next_revision(incident: Incident) -> int:
    """Return the revision of an incident's next event: what is held back has not been told with its own yet."""
    return incident.revision if incident.held else incident.revision + 1


def answered(incident: Incident, answer: Answer) -> tuple[Incident, int]:
    """Return an incident with an operator's answer, and the revision of the event that tells it.

    What is held back has not been told with its own yet, so its event comes behind, with the one after.
    """
    revision = next_revision(incident)
    later = revision + 1 if incident.held else revision
    return msgspec.structs.replace(incident, revision=later, answer=answer), revision


def incident_id(stream: str, kind: Kind, founder: bytes, first: str, opened_at: int) -> str:
    """Return the id: a hash of stream, kind, founding post, first member and opening time: every run gives the same.

    Two networks may be seen in one moment and go back to one post, but no account is a member of both.
    """
    digest = blake2b(f"{stream}\0{kind}\0{founder.hex()}\0{first}\0{opened_at}".encode(), digest_size=8)
    return f"inc_{digest.hexdigest()}"


def digest_id(stream: str, told_at: int) -> str:
    """Return the id of the digest that a stream tells at an event time in ms: there is never more than one."""
    digest = blake2b(f"{stream}\0{told_at}".encode(), digest_size=8)
    return f"dig_{digest.hexdigest()}"
