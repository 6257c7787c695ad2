"""Events of incidents, made up; each says its revision in its summary and as seconds of its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.incidents.public import (
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
    from pipeline.detect.assess import TemplateShown
    from pipeline.incidents.answer import Verdict
    from pipeline.incidents.model import Status


def incident(
    name: str,
    revision: int,
    status: Status = "open",
    templates: list[TemplateShown] | None = None,
    sample: list[str] | None = None,
    members: int | None = None,
) -> IncidentEvent:
    accounts = sample or []
    return IncidentEvent(
        type="incident.updated",
        timestamp=rfc3339(revision * 1000),
        data=IncidentData(
            schema=1,
            incident_id=name,
            stream="s",
            revision=revision,
            status=status,
            kind="coordinated-network",
            severity="warning",
            score=0.9,
            first_post_at="",
            last_post_at="",
            detected_at="",
            summary=f"revision {revision}",
            evidence=[],
            keywords=[],
            templates=templates or [],
            accounts=Accounts(len(accounts) if members is None else members, 0, accounts),
            posts=0,
            platforms={},
            communities={},
            links={},
        ),
    )


def digest(name: str, revision: int) -> DigestEvent:
    held = HeldIncident(
        *("incident.opened", name, revision, "open", "copy-paste-wave", "info", 7, "", f"revision {revision}")
    )
    at = rfc3339(revision * 1000)
    return DigestEvent(
        "incident.digest", at, DigestData(1, f"dig_{name}_{revision}", "s", 1, 1, 60, at, 1, "", [held], {})
    )


def answer(name: str, revision: int, said: Verdict) -> VerdictEvent:
    data = VerdictData(
        *(1, name, "s", revision, "open", "coordinated-network", "warning", ""),
        *(said, f"revision {revision}", [], {}),
    )
    return VerdictEvent("incident.verdict", rfc3339(revision * 1000), data)
