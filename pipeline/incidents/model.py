"""The incident as it is stored, and what identifies it."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

import msgspec

from pipeline.detect.assess import Kind, Severity

Status = Literal["open", "resolved", "merged"]
EventType = Literal[
    "incident.opened",
    "incident.updated",
    "incident.escalated",
    "incident.resolved",
    "incident.reopened",
    "incident.merged",
]


class Incident(msgspec.Struct, frozen=True):
    """An incident after its last published event; times in ms of event time.

    ``accounts`` and ``platforms`` are those of the last event: growth is measured against what operators know.
    ``keywords`` are too, the main one first.
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
    keywords: list[str] = []


def incident_id(stream: str, kind: Kind, founder: bytes, opened_at: int) -> str:
    """Return the id: a hash of stream, kind, founding cluster and opening time, so that every run gives the same."""
    digest = blake2b(f"{stream}\0{kind}\0{founder.hex()}\0{opened_at}".encode(), digest_size=8)
    return f"inc_{digest.hexdigest()}"
