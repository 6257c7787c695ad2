"""Features of a batch: normalised text, signature, band slots, text hash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.text.normalise import normalise
from pipeline.text.signatures import LANES, signatures, splitmix64

if TYPE_CHECKING:
    from collections.abc import Sequence


BANDS: Final = 16
ROWS: Final = LANES // BANDS
MARK_BITS: Final = 5
MIN_LETTERS: Final = 12
"""Letters a text needs outside its tags to be compared at all."""

TIE_LETTERS: Final = 16
"""Letters a text needs to tie those who post it: below it, strangers agree by chance."""

_TAG = re.compile(r"[#$]\w+")
_NO_LETTERS: Final = bytes(code for code in range(128) if not chr(code).isalpha())
_ROW_FACTORS: Final = splitmix64(3, ROWS) | np.uint64(1)
_BAND_OFFSETS: Final = splitmix64(4, BANDS)
_REPOST_OFFSET: Final = splitmix64(5, 1)[0]


class Features(msgspec.Struct, frozen=True):
    """Features of ``n`` texts.

    ``normalised``: the texts as compared. ``letters``: how many each has outside its tags. ``slots``: uint32 (n, 16),
    the band table's slots, ``marks``: uint8 (n, 16), 0 to 31, which tell bands of one slot apart. ``lanes``: uint8
    (n, 64), the low byte of each lane. ``text_hash``: uint32 (n,).
    """

    normalised: list[str]
    letters: list[int]
    slots: NDArray[np.uint32]
    marks: NDArray[np.uint8]
    lanes: NDArray[np.uint8]
    text_hash: NDArray[np.uint32]


def features(texts: Sequence[str], reposts: Sequence[bool], slot_count: int) -> Features:
    """Return the features of a batch; reposts and originals share no slot, so they never share a cluster."""
    normalised = [normalise(text) for text in texts]
    rows = signatures(normalised)
    bands = rows.reshape(len(texts), BANDS, ROWS).astype(np.uint64)
    mixed = (bands * _ROW_FACTORS).sum(axis=2, dtype=np.uint64) + _BAND_OFFSETS
    mixed += np.where(np.asarray(reposts, dtype=bool), _REPOST_OFFSET, np.uint64(0))[:, None]
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    return Features(
        normalised=normalised,
        letters=[count_letters(text) for text in normalised],
        slots=(mixed % np.uint64(slot_count)).astype(np.uint32),
        marks=(mixed >> np.uint64(64 - MARK_BITS)).astype(np.uint8),
        lanes=rows.astype(np.uint8),
        text_hash=np.fromiter((crc32(text.encode()) for text in normalised), dtype=np.uint32, count=len(texts)),
    )


def count_letters(normalised: str) -> int:
    """Return how many letters a normalised text has outside its tags."""
    bare = _TAG.sub("", normalised) if "#" in normalised or "$" in normalised else normalised
    if len(bare) < MIN_LETTERS:
        return 0
    return len(bare.encode().translate(None, _NO_LETTERS)) if bare.isascii() else sum(map(str.isalpha, bare))


def jaccard_estimate(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> float:
    """Return the estimated similarity of two rows of lanes, 0 to 1.

    Lanes are compared by one byte, so 1/256 of the lanes that differ look equal.
    """
    return float(np.count_nonzero(left == right)) / LANES
