"""What an incident is, in ten seconds; its life, and the bursts that it takes part in. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.detect.burst_share import share_of
from pipeline.detect.signal import rounded
from pipeline.page.model import Answered, BurstSpan, Head, Mark
from pipeline.times import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.detect.assess import Assessment
    from pipeline.detect.burst_share import BurstShown
    from pipeline.detect.facts import BurstFacts
    from pipeline.detect.rule import Reason
    from pipeline.incidents.fold import Standing
    from pipeline.page.source import Names, Source


class Extent(msgspec.Struct, frozen=True):
    """How large an incident is, and its times (ms); None for what was not told."""

    score: float | None = None
    first: int | None = None
    last: int | None = None
    members: int | None = None
    joiners: int | None = None
    posts: int | None = None
    keywords: list[str] = []
    truncated: bool = False


def ms_of(told: str) -> int:
    """Return ms since the epoch of a time that an event tells."""
    return instant("time", told)


def extent_of(source: Source, found: Assessment | None) -> Extent:
    """Return how large an incident is: as its network was ``found``, where that is known, else as it was told."""
    if found:
        return Extent(
            score=found.score,
            first=found.first,
            last=found.last,
            members=len(found.members),
            joiners=len(found.joiners),
            posts=found.posts,
            keywords=found.keywords,
            truncated=found.truncated,
        )
    event = source.standing.event
    if event is None:
        return Extent(members=source.standing.accounts)
    told = event.data
    return Extent(
        score=told.score,
        first=ms_of(told.first_post_at),
        last=ms_of(told.last_post_at),
        members=told.accounts.members,
        joiners=told.accounts.joiners,
        posts=told.posts,
        keywords=told.keywords,
        truncated=told.accounts.truncated,
    )


def build_head(source: Source, extent: Extent, summary: str, platform: str, names: Names) -> Head:
    """Return the head of an incident."""
    standing = source.standing
    reason, because = why(standing, platform, names)
    return Head(
        incident_id=standing.incident_id,
        stream=standing.stream,
        kind=standing.kind,
        severity=standing.severity,
        score=extent.score,
        status=standing.status,
        summary=names.text(summary, platform),
        detected_at=ms_of(standing.detected_at),
        first_post_at=extent.first,
        last_post_at=extent.last,
        members=extent.members,
        joiners=extent.joiners,
        posts=extent.posts,
        keywords=[names.text(each, platform) for each in extent.keywords],
        reason=reason,
        because=because,
        into=standing.into,
        answers=[
            Answered(ms_of(each.timestamp), each.data.verdict, each.data.author, each.data.note)
            for each in sorted(source.answers, key=lambda each: each.data.revision)
        ],
        links=dict(source.links),
        truncated=extent.truncated,
        replay=source.replay,
    )


def why(standing: Standing, platform: str, names: Names) -> tuple[Reason | None, str]:
    """Return the reason of a suppressed incident and its sentence."""
    cause = standing.event.data.suppressed if standing.event and standing.status == "suppressed" else None
    return (cause.reason, names.text(cause.text, platform)) if cause else (None, "")


def build_life(source: Source, platform: str, names: Names) -> list[Mark]:
    """Return what was told of an incident, in the order of telling."""
    return [
        Mark(
            ms_of(each.at),
            each.event,
            each.incident_id,
            each.severity,
            each.accounts,
            each.posts,
            [names.text(change, platform) for change in each.changes],
        )
        for each in source.life
    ]


def known_bursts(bursts: Iterable[BurstFacts], platform: str, names: Names) -> list[BurstSpan]:
    """Return bursts that the accounts take part in."""
    return [
        BurstSpan(
            keyword=names.text(each.keyword, platform),
            label=names.text(each.label, platform),
            opened_at=each.opened_at,
            posts=each.posts,
            accounts=each.authors,
            share=rounded(share_of(each)),
            significance=rounded(each.significance),
            ratio=rounded(each.ratio),
        )
        for each in bursts
    ]


def told_bursts(bursts: Iterable[BurstShown], platform: str, names: Names) -> list[BurstSpan]:
    """Return the same as an event tells them."""
    return [
        BurstSpan(
            keyword=names.text(each.keyword, platform),
            label=names.text(each.label, platform),
            opened_at=ms_of(each.opened_at),
            posts=each.posts,
            accounts=each.accounts,
            share=each.share,
            significance=each.significance,
            ratio=each.ratio,
        )
        for each in bursts
    ]
