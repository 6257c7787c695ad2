"""The flood guard: openings beyond what people can take in are held back and told together. Pure.

`decide` says what is to be told of one network; the guard sees the whole stream and says which of it waits. While an
incident is held back its life goes on untold, so that the digest tells it as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import msgspec

from pipeline.incidents.decision import Change
from pipeline.incidents.model import Opening

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.incidents.model import Incident

_OPENINGS: Final[dict[str | None, Opening]] = {name: name for name in get_args(Opening)}


class FloodRules(msgspec.Struct, frozen=True):
    """At most ``max_opened`` openings are told one by one within ``window`` ms."""

    max_opened: int
    window: int


class Flood(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the guard knows of a stream; times in ms.

    ``openings``: when the most recent openings and digests were told. ``waiting``: how many incidents are held back,
    the first of them at ``since``.
    """

    openings: tuple[int, ...] = ()
    waiting: int = 0
    since: int | None = None


def digest_at(flood: Flood, rules: FloodRules) -> int | None:
    """Return when those held back are told: as soon as there is room, and no later than a window after the first."""
    if flood.since is None:
        return None
    return min(flood.since, flood.openings[-rules.max_opened]) + rules.window


def restrain(changes: Iterable[Change], flood: Flood, now: int, rules: FloodRules) -> tuple[tuple[Change, ...], Flood]:
    """Return what is left of a decision's changes, and the guard after them; what changes nothing is left out."""
    left = []
    for change in changes:
        restrained, flood = _restrained(change, flood, now, rules)
        if restrained.event or restrained.after != restrained.before:
            left.append(restrained)
    return tuple(left), flood


def release(held: Sequence[Incident], flood: Flood, now: int, rules: FloodRules) -> tuple[tuple[Change, ...], Flood]:
    """Return the changes of those held back when a digest tells them, and the guard after it: the digest counts."""
    changes = tuple(
        Change(
            incident,
            msgspec.structs.replace(
                incident, held=None, published_at=now if incident.status == "open" else incident.published_at
            ),
            None,
        )
        for incident in held
    )
    return changes, _counted(Flood(flood.openings), now, rules)


def _restrained(change: Change, flood: Flood, now: int, rules: FloodRules) -> tuple[Change, Flood]:
    if change.before and change.before.held:
        return _while_held(change, change.before, change.before.held, flood, now, rules)
    opening = _OPENINGS.get(change.event)
    if opening is None:
        return change, flood
    if change.after.severity == "critical" or _has_room(flood, now, rules):
        return change, _counted(flood, now, rules)
    after = msgspec.structs.replace(change.after, held=opening)
    since = now if flood.since is None else flood.since
    return Change(change.before, after, None), Flood(flood.openings, flood.waiting + 1, since)


def _while_held(
    change: Change, before: Incident, opening: Opening, flood: Flood, now: int, rules: FloodRules
) -> tuple[Change, Flood]:
    """What is held back goes on waiting, unless it merges, is explained or becomes critical."""
    free = msgspec.structs.replace(change.after, held=None)
    if free.status == "merged":
        # Of one that nobody has heard of, nobody needs to hear that it is gone.
        return Change(before, free, change.event if before.revision > 1 else None), _one_less(flood)
    if free.status == "suppressed":
        return Change(before, free, change.event), _one_less(flood)
    if free.status == "open" and free.severity == "critical":
        return Change(before, free, opening), _counted(_one_less(flood), now, rules)
    return Change(before, change.after, None), flood


def _has_room(flood: Flood, now: int, rules: FloodRules) -> bool:
    return len(flood.openings) < rules.max_opened or flood.openings[-rules.max_opened] + rules.window <= now


def _counted(flood: Flood, now: int, rules: FloodRules) -> Flood:
    return msgspec.structs.replace(flood, openings=(*flood.openings, now)[-rules.max_opened :])


def _one_less(flood: Flood) -> Flood:
    waiting = flood.waiting - 1
    return Flood(flood.openings, waiting, flood.since if waiting else None)
