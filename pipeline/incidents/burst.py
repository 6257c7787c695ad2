"""A burst as an incident: information, that says nothing of who is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from pipeline.bursts.burst import Moved
from pipeline.detect.assess import TemplateShown
from pipeline.detect.burst_share import BurstShown
from pipeline.detect.signal import Signal, rounded
from pipeline.incidents.model import EventType, Incident, Status
from pipeline.incidents.public import SCHEMA, Accounts, IncidentData, IncidentEvent, rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.bursts.burst import Burst

KIND: Final = "keyword-burst"

SHOWN_COMPANIONS: Final = 4
SAMPLE_CHARS: Final = 300


def burst_incident(moved: Moved) -> Incident:
    """Return the stored form of a burst's incident."""
    burst = moved.burst
    return Incident(
        incident_id=burst.burst_id,
        revision=burst.revision,
        status=_status(burst),
        kind=KIND,
        severity="info",
        accounts=burst.authors,
        platforms=_platforms(burst),
        opened_at=burst.opened_at,
        published_at=moved.at,
        keywords=_keywords(burst),
    )


def describe_burst(stream: str, moved: Moved) -> IncidentEvent:
    """Build the event of a burst that moved."""
    burst = moved.burst
    authors = burst.authors
    samples = [post.text[:SAMPLE_CHARS] for post in burst.first_posts]
    return IncidentEvent(
        type=_event(moved),
        timestamp=rfc3339(moved.at),
        data=IncidentData(
            schema=SCHEMA,
            incident_id=burst.burst_id,
            stream=stream,
            revision=burst.revision,
            status=_status(burst),
            kind=KIND,
            severity="info",
            score=0.0,
            first_post_at=rfc3339(burst.began),
            last_post_at=rfc3339(burst.last),
            detected_at=rfc3339(burst.opened_at),
            summary=summary(burst),
            evidence=evidence(burst),
            keywords=_keywords(burst),
            templates=[TemplateShown(burst.keyword, burst.posts, authors, samples)],
            accounts=Accounts(
                members=authors,
                joiners=0,
                sample=list(dict.fromkeys(post.author_id for post in burst.first_posts)),
            ),
            posts=burst.posts,
            platforms={},
            communities={},
            links={},
            bursts=[_shown(burst, authors)],
        ),
    )


def standing_bursts(stream: str, bursts: Iterable[Burst], now: int) -> list[IncidentEvent]:
    """Build events that tell of the bursts that go on as they stand at an event time (ms), if they were told."""
    going = [each for each in bursts if each.ended_at is None and each.revision]
    return [replace(describe_burst(stream, Moved("told", now, each)), type="incident.updated") for each in going]


def summary(burst: Burst) -> str:
    """Return a burst in a sentence."""
    watched = f" (followed as {burst.label!r})" if burst.label and burst.label != burst.keyword else ""
    return (
        f"{burst.keyword}{watched} bursts: {burst.posts} posts by {burst.authors} accounts, "
        f"at most {rounded(burst.ratio):g} times what is usual"
    )


def evidence(burst: Burst) -> list[Signal]:
    """Return what says that it bursts, and what it consists of."""
    usual = rounded(burst.expected)
    found = [
        Signal(
            signal="burst-significance",
            value=rounded(burst.significance),
            text=f"{burst.ratio * burst.expected:.0f} posts in a window where {usual:g} are usual at most: "
            f"{rounded(burst.significance):g} standard deviations",
        ),
        Signal(
            signal="repost-share",
            value=rounded(burst.reposts / burst.posts),
            text=f"{burst.reposts} of {burst.posts} posts are reposts",
        ),
    ]
    if beside := [each.keyword for each in burst.companions[:SHOWN_COMPANIONS]]:
        more = len(burst.companions) + len(burst.more) - len(beside)
        named = ", ".join(beside) + (f" and {more} more" if more else "")
        found.append(
            Signal(
                signal="companions",
                value=float(len(burst.companions) + len(burst.more)),
                text=f"bursts with it: {named}",
            )
        )
    return found


def _event(moved: Moved) -> EventType:
    """Return what a change is told as: the first that is told opens, and nothing that is over is told first."""
    if moved.burst.revision == 1:
        return "incident.opened"
    return "incident.resolved" if moved.change == "ended" else "incident.updated"


def _shown(burst: Burst, authors: int) -> BurstShown:
    return BurstShown(
        keyword=burst.keyword,
        opened_at=rfc3339(burst.opened_at),
        posts=burst.posts,
        accounts=authors,
        share=1.0,
        significance=rounded(burst.significance),
        ratio=rounded(burst.ratio),
        label=burst.label,
    )


def _keywords(burst: Burst) -> list[str]:
    return [burst.keyword, *(each.keyword for each in burst.companions[:SHOWN_COMPANIONS])]


def _platforms(burst: Burst) -> list[str]:
    return sorted({post.platform for post in burst.first_posts})


def _status(burst: Burst) -> Status:
    return "open" if burst.ended_at is None else "resolved"
