"""From what is known of an incident to the event that tells it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.detect.burst_share import BurstShown, share_of
from pipeline.detect.signal import rounded
from pipeline.incidents.model import digest_id
from pipeline.incidents.public import (
    SCHEMA,
    Accounts,
    DigestData,
    DigestEvent,
    HeldIncident,
    IncidentData,
    IncidentEvent,
    VerdictData,
    VerdictEvent,
    rfc3339,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.detect.assess import Assessment
    from pipeline.detect.facts import BurstFacts
    from pipeline.incidents.answer import Answer
    from pipeline.incidents.flood import FloodRules
    from pipeline.incidents.model import EventType, Incident, Opening

SAMPLED_ACCOUNTS: Final = 10


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
            bursts=[_shown(each) for each in found.bursts],
        ),
    )


def _shown(burst: BurstFacts) -> BurstShown:
    return BurstShown(
        keyword=burst.keyword,
        opened_at=rfc3339(burst.opened_at),
        posts=burst.posts,
        accounts=burst.authors,
        share=rounded(share_of(burst)),
        significance=rounded(burst.significance),
        ratio=rounded(burst.ratio),
        label=burst.label,
    )


def describe_answer(stream: str, incident: Incident, answer: Answer, revision: int, now: int) -> VerdictEvent:
    """Build the event that tells what an operator answered to an incident, as it was told last."""
    return VerdictEvent(
        type="incident.verdict",
        timestamp=rfc3339(now),
        data=VerdictData(
            schema=SCHEMA,
            incident_id=incident.incident_id,
            stream=stream,
            revision=revision,
            status=incident.status,
            kind=incident.kind,
            severity=incident.severity,
            detected_at=rfc3339(incident.opened_at),
            verdict=answer.verdict,
            summary=incident.summary,
            keywords=incident.keywords,
            links={},
            author=answer.author,
            note=answer.note,
        ),
    )


def hold(incident: Incident, opening: Opening, found: Assessment) -> HeldIncident:
    """Build what a digest is to tell of an incident that is held back."""
    return HeldIncident(
        type=opening,
        incident_id=incident.incident_id,
        revision=incident.revision,
        status=incident.status,
        kind=incident.kind,
        severity=incident.severity,
        accounts=len(found.members),
        detected_at=rfc3339(incident.opened_at),
        summary=found.summary,
        ids=found.members,
    )


def describe_digest(stream: str, held: Iterable[HeldIncident], since: int, now: int, rules: FloodRules) -> DigestEvent:
    """Build the event that tells all those held back, the first of them since ``since`` (ms)."""
    rows = sorted(held, key=lambda each: (-each.accounts, each.incident_id))
    window_s = rules.window // 1000
    what = "1 incident" if len(rows) == 1 else f"{len(rows)} incidents"
    return DigestEvent(
        type="incident.digest",
        timestamp=rfc3339(now),
        data=DigestData(
            schema=SCHEMA,
            digest_id=digest_id(stream, now),
            stream=stream,
            revision=1,
            max_opened=rules.max_opened,
            window_s=window_s,
            held_since=rfc3339(since),
            total=len(rows),
            summary=f"{what} held back by the flood guard: no more than {rules.max_opened} openings within "
            f"{window_s} seconds are told one by one",
            incidents=rows,
            links={},
        ),
    )
