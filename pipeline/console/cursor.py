"""Ids of what pages are told: how far the topic was read, so that they outlive a restart of the console. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_CHARS: Final = 2000
"""Characters of an id: browsers send it back in a header."""

_FORM: Final = re.compile(r"\d{1,5}\.\d{1,18}(-\d{1,5}\.\d{1,18})*")


def write_cursor(reached: Mapping[int, int]) -> str:
    """Return the next offset of each partition as an id, "" where there are too many to be told."""
    told = "-".join(f"{partition}.{offset}" for partition, offset in sorted(reached.items()))
    return told if len(told) <= MOST_CHARS else ""


def read_cursor(told: str) -> dict[int, int] | None:
    """Return what an id tells, None for none of ours."""
    if len(told) > MOST_CHARS or not _FORM.fullmatch(told):
        return None
    return {int(partition): int(offset) for partition, _, offset in (each.partition(".") for each in told.split("-"))}
