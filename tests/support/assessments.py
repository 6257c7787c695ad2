"""Assessments as a network's facts would give them, for tests of what follows from them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from pipeline.detect.assess import Assessment, assess
from pipeline.detect.facts import NetworkFacts
from pipeline.detect.gate import AllowList, Reason, Suppression
from pipeline.detect.severity import Severity


def found(
    members: int, severity: Severity, last: int, objects: int = 5, reason: Reason | None = None, name: str = "a"
) -> Assessment:
    return Assessment(
        kind="coordinated-network",
        score=0.9,
        severity=severity,
        asked=0.5,
        summary="",
        evidence=[],
        keywords=[],
        templates=[],
        founder=b"12345678",
        first=0,
        last=last,
        posts=members,
        objects=objects,
        members=[f"{name}{n}" for n in range(members)],
        joiners=[],
        platforms={"x": members},
        communities={},
        truncated=False,
        suppressed=Suppression(reason, f"explained by {reason}") if reason else None,
    )


def explained(reason: Reason, until: int = 10_000) -> Callable[[NetworkFacts, AllowList], Assessment]:
    """Judge as the engine does, but let something explain every network of fewer than ``until`` accounts."""

    def judged(facts: NetworkFacts, allowed: AllowList) -> Assessment:
        assessment = assess(facts, allowed)
        why = Suppression(reason, f"explained by {reason}") if len(assessment.members) < until else None
        return msgspec.structs.replace(assessment, suppressed=why)

    return judged
