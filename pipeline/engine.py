"""The engine: one batch through all of it. Posts with their positions in, incident events out.

All state is in the store, the only clock is the lines' own, so live and replay give the same bytes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from pipeline.config import detection_hash
from pipeline.detect import prior
from pipeline.detect.allow import AllowList, joined
from pipeline.detect.assess import assess
from pipeline.detect.delays import BOUNDS
from pipeline.detect.replies import BOUND_MS, SAMPLE_LEAST, SAMPLE_POSTS, STEP_MS
from pipeline.detect.weights import KIND_FACTORS, LINK_FACTOR, PAIR_WEIGHTS, REPOST_FACTOR
from pipeline.incidents.burst import standing_bursts
from pipeline.incidents.decision import Rules
from pipeline.incidents.describe import describe
from pipeline.incidents.flood import FloodRules
from pipeline.incidents.life import decide
from pipeline.incidents.look import Look
from pipeline.incidents.model import Incident
from pipeline.incidents.pace import grown
from pipeline.state.batch import Batch, prepare
from pipeline.state.chronicle import Chronicle
from pipeline.state.incident_facts import facts_of, network_facts
from pipeline.state.keyword_bursts import KeywordBursts
from pipeline.state.prune import prune
from pipeline.state.store import Store
from pipeline.state.tell import ANSWERED, tell, tell_answer, tell_bursts, tell_digest
from pipeline.text.traces import SEARCHED, Kind
from pipeline.timing import timed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from redis.asyncio import Redis

    from pipeline.bursts.burst import Moved
    from pipeline.config import Settings
    from pipeline.detect.allow import Allowed
    from pipeline.detect.facts import NetworkFacts
    from pipeline.incidents.decision import Decision
    from pipeline.incidents.public import Event, IncidentEvent
    from pipeline.post import Line
    from pipeline.state.rows import NetworkRow
    from pipeline.state.store import Observed
    from pipeline.timing import Measures

PRUNE_EVERY_MS = 86_400_000
"""How often networks are rebuilt from living edges, in event time."""

SHARP_SHARE = 0.01
"""Share of strangers in all windows of a network up to which it tells them apart from its own."""

SHARP_WEIGHT = 2500
"""Weight to join such a network, in thousandths: three meetings, for believers copy once or twice."""

RING_HORIZON_MS = 90 * 86_400_000
"""How long accounts that look alike stay tied: a bought ring comes back after weeks, each time with fresh accounts."""
RECHECKED = 0.5
"""Share of more objects after which a network that answers posts is judged again."""

CHANGED = "allow"
"""What is due where the allow list of the stream has changed."""

WORTH_WHILE = 400
"""Lines whose keywords are worked on at one time where more follow: most of that work is the same for a few of them."""

UNTIL_SENT = 3
"""Turns of the loop until the client has sent a call: what computes meanwhile must not begin before."""

NETWORK_CAP = 5000
PAIR_MEMBERS = 128


class Engine:
    """Applies the lines of one stream.

    ``witness`` is shown every look at a network, ``burst_witness`` every burst that moved, before it is told.
    ``kept_as`` names the stream's keys, where they are not to be those of the stream that gives incidents their ids.
    ``measures`` are told how long stages take, and calls of the server; they change nothing. ``chronicle``: whether it
    is kept when the accounts of incidents posted, where keywords are followed.
    """

    def __init__(
        self,
        redis: Redis,
        stream: str,
        settings: Settings,
        *,
        witness: Callable[[Look], None] | None = None,
        burst_witness: Callable[[Moved], None] | None = None,
        kept_as: str | None = None,
        measures: Measures | None = None,
        chronicle: bool = False,
    ) -> None:
        self._settings = settings
        self._slots = settings.detection.band_slots
        self._kinds = frozenset(Kind[name.upper()] for name in settings.detection.traces)
        if settings.detection.look_alikes:
            self._kinds |= SEARCHED
        self._rules = incident_rules(settings)
        self._configured = configured_allowed(settings)
        self._entries: list[Allowed] = []
        self._flood = FloodRules(settings.incidents.max_opened, settings.incidents.flood_window_s * 1000)
        self._witness = witness
        self._burst_witness = burst_witness
        self._stages = measures.stages if measures else None
        self.store = Store(redis, stream, script_settings(settings), kept_as, measures.calls if measures else None)
        self.keywords = KeywordBursts(self.store, settings) if settings.bursts.follow else None
        self.chronicle = Chronicle(self.store, self.keywords, settings) if chronicle and self.keywords else None
        self.counts: dict[str, int] = {}

    async def start(self, origin: str = "live") -> bytes:
        """Take the stream up where it stands; returns that position, b'' for a new stream.

        ``origin`` is what feeds it, "live" or "replay". What a crash left due is evaluated first.
        """
        position = await self.store.open(detection_hash(self._settings), self._slots, origin)
        if self.chronicle:
            await self.chronicle.open()
        if self.keywords:
            await self.keywords.open()
        self._entries = await self.store.allowed()
        await self._tell_bursts(self.store.reached)
        await self._drain(self.store.reached)
        return position

    def prepare(self, lines: Sequence[tuple[bytes, Line | None]]) -> Batch:
        """Compute what a batch needs before the script; pure, may run while another batch is applied.

        None is a line that is passed over.
        """
        words = self._settings.bursts.words
        with timed(self._stages, "prepare", len(lines)):
            return prepare(lines, self._slots, self._kinds, keywords=self.keywords is not None, all_words=words)

    async def apply(self, batch: Batch, *, more: bool = False) -> list[Event]:
        """Apply a batch; returns the incident events it led to, which are stored already.

        Keywords lag behind by what was applied last (see `settle`): they are worked on while the server is. ``more``:
        other lines follow at once, so that they may lag further.
        """
        events: list[Event] = []
        least = WORTH_WHILE if more else 1
        while len(batch):
            with timed(self._stages, "observe", len(batch)) as run:
                done = await self._observe(batch, least)
                run.items = done.applied
            events += await self._tell_bursts(None)
            if self.keywords:
                self.keywords.add(batch, done)
            self._count(done.counts)
            batch = batch.rest(done.applied)
            if done.stop == "timer":
                events += await self._look(done.item, await self.store.timer(done.item))
            elif done.stop == "due":
                events += await self._drain(done.watermark)
            if self.keywords and self.keywords.is_to_keep:
                events += await self.settle()
                if self.chronicle:
                    await self.chronicle.write()
                await self.keywords.keep()
            if self.chronicle:
                await self.chronicle.write_now_and_then()
        return events

    def _count(self, counts: Mapping[str, int]) -> None:
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count

    async def settle(self) -> list[Event]:
        """Bring keywords up to the lines applied so far; returns the events that this led to."""
        return await self._tell_bursts(self.store.reached)

    async def _observe(self, batch: Batch, least: int) -> Observed:
        """Apply a batch as far as the next stop, and work meanwhile on keywords, where ``least`` lines or more wait."""
        call = asyncio.ensure_future(self.store.observe(batch))
        try:
            if self.keywords and self.keywords.waiting >= least:
                for _ in range(UNTIL_SENT):
                    await asyncio.sleep(0)
                with timed(self._stages, "bursts"):
                    self.keywords.work()
        finally:
            done = await call
        return done

    async def _tell_bursts(self, now: int | None) -> list[Event]:
        """Tell the bursts that moved up to an event time (ms), None for what is known to have moved already."""
        moved = self.keywords.take(now) if self.keywords else ()
        if self._burst_witness:
            for each in moved:
                self._burst_witness(each)
        if not moved:
            return []
        with timed(self._stages, "bursts", len(moved)):
            return await tell_bursts(self.store, moved)

    async def standing(self) -> list[IncidentEvent]:
        """Return the open and suppressed incidents, and the bursts that go on, as they stand now. Changes nothing."""
        now = await self.store.watermark()
        told: list[IncidentEvent] = []
        for number in map(int, await self.store.items("net:incident")):
            network = await self.store.network(number)
            if network is None:
                continue
            found = assess(await self._facts(number, network, now), self._allowed(now))
            for _, form in await self.store.network_incidents(number):
                incident = msgspec.structs.replace(msgspec.json.decode(form, type=Incident), kind=found.kind)
                if incident.status == "open":
                    event = incident.held or "incident.updated"
                    told.append(describe(self.store.stream, incident, event, found, now))
                elif incident.status == "suppressed":
                    why = found.suppressed or incident.suppressed
                    incident = msgspec.structs.replace(incident, severity=found.severity, suppressed=why)
                    told.append(describe(self.store.stream, incident, "incident.suppressed", found, now))
        bursts = self.keywords.bursts if self.keywords else ()
        return told + standing_bursts(self.store.stream, bursts, now)

    async def facts_of(self, incident_id: str) -> tuple[NetworkFacts, AllowList] | None:
        """Return the facts of an incident's network as they are now, and whom an operator vouches for."""
        bursts = self.keywords.bursts if self.keywords else ()
        return await facts_of(self.store, incident_id, configured=self._configured, bursts=bursts)

    async def _drain(self, now: int) -> list[Event]:
        events: list[Event] = []
        while items := await self.store.due():
            events += await self._take_up(items[0], now)
        return events

    async def _look(self, item: str, at: int | None) -> list[Event]:
        if at is None:
            return []
        if item == "prune":
            await prune(self.store, at, self._settings.detection.edge_horizon_s * 1000, PRUNE_EVERY_MS)
            return []
        if item == "digest":
            events = await self._tell_bursts(max(at, self.store.reached))
            return events + await tell_digest(self.store, at, self._flood)
        return await self._evaluate(item, at)

    async def _take_up(self, item: str, now: int) -> list[Event]:
        """Do what is due: judge a network, take up a change of the allow list, or tell an answer."""
        if item == CHANGED:
            self._entries = await self.store.allowed()
            await self.store.commit(item, [])
            return []
        if item.startswith(ANSWERED):
            events = await self._tell_bursts(max(now, self.store.reached))
            told = await tell_answer(self.store, item.removeprefix(ANSWERED), now)
            self._count({"verdicts" if told else "moot_verdicts": 1})
            return events + told
        return await self._evaluate(item, now)

    def _allowed(self, now: int) -> AllowList:
        """Whom an operator vouches for at an event time (ms)."""
        return joined(self._configured, self._entries, now)

    async def _facts(self, number: int, network: NetworkRow, now: int) -> NetworkFacts:
        bursts = self.keywords.bursts if self.keywords else ()
        return await network_facts(self.store, number, network, now, bursts)

    async def _evaluate(self, item: str, now: int) -> list[Event]:
        """Judge a network and tell what changed, after the bursts until then; the due mark goes with it."""
        with timed(self._stages, "evaluate"):
            return await self._judge(item, now)

    async def _judge(self, item: str, now: int) -> list[Event]:
        number = int(item.removeprefix("net:"))
        network = await self.store.network(number)
        if network is None:
            await self.store.commit(item, [])
            return []
        events = await self._tell_bursts(max(now, self.store.reached))
        facts = await self._facts(number, network, now)
        allowed = self._allowed(now)
        found = assess(facts, allowed)
        forms = dict(await self.store.network_incidents(number))
        known = [msgspec.json.decode(form, type=Incident) for form in forms.values()]
        decision = bounded(
            decide(self.store.stream, known, found, now, self._rules), network, facts, len(found.members)
        )
        if self._witness:
            self._witness(Look(number, now, facts, found, tuple(known), decision, allowed))
        if self.chronicle:
            await self.chronicle.look(decision, facts, found.keywords, now)
        return events + await tell(self.store, number, network, decision, forms, found, now, self._flood)


