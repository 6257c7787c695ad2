"""Incidents against the truth of labelled recordings. The only reader of ``campaign``."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.incidents.public import DigestEvent, VerdictEvent, rfc3339
from pipeline.post import Post, Tick
from pipeline.replay import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.engine import Engine
    from pipeline.incidents.public import Event
    from pipeline.post import Line

IGNORE: Final = "ignore"
"""Label of posts that are neither right nor wrong when found."""

MIN_FOUND: Final = 4
FOUND_SHARE: Final = 0.03


class CampaignResult(msgspec.Struct):
    """How one campaign was found. ``posts_until`` and ``minutes_until`` count from its first post."""

    name: str
    accounts: int
    posts: int
    found: bool
    posts_until: int | None
    minutes_until: float | None
    accounts_found: int
    account_precision: float | None


class FalseIncident(msgspec.Struct):
    """An incident above info whose labelled members are organic in the majority."""

    incident_id: str
    kind: str
    accounts: int
    samples: list[str]


class RecordingResult(msgspec.Struct):
    """The result of one recording on fresh state.

    ``incidents``, ``members`` and ``account_precision`` are of those above info; members count once an incident, and
    organic is one of whom no post carries a label.
    """

    file: str
    posts: int
    organic_posts: int
    seconds: float
    campaigns: list[CampaignResult]
    incidents: int
    members: int
    organic_members: int
    account_precision: float | None
    false_incidents: list[FalseIncident]
    false_per_million: float


class Overall(msgspec.Struct):
    """Several recordings taken together."""

    organic_posts: int
    incidents: int
    members: int
    organic_members: int
    account_precision: float | None
    false_incidents: int
    false_per_million: float


class Told(msgspec.Struct, frozen=True):
    """What an event told of an incident: whether it raised an alarm or kept one up, and the members then."""

    at: str
    incident_id: str
    alarm: bool
    merged: bool
    kind: str
    members: frozenset[str]
    samples: tuple[str, ...]


class Truth:
    """Who belongs to which campaign, gathered while the posts go by."""

    def __init__(self, *, without_ignored: bool, drop_fields: tuple[str, ...]) -> None:
        self.posts = self.organic_posts = 0
        self.times: dict[str, list[int]] = defaultdict(list)
        self.accounts: dict[str, set[str]] = defaultdict(set)
        self._labelled: set[str] = set()
        self._without_ignored = without_ignored
        self._drop_fields = drop_fields

    def passing(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield the lines that are evaluated, with fields blanked as asked."""
        for line in lines:
            if isinstance(line, Post):
                if self._without_ignored and line.campaign == IGNORE:
                    continue
                self._note(line)
                for name in self._drop_fields:
                    setattr(line, name, None)
                    if name == "author_created_at":
                        line.born = None
            yield line

    def _note(self, post: Post) -> None:
        self.posts += 1
        if post.campaign is None:
            self.organic_posts += 1
            return
        self._labelled.add(post.author_id)
        self.accounts[post.campaign].add(post.author_id)
        if post.campaign != IGNORE:
            self.times[post.campaign].append(post.at)

    def is_organic(self, account: str) -> bool:
        """Whether no post of the account carries a label."""
        return account not in self._labelled


async def evaluate(engine: Engine, lines: Iterator[Line], truth: Truth, quiet_ms: int) -> list[Event]:
    """Replay lines on fresh state; returns all events, up to the end of every incident.

    A tick after the last line lets twice ``quiet_ms`` pass, so that each incident ends with all its members told.
    """
    events: list[Event] = []
    last = 0
    async for step in run(engine, truth.passing(lines), "evaluate"):
        events += step.events
        last = max(last, step.at)
    end = last + 2 * quiet_ms
    events += await engine.apply(engine.prepare([(b"evaluate:end", Tick(created_at=rfc3339(end), at=end))]))
    return events + await engine.settle()


