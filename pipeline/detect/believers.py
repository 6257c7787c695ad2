"""Members who may only believe what they copied: told apart, never accused. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.detect.alike import bought, told_windows
from pipeline.detect.baseline import FIELDS, WIDTHS
from pipeline.detect.evidence import repeat_log_p
from pipeline.detect.looks import bin_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.facts import AccountFacts, NetworkFacts, WindowFacts

SURE: Final = 3
"""Meetings from which an account belongs to a network whatever it looks like: believers copy once or twice."""

LEAST: Final = 4
"""Members that must stay for the others to be told from them."""

REPEATED: Final = -10.0
"""Bound on ln p below which members are said to meet again and again."""


def apart(facts: NetworkFacts) -> NetworkFacts:
    """Return the facts with such members among the joiners.

    Only a network that meets again and again and whose accounts look bought can be told from believers: in a wave or a
    ring everybody meets once.
    """
    if repeat_log_p(facts) > REPEATED or not bought(facts):
        return facts
    windows = [window for window in told_windows(facts) if window.field in FIELDS]
    doubtful = [row for row in facts.members if row.meetings < SURE and not looks_like(row, windows)]
    members = tuple(row for row in facts.members if row not in doubtful)
    if not doubtful or len(members) < LEAST:
        return facts
    return msgspec.structs.replace(facts, members=members, joiners=(*facts.joiners, *doubtful))


def looks_like(row: AccountFacts, windows: Sequence[WindowFacts]) -> bool:
    """Whether an account lies in all windows, as far as its fields are known: what is unknown speaks against nobody."""
    for window in windows:
        field = FIELDS.index(window.field)
        place = bin_of(row, field)
        if place is not None and not window.first <= place < window.first + WIDTHS[field]:
            return False
    return True
