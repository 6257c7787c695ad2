"""What the search for look-alikes found, as evidence."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.detect.bins import birth_range, count_range
from pipeline.detect.signal import Signal, rounded

if TYPE_CHECKING:
    from pipeline.detect.facts import GroupFacts, NetworkFacts, ObjectFacts, WindowFacts


def strongest(facts: NetworkFacts) -> ObjectFacts | None:
    """Return the object whose look-alikes have most evidence; of equal ones the first attached."""
    grouped = [each for each in facts.objects if each.group is not None]
    return max(grouped, key=lambda each: evidence_of(each.group), default=None)


def evidence_of(group: GroupFacts | None) -> float:
    """Return the evidence of a group: the sum over its windows of bounds on -ln p."""
    return 0.0 if group is None else sum(window.evidence for window in group.windows)


def alike_log_p(facts: NetworkFacts) -> float:
    """Return the bound on ln p of the strongest group, 0 without one.

    That like accounts meet more often than chance has it (homophily) is not in the null: evidence, no probability.
    """
    found = strongest(facts)
    return 0.0 if found is None else -evidence_of(found.group)


def look_alikes(facts: NetworkFacts) -> list[Signal]:
    """Return a signal for each window of the strongest group."""
    found = strongest(facts)
    return [] if found is None or found.group is None else [_signal(window) for window in found.group.windows]


def _signal(window: WindowFacts) -> Signal:
    inside, share = f"{window.inside} of {window.known} accounts", percent(window.share)
    if window.field == "client":
        text = f"{inside} post with one and the same client; {share} of this stream do"
    elif window.field == "birth":
        begin, end = (_day(ms) for ms in birth_range(window.first))
        text = f"{inside} were made between {begin} and {end}; {share} of this stream were"
    else:
        least, most = count_range(window.first)
        if window.field == "followers":
            text = f"{inside} have {least:,} to {most:,} followers; {share} of this stream have"
        else:
            text = f"{inside} follow {least:,} to {most:,} others; {share} of this stream do"
    return Signal(
        signal=f"alike-{window.field}",
        value=rounded(window.inside / window.known),
        expected=rounded(window.share),
        p_value=rounded(math.exp(-window.evidence)),
        text=text,
    )


def percent(share: float) -> str:
    """Return a share for people, with one digit that says something."""
    return f"{100 * share:.1f} %" if share >= 0.001 else f"{100 * share:.2g} %"


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%-d %B %Y}"
