"""Bursts as incidents tell them, as an overview lists them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.page.model import BurstListed
from pipeline.times import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.incidents.fold import Standing

BIN_S: Final = 60
"""Seconds of a bin, of which none are filled: events do not tell how posts came."""


def listed(rows: Iterable[Standing]) -> list[BurstListed]:
    """Return bursts of keywords, the most significant first."""
    found = [
        BurstListed(
            incident_id=row.incident_id,
            stream=row.stream,
            keyword=burst.keyword,
            label=burst.label,
            opened_at=instant("opened_at", burst.opened_at),
            ended_at=None if row.status == "open" else instant("timestamp", row.told_at),
            posts=burst.posts,
            accounts=burst.accounts,
            significance=burst.significance,
            ratio=burst.ratio,
            begin=instant("opened_at", burst.opened_at),
            bin_s=BIN_S,
            counts=[],
        )
        for row in rows
        if row.event is not None
        for burst in row.event.data.bursts[:1]
    ]
    return sorted(found, key=lambda each: (-each.significance, each.incident_id))
