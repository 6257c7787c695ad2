"""What stays and what varies in the texts of a cluster."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence


class Template(msgspec.Struct, frozen=True):
    """A frame with slots ``{1}``, ``{2}``, ... and, for each slot, the fillings seen, in order."""

    text: str
    slots: tuple[tuple[str, ...], ...]


def find_template(texts: Sequence[str]) -> Template:
    """Align texts word by word and return their common frame.

    The frame is the common subsequence of words, found text after text, so it costs one alignment a text.
    Texts without a common word give the first text as it is.
    """
    rows = [text.split() for text in texts]
    frame = rows[0]
    for row in rows[1:]:
        frame = _common(frame, row)
    if not frame:
        return Template(texts[0], ())
    gaps = [_gaps(frame, row) for row in rows]
    parts: list[str] = []
    slots: list[tuple[str, ...]] = []
    for place in range(len(frame) + 1):
        fillings = tuple(dict.fromkeys(gap[place] for gap in gaps))
        if any(fillings):
            slots.append(fillings)
            parts.append(f"{{{len(slots)}}}")
        if place < len(frame):
            parts.append(frame[place])
    return Template(" ".join(parts), tuple(slots))


def _common(left: list[str], right: list[str]) -> list[str]:
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return [word for block in blocks for word in left[block.a : block.a + block.size]]


def _gaps(frame: list[str], row: list[str]) -> list[str]:
    """Return what stands before each word of the frame, and after the last."""
    gaps, start = [], 0
    for word in frame:
        at = row.index(word, start)
        gaps.append(" ".join(row[start:at]))
        start = at + 1
    return [*gaps, " ".join(row[start:])]
