"""What the search for look-alikes found, as evidence."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pipeline.detect.bins import birth_range, count_range
from pipeline.detect.looks import looks
from pipeline.detect.signal import Signal, rounded

TOLD: Final = 5.0
"""Evidence, in nats, from which a window over a network's members is told."""

BOUGHT: Final = 15.0
"""Evidence of the windows that hold most of the accounts from which these look bought."""

OVERWHELMING: Final = 40.0
"""Evidence that one such window must have where it is the only one."""

MOST: Final = 0.4
"""Share of the accounts that a window must hold to speak for all of them."""

if TYPE_CHECKING:
    from pipeline.detect.facts import GroupFacts, NetworkFacts, ObjectFacts, WindowFacts


def strongest(facts: NetworkFacts) -> ObjectFacts | None:
    """Return the object whose look-alikes have most evidence; of equal ones the first attached."""
    grouped = [each for each in facts.objects if each.group is not None]
    return max(grouped, key=lambda each: evidence_of(each.group), default=None)


def evidence_of(group: GroupFacts | None) -> float:
    """Return the evidence of a group: the sum over its windows of bounds on -ln p."""
    return 0.0 if group is None else sum(window.evidence for window in group.windows)


@lru_cache(maxsize=4)
def told_windows(facts: NetworkFacts) -> tuple[WindowFacts, ...]:
    """Return the windows that tell most: of the strongest group as it was found, or of all members as they are now.

    That like accounts meet more often than chance has it (homophily) is not in the null: evidence, no probability.
    """
    found = strongest(facts)
    group = found.group.windows if found is not None and found.group is not None else ()
    own = tuple(window for window in looks(facts) if window.evidence >= TOLD)
    return max(group, own, key=lambda windows: sum(window.evidence for window in windows))


def bought(facts: NetworkFacts) -> bool:
    """Whether the accounts look bought: two windows, or one with overwhelming evidence, hold nearly half of them."""
    crowded = [window.evidence for window in told_windows(facts) if window.inside >= MOST * window.known]
    return sum(crowded) >= BOUGHT and (len(crowded) > 1 or sum(crowded) >= OVERWHELMING)


def look_alikes(facts: NetworkFacts) -> list[Signal]:
    """Return a signal for each window that is told."""
    return [_signal(window) for window in told_windows(facts)]


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
        p_value=rounded(math.exp(-min(window.evidence, 690.0))),
        text=text,
    )


def percent(share: float) -> str:
    """Return a share for people, with one digit that says something."""
    return f"{100 * share:.1f} %" if share >= 0.001 else f"{100 * share:.2g} %"


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%-d %B %Y}"
