"""Numbers as a line of characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCKS: Final = " ▁▂▃▄▅▆▇█"
ASCII: Final = " .:-=+*#@"
"""From nothing to the most, in eighths."""


def chart(counts: Sequence[int], steps: str = BLOCKS) -> str:
    """Return a character a count, against the largest of them; only a count of nothing is blank."""
    most = max(counts, default=0)
    return "".join(steps[-(-count * (len(steps) - 1) // most) if most else 0] for count in counts)


def steps_for(encoding: str) -> str:
    """Return the characters of a chart that an encoding has."""
    try:
        BLOCKS.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return BLOCKS
