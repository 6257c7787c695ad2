"""Incidents against the roles of a simulated stream. Pure."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.evaluate import FOUND_SHARE, MIN_FOUND
from pipeline.incidents.public import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.incidents.public import IncidentEvent
    from pipeline.simulate.roles import Roles

LOUD: Final = ("open", "resolved")
UNKNOWN: Final = "unlabelled"


class Found(msgspec.Struct):
    """How a campaign was found: ``posts_until`` and ``minutes_until`` count from its first post.

    ``kinds`` are those of the incidents that held enough of it; ``most`` is how many of its accounts one incident held
    at most, above info or not enough of them.
    """

    name: str
    kind: str
    accounts: int
    posts: int
    kinds: list[str]
    posts_until: int | None
    minutes_until: float | None
    most: int

    @property
    def found(self) -> bool:
        """Whether an incident above info held as many of the accounts as `turfwatch evaluate` asks for."""
        return self.posts_until is not None


class Opened(msgspec.Struct):
    """A false incident: ``role`` is the organic copy that most of its accounts took part in, or "unlabelled"."""

    incident_id: str
    kind: str
    accounts: int
    role: str
    summary: str


class Score(msgspec.Struct):
    """What was found in one stream. ``joiners`` are all there were, ``accused`` those that ended as members."""

    campaigns: list[Found]
    opened: list[Opened]
    joiners: int
    accused: int


def score(roles: Roles, times: Mapping[str, Sequence[int]], events: Sequence[IncidentEvent]) -> Score:
    """Compare events, in order and with all member ids, with roles; ``times`` are the posts of each campaign, in ms."""
    loud = [event for event in events if event.data.severity != "info" and event.data.status in LOUD]
    final = {event.data.incident_id: event for event in events}
    opened = {event.data.incident_id for event in loud}
    ends = [event for event in final.values() if event.data.incident_id in opened and event.data.status != "merged"]
    hired = {account for role in roles.campaigns.values() for account in role.accounts}
    joined = {account for joiners in roles.joiners.values() for account in joiners} - hired
    members = {account for event in ends for account in _members(event)}
    return Score(
        campaigns=[
            _found(name, role.kind, set(role.accounts), times.get(name, ()), loud)
            for name, role in sorted(roles.campaigns.items(), key=lambda item: min(times.get(item[0], (0,))))
        ],
        opened=[_opened(event, roles) for event in ends if _is_false(event, hired)],
        joiners=len(joined),
        accused=len(joined & members),
    )


def _found(name: str, kind: str, accounts: set[str], times: Sequence[int], events: Iterable[IncidentEvent]) -> Found:
    needed = max(MIN_FOUND, math.ceil(FOUND_SHARE * len(accounts)))
    held = [(len(accounts & _members(event)), event) for event in events]
    enough = [event for count, event in held if count >= needed]
    first = enough[0].timestamp if enough else None
    return Found(
        name=name,
        kind=kind,
        accounts=len(accounts),
        posts=len(times),
        kinds=sorted({event.data.kind for event in enough}),
        posts_until=None if first is None else sum(rfc3339(at) <= first for at in times),
        minutes_until=None if first is None else _minutes(rfc3339(min(times)), first),
        most=max((count for count, _ in held), default=0),
    )


def _is_false(event: IncidentEvent, hired: set[str]) -> bool:
    members = _members(event)
    return 2 * len(members - hired) > len(members)


def _opened(event: IncidentEvent, roles: Roles) -> Opened:
    members = _members(event)
    shares = Counter({name: len(members & set(role.accounts)) for name, role in sorted(roles.copies.items())})
    name, count = shares.most_common(1)[0] if shares else (UNKNOWN, 0)
    return Opened(
        incident_id=event.data.incident_id,
        kind=event.data.kind,
        accounts=len(members),
        role=name if 2 * count > len(members) else UNKNOWN,
        summary=event.data.summary,
    )


def _members(event: IncidentEvent) -> set[str]:
    return set(event.data.accounts.ids or ())


def _minutes(start: str, end: str) -> float:
    span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return round(max(0.0, span.total_seconds()) / 60, 1)
