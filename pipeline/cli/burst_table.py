"""The bursts of a replay beside its incidents: the most significant, and whose accounts made how much of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table

from pipeline.cli.show import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.burst_share import BurstShown
    from pipeline.incidents.public import IncidentEvent

SHOWN: Final = 5
"""Bursts that are shown; `turfwatch bursts` shows more."""

MAKERS: Final = 2
"""Incidents that are named beside a burst: those whose accounts made most of it."""


def burst_table(bursts: Sequence[IncidentEvent], incidents: Sequence[IncidentEvent]) -> Table:
    """One row a burst, the most significant first, as of the last event of each."""
    table = Table(title=f"{len(bursts)} burst{'' if len(bursts) == 1 else 's'}", title_justify="left")
    for name in ("opened", "keyword", "times the usual", "posts", "accounts"):
        table.add_column(name, justify="left" if name in ("opened", "keyword") else "right", overflow="fold")
    table.add_column("posts by accounts of", overflow="fold", ratio=1)
    for burst in ranked(bursts)[:SHOWN]:
        table.add_row(
            burst.opened_at[:16].replace("T", " "),
            plain(burst.label or burst.keyword),
            f"{burst.ratio:g}",
            str(burst.posts),
            str(burst.accounts),
            "\n".join(makers(burst, incidents)),
        )
    return table


def ranked(bursts: Sequence[IncidentEvent]) -> list[BurstShown]:
    """Return what bursts are, the most significant first."""
    found = [each for event in bursts for each in event.data.bursts]
    return sorted(found, key=lambda each: (-each.significance, each.opened_at, each.keyword))


def makers(burst: BurstShown, incidents: Sequence[IncidentEvent]) -> list[str]:
    """Return which incidents' accounts made how much of a burst, the most first: what was known at the last look."""
    shares = [
        (each.share, event.data.incident_id)
        for event in incidents
        for each in event.data.bursts
        if (each.keyword, each.opened_at) == (burst.keyword, burst.opened_at)
    ]
    shares.sort(key=lambda each: (-each[0], each[1]))
    return [f"{share:.0%} {name}" for share, name in shares[:MAKERS]]