def judge(file: str, truth: Truth, events: Iterable[Event], seconds: float) -> RecordingResult:
    """Compare events with the truth. What was suppressed and never opened has found nothing and accused nobody."""
    told = [each for event in events for each in told_by(event)]
    alarmed = {each.incident_id for each in told if each.alarm}
    final = {each.incident_id: each for each in told if each.incident_id in alarmed and not each.merged}
    above = list(final.values())
    false = [
        FalseIncident(each.incident_id, each.kind, len(each.members), list(each.samples))
        for each in above
        if _is_false(each, truth)
    ]
    campaigns = [
        _campaign(name, truth, told, above) for name in sorted(truth.times, key=lambda name: truth.times[name][0])
    ]
    members = [account for each in above for account in sorted(each.members)]
    organic = sum(truth.is_organic(account) for account in members)
    return RecordingResult(
        file,
        truth.posts,
        truth.organic_posts,
        round(seconds, 2),
        campaigns,
        len(above),
        len(members),
        organic,
        _precision(organic, len(members)),
        false,
        _per_million(len(false), truth.organic_posts),
    )


def overall(results: Sequence[RecordingResult]) -> Overall:
    """Return what recordings come to together: sums, and what follows from them."""
    members = sum(each.members for each in results)
    organic_members = sum(each.organic_members for each in results)
    organic_posts = sum(each.organic_posts for each in results)
    false = sum(len(each.false_incidents) for each in results)
    return Overall(
        organic_posts,
        sum(each.incidents for each in results),
        members,
        organic_members,
        _precision(organic_members, members),
        false,
        _per_million(false, organic_posts),
    )


def _precision(organic: int, members: int) -> float | None:
    return round(1 - organic / members, 4) if members else None


def _per_million(false: int, organic_posts: int) -> float:
    return round(1e6 * false / organic_posts, 2) if organic_posts else 0.0


def told_by(event: Event) -> list[Told]:
    """Return what an event told, of each incident in it; an operator's answer tells of nothing found."""
    if isinstance(event, VerdictEvent):
        return []
    if isinstance(event, DigestEvent):
        return [
            Told(
                at=event.timestamp,
                incident_id=each.incident_id,
                alarm=True,
                merged=False,
                kind=each.kind,
                members=frozenset(each.ids or ()),
                samples=(),
            )
            for each in event.data.incidents
        ]
    data = event.data
    return [
        Told(
            at=event.timestamp,
            incident_id=data.incident_id,
            alarm=data.status in ("open", "resolved") and data.severity != "info",
            merged=data.status == "merged",
            kind=data.kind,
            members=frozenset(data.accounts.ids or ()),
            samples=tuple(sample for template in data.templates for sample in template.samples[:1]),
        )
    ]


def _campaign(name: str, truth: Truth, told: list[Told], above: list[Told]) -> CampaignResult:
    accounts, times = truth.accounts[name], sorted(truth.times[name])
    needed = max(MIN_FOUND, math.ceil(FOUND_SHARE * len(accounts)))
    found_at = next((each.at for each in told if each.alarm and len(accounts & each.members) >= needed), None)
    posts_until = minutes_until = None
    if found_at is not None:
        posts_until = sum(rfc3339(at) <= found_at for at in times)
        minutes_until = _minutes(rfc3339(times[0]), found_at)
    holding = [each.members for each in above if len(accounts & each.members) >= needed]
    inside = {account for members in holding for account in members if account in accounts}
    organic = {account for members in holding for account in members if truth.is_organic(account)}
    return CampaignResult(
        name=name,
        accounts=len(accounts),
        posts=len(times),
        found=found_at is not None,
        posts_until=posts_until,
        minutes_until=minutes_until,
        accounts_found=max((len(accounts & members) for members in holding), default=0),
        account_precision=round(len(inside) / (len(inside) + len(organic)), 4) if holding else None,
    )


def _is_false(told: Told, truth: Truth) -> bool:
    return 2 * sum(truth.is_organic(account) for account in told.members) > len(told.members)


def _minutes(start: str, end: str) -> float:
    span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return round(max(0.0, span.total_seconds()) / 60, 1)
