"""All incidents of a recording or of the streams that are watched, and the keywords that burst most. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.incidents.burst import KIND
from pipeline.page.head import ms_of, why
from pipeline.page.model import SCHEMA, BurstListed, IncidentRow, Overview
from pipeline.page.names import usual_platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.incidents.fold import Standing
    from pipeline.page.source import Names


def build_overview(
    title: str,
    standings: Iterable[Standing],
    bursts: Sequence[BurstListed],
    names: Names,
    *,
    begin: int,
    end: int,
    posts: int | None,
) -> Overview:
    """Return the overview from ``begin`` to ``end`` (ms): incidents in the order of their first posts, bursts as given.

    Bursts among the standings are none of the incidents.
    """
    rows = [row_of(each, names) for each in standings if each.kind != KIND]
    rows.sort(key=lambda row: (row.detected_at if row.first_post_at is None else row.first_post_at, row.incident_id))
    return Overview(
        schema=SCHEMA,
        title=title,
        begin=begin,
        end=end,
        posts=posts,
        incidents=rows,
        bursts=[
            msgspec.structs.replace(each, keyword=names.text(each.keyword), label=names.text(each.label))
            for each in bursts
        ],
        pseudonyms=names.pseudonyms,
        once=names.once,
    )


def row_of(standing: Standing, names: Names) -> IncidentRow:
    """Return the row of an incident, where it stands."""
    told = standing.event.data if standing.event else None
    platform = usual_platform(told.platforms) if told else ""
    reason, because = why(standing, platform, names)
    return IncidentRow(
        incident_id=standing.incident_id,
        stream=standing.stream,
        kind=standing.kind,
        severity=standing.severity,
        score=told.score if told else None,
        status=standing.status,
        summary=names.text(standing.summary, platform),
        keyword=names.text(told.keywords[0], platform) if told and told.keywords else "",
        accounts=standing.accounts,
        posts=told.posts if told else None,
        detected_at=ms_of(standing.detected_at),
        first_post_at=ms_of(told.first_post_at) if told else None,
        last_post_at=ms_of(told.last_post_at) if told else None,
        told_at=ms_of(standing.told_at),
        reason=reason,
        because=because,
        into=standing.into,
        verdict=standing.verdict.verdict if standing.verdict else None,
    )


def bursts_as_told(standings: Iterable[Standing]) -> list[BurstListed]:
    """Return bursts of keywords as their events tell them: without how their posts came over time."""
    return [
        BurstListed(
            incident_id=each.incident_id,
            stream=each.stream,
            keyword=burst.keyword,
            label=burst.label,
            opened_at=ms_of(burst.opened_at),
            ended_at=None if each.status == "open" else ms_of(each.told_at),
            posts=burst.posts,
            accounts=burst.accounts,
            significance=burst.significance,
            ratio=burst.ratio,
            begin=ms_of(burst.opened_at),
            bin_s=60,
            counts=[],
        )
        for each in standings
        if each.event is not None
        for burst in each.event.data.bursts[:1]
    ]
