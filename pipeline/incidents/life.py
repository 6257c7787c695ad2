"""The life of an incident: opened, updated, escalated, resolved, reopened, suppressed, merged. Pure.

Rules see an assessment and the incident as last published; they return what is to be published and when to look again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.incidents.decision import Change, Decision, Rules
from pipeline.incidents.model import EventType, Incident, Status, incident_id, next_revision
from pipeline.incidents.pace import grown, next_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.assess import Assessment
    from pipeline.detect.gate import Suppression
    from pipeline.detect.severity import Severity

_RANK: Final[dict[Severity, int]] = {"info": 0, "warning": 1, "critical": 2}
_SURVIVAL: Final[dict[Status, int]] = {"open": 0, "suppressed": 1, "resolved": 2}
"""Which of several incidents of one network goes on: of equals one that has been told, then the oldest."""

RETURN_OBJECTS: Final = 2
"""New shared objects with which a network that fell silent is looked at again."""

NEVER: Final = 0xFFFF_FFFF
"""A size that no network reaches."""


def decide(stream: str, known: Sequence[Incident], found: Assessment, now: int, rules: Rules) -> Decision:
    """Decide what a network's assessment at ``now`` changes.

    ``known`` are the network's incidents: several after networks have merged, then one goes on.
    """
    living = sorted(
        (i for i in known if i.status != "merged"),
        key=lambda i: (_SURVIVAL[i.status], i.held is not None, i.opened_at, i.incident_id),
    )
    if not living:
        return _anew(stream, found, now, rules)
    current = living[0]
    merged = tuple(_merged(other, current, now) for other in living[1:])
    if current.status == "resolved":
        return _after_resolution(stream, current, merged, found, now, rules)
    if current.status == "suppressed":
        return _while_suppressed(current, merged, found, now, rules)
    return _while_open(current, merged, found, now, rules)


def _merged(other: Incident, survivor: Incident, now: int) -> Change:
    after = msgspec.structs.replace(
        other,
        status="merged",
        revision=next_revision(other),
        published_at=now,
        into=survivor.incident_id,
        suppressed=None,
    )
    return Change(other, after, "incident.merged")


def _anew(
    stream: str,
    found: Assessment,
    now: int,
    rules: Rules,
    before: Incident | None = None,
    merged: tuple[Change, ...] = (),
) -> Decision:
    """A network without an incident, or whose last one, ``before``, is over for good."""
    if found.severity == "info":
        more = 0 if before is None else RETURN_OBJECTS
        return Decision(merged, before, None, grown(len(found.members), rules.growth), found.objects + more)
    after = Incident(
        incident_id=incident_id(stream, found.kind, found.founder, "".join(found.members[:1]), now),
        revision=1,
        status="suppressed" if found.suppressed else "open",
        kind=found.kind,
        severity=found.severity,
        accounts=len(found.members),
        platforms=sorted(found.platforms),
        opened_at=now,
        published_at=now,
        suppressed=found.suppressed,
        keywords=found.keywords,
        summary=found.summary,
    )
    if found.suppressed:
        return _waiting((*merged, Change(None, after, "incident.suppressed")), after, found, now, rules)
    return _published((*merged, Change(None, after, "incident.opened")), after, found, rules)


def _after_resolution(
    stream: str, current: Incident, merged: tuple[Change, ...], found: Assessment, now: int, rules: Rules
) -> Decision:
    if found.last <= current.published_at:
        return _silent(merged, current, found, rules)
    if now - current.published_at > rules.cool_down:
        return _anew(stream, found, now, rules, current, merged)
    if found.suppressed is None:
        return _publish(current, merged, "incident.reopened", found, now, rules)
    if found.severity == "info":
        return _silent(merged, current, found, rules)
    return _suppress(current, merged, found.suppressed, found, now, rules)


def _while_suppressed(
    current: Incident, merged: tuple[Change, ...], found: Assessment, now: int, rules: Rules
) -> Decision:
    """Nothing is told but a new reason, until nothing explains it: then it opens, as one that has just been seen."""
    if found.severity == "info" or now - found.last >= rules.quiet:
        return _waiting(merged, current, found, now, rules)
    if found.suppressed is None:
        after = msgspec.structs.replace(
            _revised(current, found, now, "open"),
            severity=found.severity,
            opened_at=now,
            suppressed=None,
        )
        return _published((*merged, Change(current, after, "incident.opened")), after, found, rules)
    if current.suppressed is None or found.suppressed.reason != current.suppressed.reason:
        return _suppress(current, merged, found.suppressed, found, now, rules)
    return _waiting(merged, current, found, now, rules)


def _while_open(current: Incident, merged: tuple[Change, ...], found: Assessment, now: int, rules: Rules) -> Decision:
    if found.suppressed:
        return _suppress(current, merged, found.suppressed, found, now, rules)
    if now - found.last >= rules.quiet:
        after = _revised(current, found, now, "resolved")
        return _silent((*merged, Change(current, after, "incident.resolved")), after, found, rules)
    if _RANK[found.severity] > _RANK[current.severity]:
        return _publish(current, merged, "incident.escalated", found, now, rules)
    material = (
        len(found.members) >= grown(current.accounts, rules.growth)
        or found.kind != current.kind
        or not set(found.platforms).issubset(current.platforms)
    )
    if material or merged:
        free_at = current.published_at + rules.update_interval
        if now >= free_at or merged or current.held:
            return _publish(current, merged, "incident.updated", found, now, rules)
        look_at = min(free_at, found.last + rules.quiet)
    else:
        look_at = found.last + rules.quiet
    return Decision((), current, look_at, next_size(len(found.members), current.accounts, rules.growth), NEVER)


def _publish(
    current: Incident, merged: tuple[Change, ...], event: EventType, found: Assessment, now: int, rules: Rules
) -> Decision:
    after = _revised(current, found, now, "open")
    return _published((*merged, Change(current, after, event)), after, found, rules)


def _published(changes: tuple[Change, ...], after: Incident, found: Assessment, rules: Rules) -> Decision:
    due_accounts = next_size(len(found.members), after.accounts, rules.growth)
    return Decision(changes, after, found.last + rules.quiet, due_accounts, NEVER)


def _silent(changes: tuple[Change, ...], current: Incident, found: Assessment, rules: Rules) -> Decision:
    """Silence has ended an incident; its network must grow, or come back with more than one object."""
    due_accounts = grown(len(found.members), rules.growth)
    return Decision(changes, current, None, due_accounts, found.objects + RETURN_OBJECTS)


def _suppress(
    current: Incident,
    merged: tuple[Change, ...],
    suppression: Suppression,
    found: Assessment,
    now: int,
    rules: Rules,
) -> Decision:
    after = msgspec.structs.replace(
        _revised(current, found, now, "suppressed"), severity=found.severity, suppressed=suppression
    )
    return _waiting((*merged, Change(current, after, "incident.suppressed")), after, found, now, rules)


def _waiting(changes: tuple[Change, ...], current: Incident, found: Assessment, now: int, rules: Rules) -> Decision:
    """A suppressed incident has no end to tell: it is forgotten when a return would not have been the same one."""
    forgotten_at = found.last + rules.quiet + rules.cool_down
    if now >= forgotten_at:
        return msgspec.structs.replace(_silent(changes, current, found, rules), incident=None)
    return Decision(
        changes, current, forgotten_at, next_size(len(found.members), current.accounts, rules.growth), NEVER
    )


def _revised(current: Incident, found: Assessment, now: int, status: Status) -> Incident:
    return msgspec.structs.replace(
        current,
        revision=next_revision(current),
        status=status,
        kind=found.kind,
        severity=max(current.severity, found.severity, key=_RANK.__getitem__),
        accounts=len(found.members),
        platforms=sorted({*current.platforms, *found.platforms}),
        published_at=now,
        keywords=found.keywords,
        summary=found.summary,
    )
