"""MinHash signatures of character 5-grams, for a batch of texts at once.

A signature has 64 lanes. Two texts agree in a lane with a probability equal to the Jaccard similarity of their sets
of shingles (Broder 1997), so the share of equal lanes estimates it with a standard deviation of at most 1/16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHINGLE: Final = 5
LANES: Final = 64
READ_CHARS: Final = 2000
"""Characters of a normalised text that the signature reads."""

_CHUNK_CHARS: Final = 262_144
_BASE: Final = np.uint64(1_099_511_628_211)
_MASK: Final = (1 << 64) - 1


def splitmix64(seed: int, count: int) -> NDArray[np.uint64]:
    """Return ``count`` constants of the SplitMix64 sequence (Steele et al. 2014), the same on every machine."""
    values, state = [], seed
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        values.append(z ^ (z >> 31))
    return np.array(values, dtype=np.uint64)


_FACTORS: Final = (splitmix64(1, LANES) >> np.uint64(32)).astype(np.uint32) | np.uint32(1)
_OFFSETS: Final = (splitmix64(2, LANES) >> np.uint64(32)).astype(np.uint32)


def signatures(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Return the signatures of normalised texts, shape ``(len(texts), 64)``.

    A text shorter than a shingle is padded with spaces. A row depends on its own text alone.
    """
    cut = [text[:READ_CHARS].ljust(SHINGLE) for text in texts]
    rows = np.empty((len(cut), LANES), dtype=np.uint32)
    start = size = 0
    for end, text in enumerate(cut):
        if size and size + len(text) > _CHUNK_CHARS:
            rows[start:end] = _chunk(cut[start:end])
            start, size = end, 0
        size += len(text)
    if start < len(cut):
        rows[start:] = _chunk(cut[start:])
    return rows


def _chunk(texts: Sequence[str]) -> NDArray[np.uint32]:
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    hashes = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint64)
    for at in range(SHINGLE):
        hashes *= _BASE
        hashes += codes[at : len(codes) - SHINGLE + 1 + at]
    shingles = _mixed(hashes)
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    # Shingles that reach into the next text are left out: each text's run ends SHINGLE - 1 before the next begins.
    keep = np.ones(len(shingles), dtype=bool)
    for back in range(1, SHINGLE):
        keep[starts[1:] - back] = False
    runs = starts - (SHINGLE - 1) * np.arange(len(texts))
    kept = shingles[keep]
    rows = np.empty((LANES, len(texts)), dtype=np.uint32)
    lane = np.empty_like(kept)
    for number in range(LANES):
        np.multiply(kept, _FACTORS[number], out=lane)
        np.add(lane, _OFFSETS[number], out=lane)
        np.minimum.reduceat(lane, runs, out=rows[number])
    return np.ascontiguousarray(rows.T)


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(32)
    return hashes.astype(np.uint32)
