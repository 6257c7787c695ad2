"""What was decided becomes what is told: changes past the flood guard, into incidents, events and timers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.incidents.answer import stored_answer
from pipeline.incidents.burst import KIND, burst_incident, describe_burst
from pipeline.incidents.describe import describe, describe_answer, describe_digest, hold
from pipeline.incidents.flood import Flood, digest_at, release, restrain
from pipeline.incidents.model import Incident, answered
from pipeline.incidents.public import HeldIncident, encode_event
from pipeline.state.rows import pack_network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.bursts.burst import Moved
    from pipeline.detect.assess import Assessment
    from pipeline.incidents.decision import Decision
    from pipeline.incidents.flood import FloodRules
    from pipeline.incidents.public import Event
    from pipeline.state.rows import NetworkRow
    from pipeline.state.store import Store


ANSWERED: Final = "verdict:"
"""What is due where an incident, named behind it, was answered."""


async def tell(
    store: Store,
    number: int,
    network: NetworkRow,
    decision: Decision,
    forms: Mapping[str, bytes],
    found: Assessment,
    now: int,
    rules: FloodRules,
) -> list[Event]:
    """Write what a look at a network decided, and return the events; its due mark goes with it.

    ``forms`` are the network's incidents as they were read, by id; ``now`` in ms.
    """
    before = await store.flood()
    flood = _decoded(before)
    changes, after = restrain(decision.changes, flood, now, rules)
    events: list[Event] = []
    rows: list[tuple[str, bytes, bytes, bytes]] = []
    held: dict[str, bytes] = {}
    for change in changes:
        incident, raw = change.after, b""
        if incident.held:
            held[incident.incident_id] = msgspec.json.encode(hold(incident, incident.held, found))
        elif change.event:
            event = describe(store.stream, incident, change.event, found, now)
            events.append(event)
            raw = encode_event(event)
        form = forms[incident.incident_id] if change.before else b""
        rows.append((incident.incident_id, form, msgspec.json.encode(incident), raw))
    bounds = {"due_accounts": decision.due_accounts, "due_objects": decision.due_objects}
    await store.commit(
        f"net:{number}",
        rows,
        network=number,
        row=pack_network(msgspec.structs.replace(network, **bounds)),
        incident=decision.incident.incident_id if decision.incident else "",
        look_at=decision.look_at or 0,
        held=held,
        flood=None if after == flood else (before, msgspec.json.encode(after), digest_at(after, rules) or 0),
    )
    return events


async def tell_bursts(store: Store, moved: Sequence[Moved]) -> list[Event]:
    """Write what moved of bursts that are told, and return the events, but for those told before a restart.

    All at once, as far as none moves twice.
    """
    events: list[Event] = []
    left = [each for each in moved if each.burst.revision]
    while left:
        ids = [each.burst.burst_id for each in left]
        once = next((n for n, name in enumerate(ids) if name in ids[:n]), len(ids))
        forms = await store.fields("incidents", ids[:once])
        changes: list[tuple[str, bytes, bytes, bytes]] = []
        for each, form in zip(left[:once], forms, strict=True):
            if form is not None and msgspec.json.decode(form, type=Incident).revision >= each.burst.revision:
                continue
            event = describe_burst(store.stream, each)
            events.append(event)
            after = msgspec.json.encode(burst_incident(each))
            changes.append((each.burst.burst_id, form or b"", after, encode_event(event)))
        if changes:
            await store.commit("bursts", changes)
        left = left[once:]
    return events


async def tell_digest(store: Store, now: int, rules: FloodRules) -> list[Event]:
    """Tell all that is held back with one event, and return it; ``now`` in ms."""
    before = await store.flood()
    flood = _decoded(before)
    waiting = await store.items("held")
    held = [msgspec.json.decode(raw, type=HeldIncident) for raw in waiting.values()]
    forms = [form for form in await store.fields("incidents", list(waiting)) if form is not None]
    changes, after = release([msgspec.json.decode(form, type=Incident) for form in forms], flood, now, rules)
    digest = describe_digest(store.stream, held, now if flood.since is None else flood.since, now, rules)
    await store.commit(
        "digest",
        [
            (change.after.incident_id, form, msgspec.json.encode(change.after), b"")
            for change, form in zip(changes, forms, strict=True)
        ],
        digest=encode_event(digest),
        flood=(before, msgspec.json.encode(after), 0),
    )
    return [digest]


async def tell_answer(store: Store, name: str, now: int) -> list[Event]:
    """Tell what an operator answered to an incident, and return the event; ``now`` in ms.

    Nothing is told where nobody knows the incident, of a burst, which says nothing of a campaign, and where it was
    answered in the same words before.
    """
    item = f"{ANSWERED}{name}"
    (form,), (raw,), (waiting,) = await store.read([(key, [name]) for key in ("incidents", "answers", "held")])
    incident = None if form is None else msgspec.json.decode(form, type=Incident)
    answer = None if raw is None else stored_answer(raw)
    if form is None or incident is None or answer is None or incident.kind == KIND or incident.answer == answer:
        await store.commit(item, [])
        return []
    after, revision = answered(incident, answer)
    event = describe_answer(store.stream, incident, answer, revision, now)
    held = {}
    if waiting is not None:
        told = msgspec.json.decode(waiting, type=HeldIncident)
        held[name] = msgspec.json.encode(msgspec.structs.replace(told, revision=after.revision))
    await store.commit(item, [(name, form, msgspec.json.encode(after), encode_event(event))], held=held)
    return [event]


def _decoded(form: bytes) -> Flood:
    return msgspec.json.decode(form, type=Flood) if form else Flood()
