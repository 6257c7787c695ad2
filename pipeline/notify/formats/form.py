"""What a format is: how events become the body of a message, and what a sender has to know of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, get_args

import msgspec

from pipeline.incidents.model import EventType
from pipeline.incidents.public import Event

EVENT_TYPES: Final[frozenset[str]] = frozenset((*get_args(EventType), "incident.digest", "incident.verdict"))
"""Types of all events."""

CHAT_TYPES: Final = EVENT_TYPES - {"incident.updated", "incident.verdict"}
"""Types that are told in a chat unless it is asked for others: what somebody may want to act on."""


class Sending(msgspec.Struct, frozen=True):
    """What a body depends on besides its events: ``now`` in ms of the clock, ``key`` a secret that the body holds.

    ``lasts_s``: seconds from now until an alert in Alertmanager ends unless it is posted again. ``is_again``: that is
    what is being done, and nothing else has happened.
    """

    now: int
    key: str = ""
    lasts_s: int = 900
    is_again: bool = False

    def __repr__(self) -> str:
        return f"Sending(now={self.now}, lasts_s={self.lasts_s}, is_again={self.is_again})"


class Form(msgspec.Struct, frozen=True):
    """A format: ``render`` gives the body of a message, UTF-8 JSON, the same for the same events and sending.

    It takes exactly one event, several only where ``is_kept_alive``: then what is open must also be posted again before
    it ends. ``needs_key``: the body holds a secret. ``is_signed``: secrets sign it. ``spacing_s``: seconds from one
    message to the next, at least. ``types``: those of the events that are sent unless others are asked for.
    """

    name: str
    render: Callable[[Sequence[Event], Sending], bytes]
    is_kept_alive: bool = False
    needs_key: bool = False
    is_signed: bool = False
    spacing_s: float = 0.0
    types: frozenset[str] = EVENT_TYPES


def only(events: Sequence[Event]) -> Event:
    """Return the one event of a message. Raises ValueError for none and for several."""
    (event,) = events
    return event
