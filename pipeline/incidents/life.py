"""The life of an incident: opened, updated, escalated, resolved, reopened, merged. Pure.

Rules see an assessment and the incident as last published; they return what is to be published and when to look again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.detect.assess import CRITICAL_ACCOUNTS
from pipeline.incidents.model import EventType, Incident, incident_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.assess import Assessment, Severity

_RANK: Final[dict[Severity, int]] = {"info": 0, "warning": 1, "critical": 2}


class Rules(msgspec.Struct, frozen=True):
    """Times in ms; ``growth`` is the share of new accounts that makes a change material."""

    quiet: int
    cool_down: int
    update_interval: int
    growth: float
    min_objects: int


class Change(msgspec.Struct, frozen=True):
    """An incident's new state and the event that tells it."""

    before: Incident | None
    after: Incident
    event: EventType


class Decision(msgspec.Struct, frozen=True):
    """Changes in the order of publishing, and when to look at the network again.

    ``look_at`` is an event time in ms; ``due_accounts`` and ``due_objects`` are the sizes that make it due before.
    """

    changes: tuple[Change, ...]
    incident: Incident | None
    look_at: int | None
    due_accounts: int
    due_objects: int


def decide(stream: str, known: Sequence[Incident], found: Assessment, now: int, rules: Rules) -> Decision:
    """Decide what a network's assessment at ``now`` changes.

    ``known`` are the network's incidents: several after networks have merged, then the oldest goes on.
    """
    living = sorted((i for i in known if i.status != "merged"), key=lambda i: (i.opened_at, i.incident_id))
    if not living:
        return _without_incident(stream, found, now, rules)
    current, merged = _merge(living, now)
    if current.status == "resolved":
        return _after_resolution(stream, current, merged, found, now, rules)
    return _while_open(current, merged, found, now, rules)


def _merge(living: Sequence[Incident], now: int) -> tuple[Incident, tuple[Change, ...]]:
    """The oldest open one survives, without an open one the oldest; the others point to it."""
    survivor = next((i for i in living if i.status == "open"), living[0])
    changes = []
    for other in living:
        if other is survivor:
            continue
        after = msgspec.structs.replace(
            other, status="merged", revision=other.revision + 1, published_at=now, into=survivor.incident_id
        )
        changes.append(Change(other, after, "incident.merged"))
    return survivor, tuple(changes)


def _without_incident(stream: str, found: Assessment, now: int, rules: Rules) -> Decision:
    if found.severity == "info":
        return Decision((), None, None, grown(len(found.members), rules.growth), found.objects)
    return _opened(stream, (), found, now, rules)


def _opened(stream: str, merged: tuple[Change, ...], found: Assessment, now: int, rules: Rules) -> Decision:
    after = Incident(
        incident_id=incident_id(stream, found.kind, found.founder, now),
        revision=1,
        status="open",
        kind=found.kind,
        severity=found.severity,
        accounts=len(found.members),
        platforms=sorted(found.platforms),
        opened_at=now,
        published_at=now,
        keywords=found.keywords,
    )
    return _published((*merged, Change(None, after, "incident.opened")), after, found, rules)


def _after_resolution(
    stream: str,
    current: Incident,
    merged: tuple[Change, ...],
    found: Assessment,
    now: int,
    rules: Rules,
) -> Decision:
    if found.last <= current.published_at:
        return Decision(merged, current, None, 0, found.objects + rules.min_objects)
    if now - current.published_at > rules.cool_down:
        return _opened(stream, merged, found, now, rules)
    return _publish(current, merged, "incident.reopened", found, now, rules)


def _while_open(current: Incident, merged: tuple[Change, ...], found: Assessment, now: int, rules: Rules) -> Decision:
    if now - found.last >= rules.quiet:
        after = _revised(current, found, now, "resolved")
        changes = (*merged, Change(current, after, "incident.resolved"))
        # Silence ends an incident; the network must show as much again as it took to be seen.
        return Decision(changes, after, None, 0, found.objects + rules.min_objects)
    if _RANK[found.severity] > _RANK[current.severity]:
        return _publish(current, merged, "incident.escalated", found, now, rules)
    material = len(found.members) >= grown(current.accounts, rules.growth) or not set(found.platforms).issubset(
        current.platforms
    )
    if material or merged:
        free_at = current.published_at + rules.update_interval
        if now >= free_at or merged:
            return _publish(current, merged, "incident.updated", found, now, rules)
        look_at = min(free_at, found.last + rules.quiet)
    else:
        look_at = found.last + rules.quiet
    return Decision((), current, look_at, next_size(len(found.members), current.accounts, rules.growth), 0)


def _publish(
    current: Incident,
    merged: tuple[Change, ...],
    event: EventType,
    found: Assessment,
    now: int,
    rules: Rules,
) -> Decision:
    after = _revised(current, found, now, "open")
    return _published((*merged, Change(current, after, event)), after, found, rules)


def _published(changes: tuple[Change, ...], after: Incident, found: Assessment, rules: Rules) -> Decision:
    due_accounts = next_size(len(found.members), after.accounts, rules.growth)
    return Decision(changes, after, found.last + rules.quiet, due_accounts, 0)


def _revised(current: Incident, found: Assessment, now: int, status: str) -> Incident:
    return msgspec.structs.replace(
        current,
        revision=current.revision + 1,
        status=status,
        severity=max(current.severity, found.severity, key=_RANK.__getitem__),
        accounts=len(found.members),
        platforms=sorted({*current.platforms, *found.platforms}),
        published_at=now,
        keywords=found.keywords,
    )


def next_size(accounts: int, told: int, growth: float) -> int:
    """Return the size above ``accounts`` that is worth the next look: by growth over what was told, or by severity."""
    return min(size for size in (CRITICAL_ACCOUNTS, grown(told, growth), grown(accounts, growth)) if size > accounts)


def grown(accounts: int, growth: float) -> int:
    """Return the number of accounts that is a material growth over ``accounts``."""
    return max(accounts + 1, math.ceil(accounts * (1 + growth)))
