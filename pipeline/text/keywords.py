"""Keywords of a batch as numbers: hashtags, words, word pairs, link targets, mentions; in any script."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.text.links import link_target
from pipeline.text.signatures import splitmix64

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_KEYWORDS: Final = 256
"""Distinct keywords of a post that are counted, those with the smallest hashes."""

_SEEDS: Final = splitmix64(6, 3)
_PAIR: Final = np.uint64(0x9E3779B97F4A7C15)
_SPACE: Final = 32


class Keywords(msgspec.Struct, frozen=True):
    """Distinct keyword hashes of ``n`` posts: those of post ``i`` are ``hashes[starts[i] : starts[i + 1]]``."""

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]


def keywords(texts: Sequence[str], urls: Sequence[Sequence[str]], mentions: Sequence[Sequence[str]]) -> Keywords:
    """Return the keywords of normalised texts and of the links and mentions beside them.

    A keyword counts once a post, however often it stands there.
    """
    extra = [" ".join(_named(*lists)) for lists in zip(urls, mentions, strict=True)]
    words, word_rows, first = _tokens(texts)
    named, named_rows, _ = _tokens(extra)
    joined = ~first[1:] if len(words) else np.zeros(0, dtype=bool)
    pairs = _mix(words[:-1] * _PAIR + words[1:])[joined]
    hashes = np.concatenate((words, pairs, named))
    rows = np.concatenate((word_rows, word_rows[1:][joined], named_rows))
    order = np.lexsort((hashes, rows))
    hashes, rows = hashes[order], rows[order]
    fresh = np.ones(len(hashes), dtype=bool)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (rows[1:] != rows[:-1])
    hashes, rows = hashes[fresh], rows[fresh]
    begins = np.searchsorted(rows, np.arange(len(texts)))
    kept = np.arange(len(rows)) - begins[rows] < MAX_KEYWORDS if len(rows) else np.zeros(0, dtype=bool)
    return Keywords(hashes[kept], np.searchsorted(rows[kept], np.arange(len(texts) + 1)))


def named_keywords(text: str, urls: Sequence[str], mentions: Sequence[str]) -> dict[int, str]:
    """Return the words behind the hashes of one post; for the few that somebody wants to read."""
    words = text.split()
    found = [*words, *(f"{a} {b}" for a, b in pairwise(words)), *_named(urls, mentions)]
    singles, _, _ = _tokens([" ".join([*words, *_named(urls, mentions)])])
    of_words = singles[: len(words)]
    pairs = _mix(of_words[:-1] * _PAIR + of_words[1:])
    hashes = np.concatenate((of_words, pairs, singles[len(words) :]))
    return dict(zip(hashes.tolist(), found, strict=True))


def _named(urls: Sequence[str], mentions: Sequence[str]) -> Iterator[str]:
    """Link targets and mentions as tokens that no word of a text can be."""
    for url in urls:
        yield f"link:{link_target(url)}".replace(" ", "+")
    for mention in mentions:
        yield f"@{mention.lstrip('@').casefold()}".replace(" ", "+")


def _tokens(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return hashes of all tokens, the text each stands in, and whether it is the first there."""
    joined = " ".join(texts) + " "
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    ends = np.flatnonzero(codes == _SPACE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    held = ends > starts
    if not held.any():
        return np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, bool)
    lengths = ends + 1 - starts
    places = np.arange(len(codes)) - np.repeat(starts, lengths)
    # A sum over mixed (letter, place) pairs depends on the order of letters and needs no loop over tokens.
    letters = _mix(codes * _SEEDS[0] + places.astype(np.uint64) * _SEEDS[1])
    letters[ends] = 0
    hashes = _mix(np.add.reduceat(letters, starts) + _SEEDS[2])[held]
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1
    rows = np.searchsorted(np.cumsum(sizes), starts[held], side="right")
    first = np.ones(len(rows), dtype=bool)
    first[1:] = rows[1:] != rows[:-1]
    return hashes, rows, first


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed: NDArray[np.uint64] = values ^ (values >> np.uint64(30))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
