"""Incidents against the truth of labelled recordings. The only reader of ``campaign``."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.incidents.public import IncidentEvent, rfc3339
from pipeline.post import Post, Tick
from pipeline.replay import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.engine import Engine
    from pipeline.post import Line

IGNORE: Final = "ignore"
"""Label of posts that are neither right nor wrong when found."""

LOUD: Final = ("open", "resolved")
"""Status of an incident that has been told to somebody: a suppressed one has not."""

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
    """The result of one recording on fresh state. ``incidents`` and ``account_precision`` are of those above info."""

    file: str
    posts: int
    organic_posts: int
    seconds: float
    campaigns: list[CampaignResult]
    incidents: int
    account_precision: float | None
    false_incidents: list[FalseIncident]
    false_per_million: float


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


async def evaluate(engine: Engine, lines: Iterator[Line], truth: Truth, quiet_ms: int) -> list[IncidentEvent]:
    """Replay lines on fresh state; returns all events, up to the end of every incident.

    A tick after the last line lets the quiet time pass, so that each incident ends with all its members told.
    """
    events: list[IncidentEvent] = []
    last = 0
    async for step in run(engine, truth.passing(lines), "evaluate"):
        events += step.events
        last = max(last, step.at)
    end = last + 2 * quiet_ms
    events += await engine.apply(engine.prepare([(b"evaluate:end", Tick(created_at=rfc3339(end), at=end))]))
    return events


def judge(file: str, truth: Truth, events: list[IncidentEvent], seconds: float) -> RecordingResult:
    """Compare events with the truth."""
    final = {event.data.incident_id: event for event in events if event.data.into is None}
    loud = [event for event in events if event.data.severity != "info" and event.data.status in LOUD]
    opened = {event.data.incident_id for event in loud}
    above = [event for name, event in final.items() if name in opened]
    false = [
        FalseIncident(
            event.data.incident_id,
            event.data.kind,
            event.data.accounts.members,
            [sample for template in event.data.templates for sample in template.samples[:1]],
        )
        for event in above
        if _is_false(event, truth)
    ]
    campaigns = [
        _campaign(name, truth, loud, above) for name in sorted(truth.times, key=lambda name: truth.times[name][0])
    ]
    per_million = 1e6 * len(false) / truth.organic_posts if truth.organic_posts else 0.0
    members = [account for event in above for account in sorted(_members(event))]
    organic = sum(truth.is_organic(account) for account in members)
    return RecordingResult(
        file,
        truth.posts,
        truth.organic_posts,
        round(seconds, 2),
        campaigns,
        len(above),
        round(1 - organic / len(members), 4) if members else None,
        false,
        round(per_million, 2),
    )


def _campaign(name: str, truth: Truth, events: list[IncidentEvent], above: list[IncidentEvent]) -> CampaignResult:
    accounts, times = truth.accounts[name], sorted(truth.times[name])
    needed = max(MIN_FOUND, math.ceil(FOUND_SHARE * len(accounts)))
    found_at = next(
        (event.timestamp for event in events if len(accounts & _members(event)) >= needed),
        None,
    )
    posts_until = minutes_until = None
    if found_at is not None:
        posts_until = sum(rfc3339(at) <= found_at for at in times)
        minutes_until = _minutes(rfc3339(times[0]), found_at)
    holding = [_members(event) for event in above if len(accounts & _members(event)) >= needed]
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


def _is_false(event: IncidentEvent, truth: Truth) -> bool:
    members = _members(event)
    return 2 * sum(truth.is_organic(account) for account in members) > len(members)


def _members(event: IncidentEvent) -> set[str]:
    return set(event.data.accounts.ids or ())


def _minutes(start: str, end: str) -> float:
    span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return round(max(0.0, span.total_seconds()) / 60, 1)
