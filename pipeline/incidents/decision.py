"""What a look at a network leads to: changes of incidents, and when to look again. Plain values."""

from __future__ import annotations

import msgspec

from pipeline.incidents.model import EventType, Incident


class Rules(msgspec.Struct, frozen=True):
    """Times in ms; ``growth`` is the share of new accounts that makes a change material."""

    quiet: int
    cool_down: int
    update_interval: int
    growth: float
    min_objects: int


class Change(msgspec.Struct, frozen=True):
    """An incident's new state and the event that tells it, None where nobody is told."""

    before: Incident | None
    after: Incident
    event: EventType | None


class Decision(msgspec.Struct, frozen=True):
    """Changes in the order of publishing, and when to look at the network again.

    ``incident`` is the network's from now on. ``look_at`` is an event time in ms; ``due_accounts`` and
    ``due_objects`` are the sizes that make it due before.
    """

    changes: tuple[Change, ...]
    incident: Incident | None
    look_at: int | None
    due_accounts: int
    due_objects: int
