"""Keywords of a batch as numbers: hashtags, words, word pairs, link targets, mentions; in any script."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import compress, pairwise
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from publicsuffixlist import PublicSuffixList

from pipeline.text.links import SHORTENERS, link_target
from pipeline.text.signatures import splitmix64

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_KEYWORDS: Final = 256
"""Distinct keywords of a post that are counted, those with the smallest hashes."""

PAIR_CHARS: Final = 3
"""Characters of a word from which it makes pairs: what stands beside an article says no more than it does alone."""

LINK: Final = "link:"
DOMAIN: Final = "domain:"

_HASH_BITS: Final = 54

TELLING: Final = 1 << (_HASH_BITS + 1)
"""Bit of a hash that says: a tag, a mention or a link target; not a word, a pair of words or a domain."""

PAIR: Final = 1 << _HASH_BITS
"""Bit of a hash that says: a pair of words."""

ROW_SHIFT: Final = np.uint64(_HASH_BITS + 2)
"""Bits of a hash, above which there is room for the number of a row."""

ROWS: Final = 1 << (62 - _HASH_BITS)
WITHOUT_ROW: Final = (np.uint64(1) << ROW_SHIFT) - np.uint64(1)

_SEEDS: Final = splitmix64(6, 3)
_PAIR: Final = np.uint64(0x9E3779B97F4A7C15)
_SPACE: Final = 32
_IDEOGRAPHS: Final = 0x2E80
"""Where scripts begin in which a word is a character or two."""

_TELLING: Final = np.uint64(TELLING)
_PAIRS: Final = np.uint64(PAIR)
_HASH: Final = np.uint64((1 << _HASH_BITS) - 1)
_MARKS: Final = (np.uint64(ord("#")), np.uint64(ord("$")))


class Keywords(msgspec.Struct, frozen=True):
    """Distinct keyword hashes of ``n`` posts: those of post ``i`` are ``hashes[starts[i] : starts[i + 1]]``.

    A hash has 54 bits and two that say what it is of.
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]

    def part(self, first: int, last: int) -> Keywords:
        """Return those of posts ``first`` to ``last``."""
        starts = self.starts[first : last + 1]
        return Keywords(self.hashes[starts[0] : starts[-1]], starts - starts[0])


def keywords(texts: Sequence[str], tokens: Sequence[Sequence[str]]) -> Keywords:
    """Return the keywords of normalised texts and of the tokens beside them (see `keyword_tokens`).

    A keyword counts once a post, however often it stands there.
    """
    if len(texts) <= ROWS:
        return _keywords(texts, tokens)
    parts = [_keywords(texts[at : at + ROWS], tokens[at : at + ROWS]) for at in range(0, len(texts), ROWS)]
    sizes = np.concatenate([np.diff(part.starts) for part in parts])
    return Keywords(np.concatenate([part.hashes for part in parts]), np.concatenate(([0], np.cumsum(sizes))))


def tags(texts: Sequence[str], tokens: Sequence[Sequence[str]]) -> Keywords:
    """Return the tags of normalised texts and the tokens beside them, and no other words."""
    tagged = [
        [word for word in text.split() if word[0] in "#$" and len(word) > 1] if "#" in text or "$" in text else ()
        for text in texts
    ]
    return keywords([""] * len(texts), [(*found, *each) for found, each in zip(tagged, tokens, strict=True)])


def _keywords(texts: Sequence[str], tokens: Sequence[Sequence[str]]) -> Keywords:
    extra = [" ".join(each) for each in tokens]
    words, word_rows, pairing = _tokens(texts)
    named, named_rows, _ = _tokens(extra)
    joined = pairing[1:] & pairing[:-1] & (word_rows[1:] == word_rows[:-1])
    pairs = _pairs(words)[joined]
    telling = np.fromiter((not token.startswith(DOMAIN) for each in tokens for token in each), dtype=bool)
    hashes = np.concatenate((words, pairs, named | np.where(telling, _TELLING, np.uint64(0))))
    rows = np.concatenate((word_rows, word_rows[1:][joined], named_rows))
    # Row and hash as one number: sorted at once, and a keyword that stands twice in a row stands beside itself.
    sorted_rows = np.sort((rows.astype(np.uint64) << ROW_SHIFT) | hashes)
    fresh = np.ones(len(sorted_rows), dtype=bool)
    fresh[1:] = sorted_rows[1:] != sorted_rows[:-1]
    sorted_rows = sorted_rows[fresh]
    hashes, rows = sorted_rows & WITHOUT_ROW, (sorted_rows >> ROW_SHIFT).astype(np.int64)
    begins = np.searchsorted(rows, np.arange(len(texts)))
    kept = np.arange(len(rows)) - begins[rows] < MAX_KEYWORDS if len(rows) else np.zeros(0, dtype=bool)
    return Keywords(hashes[kept], np.searchsorted(rows[kept], np.arange(len(texts) + 1)))


