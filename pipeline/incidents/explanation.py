"""An incident explained, from the looks that it hangs on. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.detect.alike import strongest
from pipeline.detect.assess import Kind, TemplateShown
from pipeline.detect.gate import weigh_all
from pipeline.detect.rule import Bound, Suppression
from pipeline.detect.severity import Severity
from pipeline.detect.signal import Signal, rounded
from pipeline.detect.whatif import WhatIf, ask, contributions, nearest
from pipeline.incidents.history import Happened, life
from pipeline.incidents.look import Look
from pipeline.incidents.model import EventType, Incident, Status
from pipeline.incidents.public import rfc3339
from pipeline.incidents.trail import Difference, Search, differences, looks_before, missing, seen, waits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.detect.rule import Condition, Weighed
    from pipeline.incidents.public import Event
    from pipeline.incidents.trail import Seen

SCHEMA: Final = 1
"""Version of the JSON; it rises when a field changes its meaning or goes."""


class Moments(msgspec.Struct):
    """The looks that an incident hangs on.

    ``opening``: the one that made it. ``decided``: the last one that opened, reopened or suppressed it. ``last``: the
    last one of its life. ``incident``: it after its last change.
    """

    opening: Look
    decided: Look
    last: Look
    incident: Incident


class Head(msgspec.Struct, frozen=True):
    """An incident as of its last look; ``into`` is the one that it was merged into."""

    incident_id: str
    stream: str
    summary: str
    kind: Kind
    severity: Severity
    score: float
    status: Status
    suppressed: Suppression | None
    into: str | None
    first_post_at: str
    last_post_at: str
    opened_at: str
    looked_at: str
    members: int
    joiners: int
    keywords: list[str]


class Part(msgspec.Struct, frozen=True):
    """A part of the score, in nats, at the opening and at the last look."""

    what: str
    at_opening: float
    at_last: float


class Evidence(msgspec.Struct, frozen=True):
    """A signal at the last look, or where it is gone by then, at the opening; values None where it was not seen."""

    signal: Signal
    at_opening: float | None
    at_last: float | None


class LookRow(msgspec.Struct, frozen=True):
    """A look before the opening; ``missing`` is what kept it from an alarm. ``incident`` is an earlier one's id."""

    at: str
    network: int
    accounts: int
    objects: int
    score: float
    severity: Severity
    missing: list[str]
    incident: str | None
    due_accounts: int
    due_objects: int


class Measured(msgspec.Struct, frozen=True):
    """What was measured against a bound."""

    what: str
    measured: float
    form: Bound
    bound: float
    met: bool


class Way(msgspec.Struct, frozen=True):
    """A way to a first look: what it asks for, and what the network had at its opening."""

    way: str
    measures: list[Measured]
    met: bool


class Opening(msgspec.Struct, frozen=True):
    """Why then: the looks before, and what was new at the opening; ``ways`` are those to a first look."""

    at: str
    event: EventType | None
    after_first_post_s: float
    accounts: int
    objects: int
    looks: list[LookRow]
    new: list[Difference]
    ways: list[Way]


class GateRow(msgspec.Struct, frozen=True):
    """A rule of the gate. ``asked``: whether it is listened to; ``cause``: what it says where all measures are met."""

    rule: str
    asked: bool
    suppresses: bool
    cause: Suppression | None
    measures: list[Measured]


class Gate(msgspec.Struct, frozen=True):
    """What the gate weighed, at the look that decided; ``nearest`` names the rule that lacks least."""

    at: str
    rules: list[GateRow]
    nearest: str | None


class Explanation(msgspec.Struct, frozen=True):
    """An incident explained: what is held of it and on what it hangs."""

    schema: int
    head: Head
    evidence: list[Evidence]
    templates: list[TemplateShown]
    parts: list[Part]
    opening: Opening
    gate: Gate
    silence: WhatIf
    life: list[Happened]


def explanation(
    stream: str, moments: Moments, looks: Sequence[Seen], events: Sequence[Event], search: Search
) -> Explanation:
    """Explain an incident of which ``looks`` are all the stream's, ``events`` all that was told."""
    return Explanation(
        schema=SCHEMA,
        head=_head(stream, moments),
        evidence=_evidence(moments),
        templates=moments.last.found.templates,
        parts=_parts(moments),
        opening=_opening(moments, looks, search),
        gate=_gate(moments.decided),
        silence=ask(moments.decided.facts),
        life=life(moments.incident.incident_id, events),
    )


def _head(stream: str, moments: Moments) -> Head:
    found, incident = moments.last.found, moments.incident
    return Head(
        incident_id=incident.incident_id,
        stream=stream,
        summary=found.summary,
        kind=incident.kind,
        severity=incident.severity,
        score=found.score,
        status=incident.status,
        suppressed=incident.suppressed,
        into=incident.into,
        first_post_at=rfc3339(found.first),
        last_post_at=rfc3339(found.last),
        opened_at=rfc3339(incident.opened_at),
        looked_at=rfc3339(moments.last.at),
        members=len(found.members),
        joiners=len(found.joiners),
        keywords=found.keywords,
    )


def _evidence(moments: Moments) -> list[Evidence]:
    old = {signal.signal: signal for signal in moments.opening.found.evidence}
    new = {signal.signal: signal for signal in moments.last.found.evidence}
    rows = [Evidence(signal, old[name].value if name in old else None, signal.value) for name, signal in new.items()]
    return [*rows, *(Evidence(signal, signal.value, None) for name, signal in old.items() if name not in new)]


def _parts(moments: Moments) -> list[Part]:
    old, new = dict(contributions(moments.opening.facts)), dict(contributions(moments.last.facts))
    return [Part(name, rounded(old.get(name, 0.0)), rounded(new.get(name, 0.0))) for name in {**new, **old}]


def _opening(moments: Moments, looks: Sequence[Seen], search: Search) -> Opening:
    opening = moments.opening
    before = looks_before(looks, opening)
    facts, found = opening.facts, strongest(opening.facts)
    ways = waits(facts, found.group if found else None, search)
    name = moments.incident.incident_id
    return Opening(
        at=rfc3339(opening.at),
        event=next((change.event for change in opening.decision.changes if change.after.incident_id == name), None),
        after_first_post_s=rounded((opening.at - opening.found.first) / 1000),
        accounts=len(facts.members),
        objects=len(facts.objects),
        looks=[_look_row(each, search) for each in before],
        new=differences(before[-1], seen(opening)) if before else [],
        ways=[Way(way, measured(conditions), all(each.met for each in conditions)) for way, conditions in ways.items()],
    )


def _look_row(look: Seen, search: Search) -> LookRow:
    return LookRow(
        at=rfc3339(look.at),
        network=look.number,
        accounts=look.accounts,
        objects=look.objects,
        score=look.score,
        severity=look.severity,
        missing=missing(look, search),
        incident=look.incident,
        due_accounts=look.due_accounts,
        due_objects=look.due_objects,
    )


def _gate(decided: Look) -> Gate:
    weighed = weigh_all(decided.facts, decided.allowed)
    near = nearest(weighed)
    return Gate(rfc3339(decided.at), [_gate_row(each) for each in weighed], near.rule if near else None)


def _gate_row(weighed: Weighed) -> GateRow:
    return GateRow(weighed.rule, weighed.asked, weighed.suppresses, weighed.cause, measured(weighed.conditions))


def measured(conditions: Iterable[Condition]) -> list[Measured]:
    """Return conditions as they are told: rounded, with their verdict."""
    return [Measured(each.what, rounded(each.measured), each.form, each.bound, each.met) for each in conditions]
