"""What a control line changes: the watch list, the allow list, or what is answered to an incident."""

from __future__ import annotations

from typing import Final

import msgspec

from pipeline.bursts import watch
from pipeline.detect import allow
from pipeline.incidents import answer

WATCH: Final = 0
ALLOW: Final = 1
ANSWER: Final = 2
"""What is changed, as lua/control.lua knows it."""


class Change(msgspec.Struct, frozen=True):
    """``key`` of what is changed, and the ``value`` that it is to have, "" for none."""

    what: int
    key: str
    value: str


def read_change(action: str, value: str | None, note: str | None) -> Change | None:
    """Return what a control line changes, None for an action that nobody knows. Raises LineError."""
    for what, found in (
        (WATCH, watch.read_change(action, value)),
        (ALLOW, allow.read_change(action, value, note)),
        (ANSWER, answer.read_change(action, value, note)),
    ):
        if found is not None:
            return Change(what, *found)
    return None