def named_keywords(text: str, tokens: Sequence[str]) -> dict[int, str]:
    """Return the words behind the hashes of one post; for the few that somebody wants to read."""
    words = [word for word in text.split() if word not in ("#", "$")]
    paired = [_is_pairing(a) and _is_pairing(b) for a, b in pairwise(words)]
    found = [*words, *(f"{a} {b}" for a, b in compress(pairwise(words), paired)), *tokens]
    singles, _, _ = _tokens([" ".join([*words, *tokens])])
    of_words = singles[: len(words)]
    of_tokens = [
        number if token.startswith(DOMAIN) else number | TELLING
        for number, token in zip(singles[len(words) :].tolist(), tokens, strict=True)
    ]
    hashes = [*of_words.tolist(), *compress(_pairs(of_words).tolist(), paired), *of_tokens]
    return dict(zip(hashes, found, strict=True))


def keyword_tokens(urls: Sequence[str], mentions: Sequence[str]) -> list[str]:
    """Return link targets, their registered domains and mentions as tokens that no word of a text can be.

    ``link:host/path``, ``domain:registered.example`` and ``@name``.
    """
    found: list[str] = []
    for url in urls:
        found += _link_tokens(url)
    found += map(_mention_token, mentions)
    return found


@lru_cache(maxsize=8192)
def _link_tokens(url: str) -> tuple[str, ...]:
    target = link_target(url)
    link = f"{LINK}{target}".replace(" ", "+")
    domain = registered_domain(target.split("/", 1)[0])
    return (link, DOMAIN + domain) if domain else (link,)


@lru_cache(maxsize=8192)
def _mention_token(mention: str) -> str:
    return f"@{mention.lstrip('@').casefold()}".replace(" ", "+")


@lru_cache(maxsize=4096)
def registered_domain(host: str) -> str:
    """Return the domain that somebody registered, of the public suffix list; '' for none and for a shortener's."""
    name = host.split(":", 1)[0]
    if name in SHORTENERS:
        return ""
    return (_suffixes().privatesuffix(name) or "").replace(" ", "+")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _tokens(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return hashes of all tokens, the text each stands in, and whether it makes pairs with others."""
    joined = " ".join(texts) + " "
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    ends = np.flatnonzero(codes == _SPACE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    bare = (ends == starts + 1) & ((codes[starts] == _MARKS[0]) | (codes[starts] == _MARKS[1]))
    held = (ends > starts) & ~bare
    if not held.any():
        return np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, bool)
    lengths = ends + 1 - starts
    places = np.arange(len(codes)) - np.repeat(starts, lengths)
    # A sum over mixed (letter, place) pairs depends on the order of letters and needs no loop over tokens.
    letters = _mix(codes * _SEEDS[0] + places.astype(np.uint64) * _SEEDS[1])
    letters[ends] = 0
    hashes = _mix(np.add.reduceat(letters, starts) + _SEEDS[2])[held] & _HASH
    heads = codes[starts[held]]
    hashes |= np.where((heads == _MARKS[0]) | (heads == _MARKS[1]), _TELLING, np.uint64(0))
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1
    rows = np.searchsorted(np.cumsum(sizes), starts[held], side="right")
    return hashes, rows, (lengths[held] > PAIR_CHARS) | (heads >= _IDEOGRAPHS)


def _is_pairing(word: str) -> bool:
    return len(word) >= PAIR_CHARS or ord(word[0]) >= _IDEOGRAPHS


def _pairs(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the hash of each word with the next."""
    return (_mix(words[:-1] * _PAIR + words[1:]) & _HASH) | _PAIRS


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed: NDArray[np.uint64] = values ^ (values >> np.uint64(30))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def rank(keyword: int) -> int:
    """Return how much a keyword says, by its hash: 0 a word or a domain, 1 a pair of words, 2 and more the others."""
    return keyword >> _HASH_BITS
