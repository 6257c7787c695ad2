"""The flood guard: whatever a stream's networks do, receivers hear one consistent story, and never too much at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from support.assessments import found

from pipeline.detect.gate import Reason
from pipeline.detect.severity import Severity
from pipeline.incidents.decision import Change, Rules
from pipeline.incidents.flood import Flood, FloodRules, digest_at, release, restrain
from pipeline.incidents.life import decide
from pipeline.incidents.model import EventType, Incident, Status

MINUTE = 60_000
RULES = Rules(quiet=20 * MINUTE, cool_down=30 * MINUTE, update_interval=5 * MINUTE, growth=0.25, min_objects=3)
FLOOD = FloodRules(max_opened=1, window=15 * MINUTE)
AFTER: dict[str, tuple[set[Status | None], Status]] = {
    "incident.opened": ({None, "suppressed"}, "open"),
    "incident.updated": ({"open"}, "open"),
    "incident.escalated": ({"open"}, "open"),
    "incident.resolved": ({"open"}, "resolved"),
    "incident.reopened": ({"resolved"}, "open"),
    "incident.suppressed": ({None, "open", "resolved", "suppressed"}, "suppressed"),
    "incident.merged": ({"open", "resolved", "suppressed"}, "merged"),
}
"""Which events may follow what a receiver knows, and what it knows then."""


@dataclass
class Network:
    name: str
    members: int = 4
    objects: int = 5
    last: int = 0
    severity: Severity = "info"
    reason: Reason | None = None
    incidents: list[str] = field(default_factory=list)


@dataclass
class Stream:
    """A stream's incidents, and what a receiver has been told of them, id by id."""

    networks: dict[int, Network] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    timers: dict[str, int] = field(default_factory=dict)
    flood: Flood = field(default_factory=Flood)
    revisions: dict[str, int] = field(default_factory=dict)
    knows: dict[str, Status] = field(default_factory=dict)
    alarms: list[int] = field(default_factory=list)
    held_at: dict[str, int] = field(default_factory=dict)
    since: int = 0

    def advance(self, until: int) -> None:
        """Let event time pass: what is due before a moment is looked at first, as the engine does."""
        while due := sorted((at, item) for item, at in self.timers.items() if at <= until):
            at, item = due[0]
            del self.timers[item]
            if item == "digest":
                self.digest(at)
            else:
                self.look(int(item.removeprefix("net:")), at)

    def look(self, number: int, now: int) -> None:
        network = self.networks[number]
        known = [self.incidents[name] for name in network.incidents]
        assessment = found(
            network.members, network.severity, network.last, network.objects, network.reason, network.name
        )
        decision = decide("s", known, assessment, now, RULES)
        changes, flood = restrain(decision.changes, self.flood, now, FLOOD)
        for change in changes:
            assert change.before == self.incidents.get(change.after.incident_id)
            assert change.before != change.after
            self.incidents[change.after.incident_id] = change.after
            self.hear(change, now)
        network.incidents = [decision.incident.incident_id] if decision.incident else []
        if decision.look_at is not None:
            self.timers[f"net:{number}"] = decision.look_at
        self.guard(flood, now)

    def hear(self, change: Change, now: int) -> None:
        name = change.after.incident_id
        if change.after.held:
            assert change.event is None
            assert change.after.status == "resolved" or change.after.severity != "critical"
            self.since = self.since if self.held_at else now
            self.held_at.setdefault(name, now)
            return
        self.held_at.pop(name, None)
        if change.event is None:
            assert name not in self.knows, "of what a receiver knows, the end is told"
            return
        if change.event in ("incident.opened", "incident.reopened"):
            assert change.after.severity == "critical" or self.in_window(now) < FLOOD.max_opened
            self.alarms.append(now)
        self.told(name, change.event, change.after.revision)
        assert self.knows[name] == change.after.status

    def digest(self, now: int) -> None:
        held = [incident for incident in self.incidents.values() if incident.held]
        assert {incident.incident_id for incident in held} == set(self.held_at)
        assert held, "a digest has something to tell"
        assert now <= min(self.held_at.values()) + FLOOD.window
        assert now == min(self.since, self.alarms[-FLOOD.max_opened]) + FLOOD.window
        for incident in held:
            assert incident.held is not None
            self.told(incident.incident_id, incident.held, incident.revision)
            self.knows[incident.incident_id] = incident.status
        changes, flood = release(held, self.flood, now, FLOOD)
        for change in changes:
            self.incidents[change.after.incident_id] = change.after
        self.held_at.clear()
        self.alarms.append(now)
        self.guard(flood, now)

    def guard(self, flood: Flood, now: int) -> None:
        self.flood = flood
        assert flood.waiting == len(self.held_at)
        at = digest_at(flood, FLOOD)
        self.timers.pop("digest", None)
        if at is not None:
            assert at > now
            self.timers["digest"] = at

    def told(self, name: str, event: EventType, revision: int) -> None:
        before, after = AFTER[event]
        assert self.knows.get(name) in before
        assert revision == self.revisions.get(name, 0) + 1
        self.revisions[name], self.knows[name] = revision, after

    def in_window(self, now: int) -> int:
        return sum(at > now - FLOOD.window for at in self.alarms)

    def merge(self, into: int, other: int) -> None:
        gone, network = self.networks.pop(other), self.networks[into]
        network.members += gone.members
        network.last = max(network.last, gone.last)
        network.incidents += gone.incidents
        self.timers.pop(f"net:{other}", None)


steps = st.lists(
    st.tuples(
        st.integers(0, 6),  # network
        st.sampled_from([0, 0, 1, 3, 7, 20, 60]),  # minutes since the step before
        st.integers(0, 4),  # accounts that came
        st.sampled_from(["warning", "warning", "warning", "info", "critical"]),
        st.sampled_from([None, None, None, None, "app", "fans"]),
        st.sampled_from([None, None, None, 0, 1, 2, 3]),  # the network that merges into it
    ),
    min_size=5,
    max_size=60,
)


@given(steps)
@settings(max_examples=300)
def test_every_opening_is_told_once_alone_or_in_a_digest_and_never_too_many_at_once(
    rows: list[tuple[int, int, int, Severity, Reason | None, int | None]],
) -> None:
    stream, now = Stream(), 0
    for row, (number, minutes, more, severity, reason, other) in enumerate(rows):
        now += minutes * MINUTE
        stream.advance(now)
        network = stream.networks.setdefault(number, Network(f"network {row}: "))
        if other is not None and other != number and other in stream.networks:
            stream.merge(number, other)
        network.members += more
        network.objects += 3
        network.last, network.severity, network.reason = now, severity, reason
        stream.look(number, now)

    stream.advance(now + FLOOD.window)

    assert stream.held_at == {}
    assert stream.flood.waiting == 0
    named = {name for network in stream.networks.values() for name in network.incidents}
    assert {name: stream.incidents[name].status for name in named} == {name: stream.knows[name] for name in named}
    assert {name: stream.incidents[name].revision for name in named} == {name: stream.revisions[name] for name in named}
