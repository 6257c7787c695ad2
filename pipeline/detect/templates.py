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


class Aligned(msgspec.Struct, frozen=True):
    """The words that texts have in common, in order, and what each text has before each of them and after the last."""

    frame: tuple[str, ...]
    gaps: tuple[tuple[str, ...], ...]

    def slots(self) -> list[int]:
        """Return the places at which a text has anything between the words of the frame."""
        return [place for place, fillings in enumerate(zip(*self.gaps, strict=True)) if any(fillings)]


def align(texts: Sequence[str]) -> Aligned:
    """Align texts word by word.

    The frame is the common subsequence of words, found text after text, so it costs one alignment a text.
    """
    rows = [text.split() for text in texts]
    frame = rows[0]
    for row in rows[1:]:
        frame = _common(frame, row)
    return Aligned(tuple(frame), tuple(tuple(_gaps(frame, row)) for row in rows))


def find_template(texts: Sequence[str]) -> Template:
    """Return the common frame of texts; those without a common word give the first text as it is."""
    aligned = align(texts)
    if not aligned.frame:
        return Template(texts[0], ())
    places = aligned.slots()
    slots = tuple(tuple(dict.fromkeys(gaps[place] for gaps in aligned.gaps)) for place in places)
    parts: list[str] = []
    for place in range(len(aligned.frame) + 1):
        if place in places:
            parts.append(f"{{{places.index(place) + 1}}}")
        parts += aligned.frame[place : place + 1]
    return Template(" ".join(parts), slots)


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
