"""Members who may only believe what they copied: told apart, never accused. Pure."""

from __future__ import annotations

from itertools import product
from math import prod
from statistics import median
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.detect.alike import strongest, told_windows
from pipeline.detect.baseline import FIELDS, WIDTHS
from pipeline.detect.evidence import repeat_log_p
from pipeline.detect.looks import bin_of
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.facts import AccountFacts, NetworkFacts, ObjectFacts, WindowFacts

SURE: Final = 3
"""Meetings from which who met half as often as others belongs to a network: believers copy once or twice."""

ALIKE: Final = 30.0
"""How many times likelier an account must look among the members than among strangers to belong in spite of less."""

NARROW: Final = 0.01
"""Share of strangers in all windows of a network up to which it tells them apart from its own."""

PER_STRANGER: Final = 20
"""Members of a wave for each stranger that chance would put among them, at least."""

LEAST: Final = 4
"""Members that must stay for the others to be told from them."""

REPEATED: Final = -10.0
"""Bound on ln p below which members are said to meet again and again."""


def apart(facts: NetworkFacts) -> NetworkFacts:
    """Return the facts with such members among the joiners.

    Of a network that meets again and again whoever met it seldom and does not clearly look like it, or met it far less
    often than its members do. Of a wave, where everybody meets once, whoever looks so little like the others that
    chance would put too many strangers among those who do. Looks must be known; nobody is told from a ring of bursts.
    """
    windows = [window for window in told_windows(facts) if window.field in FIELDS]
    if not windows:
        return facts
    doubtful = _of_a_wave(facts, windows) if repeat_log_p(facts) > REPEATED else _of_a_network(facts, windows)
    members = tuple(row for row in facts.members if row.author_id not in doubtful)
    if not doubtful or len(members) < LEAST:
        return facts
    others = tuple(row for row in facts.members if row.author_id in doubtful)
    return msgspec.structs.replace(facts, members=members, joiners=(*facts.joiners, *others))


def likeness(row: AccountFacts, windows: Sequence[WindowFacts]) -> float | None:
    """Return how many times likelier an account looks as it does among the members than among strangers.

    The product over the windows whose field is known, None where none is.
    """
    places = [(window, place) for window in windows if (place := bin_of(row, FIELDS.index(window.field))) is not None]
    return prod(_ratio(window, inside=_is_inside(window, place)) for window, place in places) if places else None


def _of_a_network(facts: NetworkFacts, windows: Sequence[WindowFacts]) -> set[str]:
    if prod(window.share for window in windows) > NARROW:
        return set()
    usual = median(row.meetings for row in facts.members)
    reposting = mostly_reposts(facts)

    def is_doubtful(row: AccountFacts) -> bool:
        if row.meetings >= SURE and 2 * row.meetings > usual:
            return False
        alike = likeness(row, windows)
        if alike is None:
            return row.meetings == 0
        seldom = row.meetings < min(SURE, usual / 3)
        # Who reposts a ring's author does so once, be he one of the ring or not.
        if reposting:
            return alike < ALIKE and seldom
        # Early on everybody has met seldom: then it takes a look that is not theirs.
        return seldom or (alike < ALIKE if 2 * row.meetings <= usual else not _is_inside_all(row, windows))

    return {row.author_id for row in facts.members if is_doubtful(row)}


def _of_a_wave(facts: NetworkFacts, windows: Sequence[WindowFacts]) -> set[str]:
    """Those below the least likeness from which chance puts few strangers among the members."""
    text = strongest(facts)
    if text is None or text.kind != Kind.TEXT or mostly_reposts(facts):
        return set()
    known = {row.author_id: alike for row in facts.members if (alike := likeness(row, windows)) is not None}
    doubtful: set[str] = set()
    for least, odds in _thresholds(windows):
        doubtful = {account for account, alike in known.items() if alike < least}
        inside = len(known) - len(doubtful)
        if PER_STRANGER * _strangers(facts, text, inside) * odds <= inside:
            break
    return doubtful


def _thresholds(windows: Sequence[WindowFacts]) -> list[tuple[float, float]]:
    """Likenesses that an account can have, rising, each with the odds that a stranger has it or a higher one."""
    patterns = []
    for pattern in product((True, False), repeat=len(windows)):
        pairs = list(zip(windows, pattern, strict=True))
        chance = prod(window.share if inside else 1 - window.share for window, inside in pairs)
        patterns.append((prod(_ratio(window, inside=inside) for window, inside in pairs), chance))
    patterns.sort()
    found = []
    for number, (alike, _) in enumerate(patterns[1:], 1):
        chance = sum(each for _, each in patterns[number:])
        # A little below, so that the last digit of a product decides nothing.
        found.append((alike * (1 - 1e-9), chance / (1 - chance)))
    return found


def _strangers(facts: NetworkFacts, text: ObjectFacts, inside: int) -> int:
    """Accounts of the text that are none of these; where most members are not among its, those of all texts."""
    half = 2 * text.authors >= len(facts.members)
    everybody = text.authors if half else len(facts.members) + len(facts.joiners)
    return max(0, everybody - inside)


def _ratio(window: WindowFacts, *, inside: bool) -> float:
    # Half an account is added to either side, so that nobody is impossible.
    share = (window.inside + 0.5) / (window.known + 1)
    return share / window.share if inside else (1 - share) / (1 - window.share)


def _is_inside(window: WindowFacts, place: int) -> bool:
    return window.first <= place < window.first + WIDTHS[FIELDS.index(window.field)]


def _is_inside_all(row: AccountFacts, windows: Sequence[WindowFacts]) -> bool:
    places = [(window, bin_of(row, FIELDS.index(window.field))) for window in windows]
    return all(place is None or _is_inside(window, place) for window, place in places)


def mostly_reposts(facts: NetworkFacts) -> bool:
    """Whether half of the posts of the shared texts are reposts."""
    texts = [each for each in facts.objects if each.kind == Kind.TEXT]
    return 2 * sum(each.reposts for each in texts) >= sum(each.posts for each in texts)
