"""Where a network is at work: platforms, communities, and who pushes the same subject."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pipeline.detect.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.detect.facts import NetworkFacts

NAMED: Final = 5
"""Places that a sentence names, those with most accounts."""


def platforms_reached(facts: NetworkFacts) -> Signal | None:
    """How many platforms the accounts are on, where it is more than one."""
    return _reached("platforms", "are on", (row.platform for row in facts.members))


def communities_reached(facts: NetworkFacts) -> Signal | None:
    """How many communities the accounts posted in last, where it is more than one."""
    return _reached("communities", "post in", (row.community for row in facts.members if row.community))


def rival_network(facts: NetworkFacts) -> Signal | None:
    """Other open incidents on the same hashtag, or in the same burst: whether for or against, nobody can tell."""
    rivals = facts.rivals
    if rivals is None:
        return None
    count = len(rivals.incidents)
    who = "another network pushes" if count == 1 else f"{count} other networks push"
    return Signal(
        signal="rival-network",
        value=float(count),
        text=f"{who} {rivals.keyword} with other texts and other accounts: {', '.join(rivals.incidents)}",
    )


def _reached(what: str, how: str, places: Iterable[str]) -> Signal | None:
    ranked = sorted(Counter(places).items(), key=lambda item: (-item[1], item[0]))
    if len(ranked) < 2:
        return None
    named = ", ".join(f"{place} ({count})" for place, count in ranked[:NAMED])
    more = f" and {len(ranked) - NAMED} more" if len(ranked) > NAMED else ""
    return Signal(
        signal=f"{what}-reached",
        value=float(len(ranked)),
        text=f"the accounts {how} {len(ranked)} {what}: {named}{more}",
    )
