"""The engine: one batch through all of it. Posts with their positions in, incident events out.

All state is in the store, the only clock is the lines' own, so live and replay give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.config import detection_hash
from pipeline.detect import prior
from pipeline.detect.assess import assess, main_keyword
from pipeline.detect.delays import BOUNDS
from pipeline.detect.replies import BOUND_MS, SAMPLE_LEAST, SAMPLE_POSTS, STEP_MS
from pipeline.detect.weights import KIND_FACTORS, LINK_FACTOR, PAIR_WEIGHTS, REPOST_FACTOR
from pipeline.incidents.life import Change, Decision, Rules, decide, grown
from pipeline.incidents.model import Incident
from pipeline.incidents.public import IncidentEvent, describe, encode_event
from pipeline.state.batch import Batch, prepare
from pipeline.state.gather import gather_network
from pipeline.state.prune import prune
from pipeline.state.rivals import find_rivals
from pipeline.state.rows import NetworkRow, pack_network
from pipeline.state.store import Store
from pipeline.text.traces import SEARCHED, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from pipeline.config import Settings
    from pipeline.detect.facts import NetworkFacts
    from pipeline.post import Line

PRUNE_EVERY_MS = 86_400_000
"""How often networks are rebuilt from living edges, in event time."""

RECHECKED = 0.5
"""Share of more objects after which a network that answers posts is judged again."""

NETWORK_CAP = 5000
PAIR_MEMBERS = 128


class Engine:
    """Applies the lines of one stream."""

    def __init__(self, redis: Redis, stream: str, settings: Settings) -> None:
        self._settings = settings
        self._slots = settings.detection.band_slots
        self._kinds = frozenset(Kind[name.upper()] for name in settings.detection.traces)
        if settings.detection.look_alikes:
            self._kinds |= SEARCHED
        self._rules = incident_rules(settings)
        self.store = Store(redis, stream, script_settings(settings))
        self.counts: dict[str, int] = {}

    async def start(self, origin: str = "live") -> bytes:
        """Take the stream up where it stands; returns that position, b'' for a new stream.

        ``origin`` is what feeds it, "live" or "replay". What a crash left due is evaluated first.
        """
        position = await self.store.open(detection_hash(self._settings), self._slots, origin)
        await self._drain(await self.store.watermark())
        return position

    def prepare(self, lines: Sequence[tuple[bytes, Line]]) -> Batch:
        """Compute what a batch needs before the script; pure, may run while another batch is applied."""
        return prepare(lines, self._slots, self._kinds)

    async def apply(self, batch: Batch) -> list[IncidentEvent]:
        """Apply a batch; returns the incident events it led to, which are stored already."""
        events: list[IncidentEvent] = []
        while len(batch):
            done = await self.store.observe(batch)
            for name, count in done.counts.items():
                self.counts[name] = self.counts.get(name, 0) + count
            batch = batch.rest(done.applied)
            if done.stop == "timer":
                events += await self._look(done.item)
            elif done.stop == "due":
                events += await self._drain(done.watermark)
        return events

    async def standing(self) -> list[IncidentEvent]:
        """Return the open incidents as their networks stand now: what a next event would tell. Changes nothing."""
        now = await self.store.watermark()
        told: list[IncidentEvent] = []
        for number in map(int, await self.store.items("net:incident")):
            network = await self.store.network(number)
            if network is None:
                continue
            found = assess(await self._facts(number, network, now))
            for _, form in await self.store.network_incidents(number):
                incident = msgspec.json.decode(form, type=Incident)
                if incident.status == "open":
                    change = Change(incident, incident, "incident.updated")
                    told.append(describe(self.store.stream, change, found, now))
        return told

    async def _drain(self, now: int) -> list[IncidentEvent]:
        events: list[IncidentEvent] = []
        while items := await self.store.due():
            events += await self._evaluate(items[0], now)
        return events

    async def _look(self, item: str) -> list[IncidentEvent]:
        at = await self.store.timer(item)
        if at is None:
            return []
        if item == "prune":
            await prune(self.store, at, self._settings.detection.edge_horizon_s * 1000, PRUNE_EVERY_MS)
            return []
        return await self._evaluate(item, at)

    async def _facts(self, number: int, network: NetworkRow, now: int) -> NetworkFacts:
        facts = await gather_network(self.store, number, network, now)
        rivals = await find_rivals(self.store, number, facts, main_keyword(facts))
        return msgspec.structs.replace(facts, rivals=rivals)

    async def _evaluate(self, item: str, now: int) -> list[IncidentEvent]:
        """Judge a network and publish what changed; the due mark goes with it."""
        number = int(item.removeprefix("net:"))
        network = await self.store.network(number)
        if network is None:
            await self.store.commit(item, [])
            return []
        facts = await self._facts(number, network, now)
        found = assess(facts)
        stored = await self.store.network_incidents(number)
        known = [msgspec.json.decode(form, type=Incident) for _, form in stored]
        decision = decide(self.store.stream, known, found, now, self._rules)
        events = [describe(self.store.stream, change, found, now) for change in decision.changes]
        forms = {incident.incident_id: form for incident, (_, form) in zip(known, stored, strict=True)}
        await self.store.commit(
            item,
            [
                (
                    change.after.incident_id,
                    forms[change.before.incident_id] if change.before else b"",
                    msgspec.json.encode(change.after),
                    encode_event(event),
                )
                for change, event in zip(decision.changes, events, strict=True)
            ],
            network=number,
            row=pack_network(bounded(network, decision, facts)),
            incident=decision.incident.incident_id if decision.incident else "",
            look_at=decision.look_at or 0,
        )
        return events


def bounded(network: NetworkRow, decision: Decision, facts: NetworkFacts) -> NetworkRow:
    """Return the network's state with the bounds at which it is due again.

    A swarm shows by what it answers, not by growing: without an incident it is due by half as many objects again.
    """
    if decision.incident is None and any(each.kind == Kind.REPLY for each in facts.objects):
        objects = grown(len(facts.objects), RECHECKED)
        return msgspec.structs.replace(network, due_accounts=network.accounts, due_objects=objects)
    return msgspec.structs.replace(network, due_accounts=decision.due_accounts, due_objects=decision.due_objects)


def incident_rules(settings: Settings) -> Rules:
    """Return the rules of an incident's life, in ms."""
    incidents = settings.incidents
    return Rules(
        quiet=incidents.quiet_s * 1000,
        cool_down=incidents.cool_down_s * 1000,
        update_interval=incidents.update_interval_s * 1000,
        growth=incidents.growth,
        min_objects=settings.detection.min_objects,
    )


