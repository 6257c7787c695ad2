"""A made-up event that shows a receiver what it will get: an incident of replayed posts, so that nobody acts on it."""

from __future__ import annotations

from typing import Final

from pipeline.detect.assess import TemplateShown
from pipeline.detect.signal import Signal
from pipeline.incidents.public import SCHEMA, Accounts, IncidentData, IncidentEvent

SAMPLE_ID: Final = "inc_0000000000000000"


def sample_event(timestamp: str) -> IncidentEvent:
    """Return the sample as of a time (RFC 3339)."""
    return IncidentEvent(
        type="incident.opened",
        timestamp=timestamp,
        data=IncidentData(
            schema=SCHEMA,
            incident_id=SAMPLE_ID,
            stream="sample",
            revision=1,
            status="open",
            kind="coordinated-network",
            severity="info",
            score=0.9,
            first_post_at=timestamp,
            last_post_at=timestamp,
            detected_at=timestamp,
            summary="A sample: nothing was found. turfwatch was asked to show that it reaches this endpoint.",
            evidence=[Signal(signal="sample", value=1.0, text="this is where evidence stands, one sentence each")],
            keywords=["#sample"],
            templates=[TemplateShown(text="a text that nobody has posted", posts=1, accounts=1, samples=[])],
            accounts=Accounts(members=0, joiners=0, sample=[]),
            posts=0,
            platforms={},
            communities={},
            links={},
            replay=True,
        ),
    )