def bounded(decision: Decision, network: NetworkRow, facts: NetworkFacts, members: int) -> Decision:
    """Return the decision with the bounds at which the network as it is stored is due again.

    A swarm shows by what it answers, not by growing: without an incident it is due by half as many objects again. The
    stored network counts those who were told apart as joiners, the decision does not.
    """
    if decision.incident is None and any(each.kind == Kind.REPLY for each in facts.objects):
        objects = grown(len(facts.objects), RECHECKED)
        return msgspec.structs.replace(decision, due_accounts=network.accounts, due_objects=objects)
    return msgspec.structs.replace(decision, due_accounts=decision.due_accounts + network.accounts - members)


def configured_allowed(settings: Settings) -> AllowList:
    """Return whom the configuration vouches for."""
    return AllowList(frozenset(settings.allow.accounts), frozenset(settings.allow.domains))


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
        "group_single": 40_000_000,
        "rush_evidence": 10_000_000,
        "rush_authors": 16,
        "rush_span": 1_200_000,
        "group_shared": 3,
        "per_stranger": 10,
        "hashtag_span": 7_200_000,
        "rare_share": 33,
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
        "sharp_weight": SHARP_WEIGHT,
        "sharp_share": SHARP_SHARE,
        "min_accounts": detection.min_accounts,
        "min_objects": detection.min_objects,
        "grace": detection.grace_s * 1000,
        "link_factor": LINK_FACTOR,
        "repost_factor": REPOST_FACTOR,
        "edge_horizon": detection.edge_horizon_s * 1000,
        "pair_members": PAIR_MEMBERS,
        "network_cap": NETWORK_CAP,
        "prune_every": PRUNE_EVERY_MS,
        "ring_horizon": RING_HORIZON_MS,
        "overlap_horizon": 129_600_000,
        "overlap_accounts": 4,
        "overlap_evidence": 20_000_000,
        "overlap_factor": 10,
        "grow_members": 2,
        "grow_authors": 64,
        "wave_gap": 60_000,
        "wave_authors": 6,
        "wave_span": 600_000,
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
