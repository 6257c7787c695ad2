"""What a judgement hangs on: it is made again over changed facts. Pure.

Facts count the members at an object and do not name them. So accounts are taken away evenly, each object and each
window losing its share, and objects the latest first, with the accounts that they alone have.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from pipeline.detect.alike import told_windows
from pipeline.detect.assess import assess
from pipeline.detect.baseline import FIELDS, SPANS, WIDTHS, divergence
from pipeline.detect.evidence import repeat_log_p
from pipeline.detect.rule import Suppression
from pipeline.detect.severity import Severity
from pipeline.detect.signal import rounded
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipeline.detect.facts import AccountFacts, GroupFacts, NetworkFacts, ObjectFacts, WindowFacts
    from pipeline.detect.rule import Weighed

MOST_COMBINED: Final = 5
"""Pieces of evidence that are left out in every combination: the weightiest."""

_CLIENT_CHOICES: Final = 20
"""Clients that the search pays for when it takes the most frequent one."""


class Trial(msgspec.Struct, frozen=True):
    """The judgement of facts that lack something; ``nats`` is the evidence then, as -ln p."""

    without: tuple[str, ...]
    nats: float
    score: float
    severity: Severity
    asked: float
    suppressed: Suppression | None

    @property
    def alarms(self) -> bool:
        """Whether it would be told as open."""
        return self.severity != "info" and self.suppressed is None


class Threshold(msgspec.Struct, frozen=True):
    """How far a count may fall from ``now``: with ``keeps`` it alarms, with one less, ``silent``, it does not.

    ``silent`` and ``then`` are None where no count silences it.
    """

    what: str
    now: int
    keeps: int
    silent: int | None
    then: Trial | None


class WhatIf(msgspec.Struct, frozen=True):
    """What would have to be different.

    ``singles`` leave one piece of evidence out, of those that count for something. ``silencing`` is the smallest
    combination without which there is no alarm, ``keeping`` the largest without which there still is.
    """

    base: Trial
    singles: list[Trial]
    keeping: Trial | None
    silencing: Trial | None
    thresholds: list[Threshold]


def contributions(facts: NetworkFacts) -> list[tuple[str, float]]:
    """Return the parts of the evidence that make up the score, each in nats."""
    parts = [
        ("meeting again", -repeat_log_p(facts)),
        ("looking alike", sum(window.evidence for window in told_windows(facts))),
    ]
    return [(name, nats) for name, nats in parts if nats]


def ask(facts: NetworkFacts) -> WhatIf:
    """Judge the facts without each piece of evidence, without several of them, and with fewer accounts and objects."""
    base = _trial(facts, ())
    singles = [_trial(change(facts), (name,)) for name, change in PIECES.items()]
    telling = sorted(
        (each for each in singles if _judged(each) != _judged(base)),
        key=lambda each: (each.nats, each.score, each.without),
    )
    if not base.alarms:
        return WhatIf(base, telling, None, None, [])
    names = [each.without[0] for each in telling[:MOST_COMBINED]]
    trials = [_without(facts, some) for size in range(1, len(names) + 1) for some in combinations(names, size)]
    return WhatIf(
        base,
        telling,
        keeping=next((each for each in reversed(trials) if each.alarms), None),
        silencing=next((each for each in trials if not each.alarms), None),
        thresholds=[
            threshold("accounts", len(facts.members), lambda count: _trial(with_accounts(facts, count), ())),
            threshold("shared objects", len(facts.objects), lambda count: _trial(with_objects(facts, count), ())),
        ],
    )


def threshold(what: str, now: int, judge: Callable[[int], Trial]) -> Threshold:
    """Return the place below ``now``, where it alarms, at which it falls silent: found by halving, counts from 1 on."""
    keeps, silent, then = now, 0, None
    while keeps - silent > 1:
        middle = (keeps + silent) // 2
        trial = judge(middle)
        if trial.alarms:
            keeps = middle
        else:
            silent, then = middle, trial
    return Threshold(what, now, keeps, silent if then else None, then)


def nearest(weighed: Iterable[Weighed]) -> Weighed | None:
    """Return the rule that lacks least to suppress, of those that do not; not to be asked is one thing more to lack."""
    others = [each for each in weighed if not each.suppresses]
    return min(
        others, key=lambda each: (not each.asked) + sum(condition.lacks for condition in each.conditions), default=None
    )


def with_accounts(facts: NetworkFacts, count: int) -> NetworkFacts:
    """Return the facts of a network of fewer accounts, taken evenly: every object and group loses its share."""
    total = len(facts.members)
    members = tuple(facts.members[place * total // count] for place in range(count))
    objects, before = [], 0
    for each in facts.objects:
        inside = _part(each.network_members, count, total)
        newcomers = min(inside, _part(before + each.newcomers, count, total) - _part(before, count, total))
        before += each.newcomers
        group = each.group and _smaller(each.group, count / total)
        objects.append(replace(each, network_members=inside, newcomers=newcomers, group=group))
    return replace(facts, members=members, objects=tuple(objects))


def _part(number: int, count: int, total: int) -> int:
    """Return ``count`` of ``total`` parts of a number, rounded, halves up."""
    return (2 * number * count + total) // (2 * total)


def with_objects(facts: NetworkFacts, count: int) -> NetworkFacts:
    """Return the facts of a network as of its first objects, with as many of its first accounts as these have."""
    objects = facts.objects[:count]
    return replace(facts, objects=objects, members=facts.members[: max(1, sum(each.newcomers for each in objects))])


def _smaller(group: GroupFacts, part: float) -> GroupFacts | None:
    """Return a group with a part of its authors, None where no window has evidence any more."""
    windows = tuple(window for each in group.windows if (window := _thinned(each, part)).evidence > 0)
    counts = {name: int(getattr(group, name) * part) for name in ("authors", "in_all", "in_any")}
    return replace(group, windows=windows, **counts) if windows else None


def _thinned(window: WindowFacts, part: float) -> WindowFacts:
    inside, known = int(window.inside * part), int(window.known * part)
    if not known or inside / known <= window.share:
        return replace(window, inside=inside, known=known, evidence=0.0)
    place = FIELDS.index(window.field) if window.field in FIELDS else None
    choices = _CLIENT_CHOICES if place is None else SPANS[place] / WIDTHS[place]
    evidence = known * divergence(inside / known, min(0.999, window.share)) - math.log(choices)
    return replace(window, inside=inside, known=known, evidence=max(0.0, min(window.evidence, evidence)))


def _without(facts: NetworkFacts, names: tuple[str, ...]) -> Trial:
    for name in names:
        facts = PIECES[name](facts)
    return _trial(facts, names)


def _trial(facts: NetworkFacts, names: tuple[str, ...]) -> Trial:
    found = assess(facts)
    nats = rounded(sum(nats for _, nats in contributions(facts)))
    return Trial(names, nats, found.score, found.severity, found.asked, found.suppressed)


def _judged(trial: Trial) -> tuple[float, float, Suppression | None]:
    return trial.nats, trial.score, trial.suppressed


def _objects(facts: NetworkFacts, change: Callable[[ObjectFacts], ObjectFacts]) -> NetworkFacts:
    return replace(facts, objects=tuple(change(each) for each in facts.objects))


def _members(facts: NetworkFacts, change: Callable[[AccountFacts], AccountFacts]) -> NetworkFacts:
    return replace(facts, members=tuple(change(each) for each in facts.members))


def _no_window(facts: NetworkFacts, field: str) -> NetworkFacts:
    """Drop a field's windows from the groups; a group without any is none."""

    def change(each: ObjectFacts) -> ObjectFacts:
        if each.group is None:
            return each
        windows = tuple(window for window in each.group.windows if window.field != field)
        return replace(each, group=replace(each.group, windows=windows) if windows else None)

    return _objects(facts, change)


