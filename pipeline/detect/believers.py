"""Members who may only believe what they copied: told apart, never accused. Pure."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.detect.alike import told_windows
from pipeline.detect.baseline import FIELDS, WIDTHS
from pipeline.detect.evidence import repeat_log_p
from pipeline.detect.looks import bin_of
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.facts import AccountFacts, NetworkFacts, WindowFacts

SURE: Final = 3
"""Meetings from which an account belongs to a network whatever it looks like: believers copy once or twice."""

NARROW: Final = 0.01
"""Share of strangers in all windows of a network up to which it tells them apart from its own."""

LEAST: Final = 4
"""Members that must stay for the others to be told from them."""

REPEATED: Final = -10.0
"""Bound on ln p below which members are said to meet again and again."""


def apart(facts: NetworkFacts) -> NetworkFacts:
    """Return the facts with such members among the joiners.

    Only a network that writes the same again and again can be told from believers: in a wave or a ring everybody meets
    once. And only where its accounts look like hardly any stranger does: who looks like them stays, however seldom it
    met them.
    """
    texts = [each for each in facts.objects if each.kind == Kind.TEXT]
    if 2 * sum(each.reposts for each in texts) >= sum(each.posts for each in texts):
        return facts
    windows = [window for window in told_windows(facts) if window.field in FIELDS]
    if repeat_log_p(facts) > REPEATED or not windows or prod(window.share for window in windows) > NARROW:
        return facts
    doubtful = {row.author_id for row in facts.members if row.meetings < SURE and not looks_like(row, windows)}
    members = tuple(row for row in facts.members if row.author_id not in doubtful)
    if not doubtful or len(members) < LEAST:
        return facts
    others = tuple(row for row in facts.members if row.author_id in doubtful)
    return msgspec.structs.replace(facts, members=members, joiners=(*facts.joiners, *others))


def looks_like(row: AccountFacts, windows: Sequence[WindowFacts]) -> bool:
    """Whether an account lies in all windows, as far as its fields are known: what is unknown speaks against nobody."""
    for window in windows:
        field = FIELDS.index(window.field)
        place = bin_of(row, field)
        if place is not None and not window.first <= place < window.first + WIDTHS[field]:
            return False
    return True