def lookalike_settings() -> dict[str, object]:
    """Return what the script's search for look-alikes needs: evidence in millionths, ages in ms."""
    return {
        "group_authors": 8,
        "group_alike": 7,
        "group_evidence": 22_000_000,
        "group_second": 5_000_000,
        "group_shared": 3,
        "grow_members": 2,
        "grow_authors": 64,
        "baseline_age": 86_400_000,
        "baseline_authors": 2000,
        "baseline_births": 300,
        "baseline_cap": 20_000,
        "prior": prior.COUNTS,
        "prior_weight": prior.WEIGHT,
    }


def script_settings(settings: Settings) -> dict[str, object]:
    """Return what the observe script needs, in its units: ms, thousandths, lanes of 64."""
    detection = settings.detection
    return {
        "index_horizon": detection.index_horizon_s * 1000,
        "pair_horizon": detection.pair_horizon_s * 1000,
        "equal_lanes": round(64 * detection.similarity),
        "edge_weight": round(1000 * detection.edge_weight),
        "min_accounts": detection.min_accounts,
        "min_objects": detection.min_objects,
        "grace": detection.grace_s * 1000,
        "link_factor": LINK_FACTOR,
        "repost_factor": REPOST_FACTOR,
        "pair_members": PAIR_MEMBERS,
        "network_cap": NETWORK_CAP,
        "prune_every": PRUNE_EVERY_MS,
        "weights": PAIR_WEIGHTS,
        "kind_factors": KIND_FACTORS,
        "delay_bounds": BOUNDS,
        "replies": "reply" in detection.traces,
        "reply_bound": BOUND_MS,
        "reply_step": STEP_MS,
        "sample_posts": SAMPLE_POSTS,
        "sample_least": SAMPLE_LEAST,
        "look_alikes": detection.look_alikes,
        **(lookalike_settings() if detection.look_alikes else {}),
    }