def _no_meetings(facts: NetworkFacts) -> NetworkFacts:
    """Let every member at an object be new there: whom an object brings in has met nobody before."""
    return _objects(facts, lambda each: replace(each, newcomers=each.network_members))


def _no_deletions(facts: NetworkFacts) -> NetworkFacts:
    return _objects(facts, lambda each: replace(each, deleted=0, delays=()))


def _no_slots(facts: NetworkFacts) -> NetworkFacts:
    return _objects(facts, lambda each: replace(each, varied=False))


def _no_answers(facts: NetworkFacts) -> NetworkFacts:
    return replace(facts, objects=tuple(each for each in facts.objects if each.kind != Kind.REPLY))


PIECES: Final[dict[str, Callable[[NetworkFacts], NetworkFacts]]] = {
    "meeting again": _no_meetings,
    "like followers": lambda facts: _no_window(_members(facts, lambda row: replace(row, followers=None)), "followers"),
    "like following": lambda facts: _no_window(_members(facts, lambda row: replace(row, following=None)), "following"),
    "like births": lambda facts: _no_window(_members(facts, lambda row: replace(row, born=None)), "birth"),
    "one client": lambda facts: _no_window(_members(facts, lambda row: replace(row, client=None)), "client"),
    "deletions": _no_deletions,
    "varied texts": _no_slots,
    "answers": _no_answers,
}
"""Pieces of evidence, and how facts look without them."""
