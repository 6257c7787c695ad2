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
    from collections.abc import Callable, Sequence

MAX_KEYWORDS: Final = 256
"""Distinct keywords of a post that are counted, those with the smallest hashes."""

PAIR_CHARS: Final = 3
"""Characters of a word from which it makes pairs: what stands beside an article says no more than it does alone."""

LINK: Final = "link:"
DOMAIN: Final = "domain:"

_DOMAIN_HEAD: Final = np.uint64(ord(DOMAIN[0]))

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
    return _by_parts(_keywords, texts, tokens)


def tags(texts: Sequence[str], tokens: Sequence[Sequence[str]]) -> Keywords:
    """Return the tags of normalised texts and the tokens beside them, and no other words."""
    return _by_parts(_tags, texts, tokens)


def _by_parts(
    read: Callable[[Sequence[str], Sequence[Sequence[str]]], Keywords],
    texts: Sequence[str],
    tokens: Sequence[Sequence[str]],
) -> Keywords:
    """Read as many posts at a time as a number has room for beside a hash."""
    if len(texts) <= ROWS:
        return read(texts, tokens)
    parts = [read(texts[at : at + ROWS], tokens[at : at + ROWS]) for at in range(0, len(texts), ROWS)]
    sizes = np.concatenate([np.diff(part.starts) for part in parts])
    return Keywords(np.concatenate([part.hashes for part in parts]), np.concatenate(([0], np.cumsum(sizes))))


def _keywords(texts: Sequence[str], tokens: Sequence[Sequence[str]]) -> Keywords:
    words, named = _tokens(texts), _named(tokens)
    pairing = words.pairing()
    joined = pairing[1:] & pairing[:-1] & (words.rows[1:] == words.rows[:-1])
    pairs = _pairs(words.hashes)[joined]
    hashes = np.concatenate((words.hashes, pairs, named.hashes))
    return _distinct(hashes, np.concatenate((words.rows, words.rows[1:][joined], named.rows)), len(texts))


def _tags(texts: Sequence[str], tokens: Sequence[Sequence[str]]) -> Keywords:
    found = _named(
        [
            (*(word for word in text.split() if word[0] in "#$" and len(word) > 1), *each)
            if "#" in text or "$" in text
            else each
            for text, each in zip(texts, tokens, strict=True)
        ]
    )
    return _distinct(found.hashes, found.rows, len(texts))


def _distinct(hashes: NDArray[np.uint64], rows: NDArray[np.int64], count: int) -> Keywords:
    """Return the hashes of each of so many rows, in order and each once."""
    # Row and hash as one number: sorted at once, and a keyword that stands twice in a row stands beside itself.
    both = np.sort((rows.astype(np.uint64) << ROW_SHIFT) | hashes)
    fresh = np.ones(len(both), dtype=bool)
    fresh[1:] = both[1:] != both[:-1]
    both = both[fresh]
    starts = np.append(both.searchsorted(np.arange(count, dtype=np.uint64) << ROW_SHIFT), len(both))
    hashes, sizes = both & WITHOUT_ROW, np.diff(starts)
    if count and sizes.max() > MAX_KEYWORDS:
        hashes = hashes[np.arange(len(hashes)) - np.repeat(starts[:-1], sizes) < MAX_KEYWORDS]
        starts = np.concatenate(([0], np.cumsum(np.minimum(sizes, MAX_KEYWORDS))))
    return Keywords(hashes, starts)


def named_keywords(text: str, tokens: Sequence[str]) -> dict[int, str]:
    """Return the words behind the hashes of one post; for the few that somebody wants to read."""
    words = [word for word in text.split() if word not in ("#", "$")]
    paired = [_is_pairing(a) and _is_pairing(b) for a, b in pairwise(words)]
    found = [*words, *(f"{a} {b}" for a, b in compress(pairwise(words), paired)), *tokens]
    singles = _tokens([" ".join([*words, *tokens])]).hashes
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


class _Tokens(msgspec.Struct, frozen=True):
    """Tokens in order: hashes, the text each stands in, its first character, and how many it has."""

    hashes: NDArray[np.uint64]
    rows: NDArray[np.int64]
    heads: NDArray[np.uint64]
    sizes: NDArray[np.int64]

    def pairing(self) -> NDArray[np.bool_]:
        """Return which of them make pairs with others."""
        paired: NDArray[np.bool_] = (self.sizes >= PAIR_CHARS) | (self.heads >= _IDEOGRAPHS)
        return paired


def _named(tokens: Sequence[Sequence[str]]) -> _Tokens:
    """Return the tokens beside texts; all but domains, which alone begin with a letter d, are telling."""
    found = _tokens([" ".join(each) for each in tokens])
    telling = np.where(found.heads == _DOMAIN_HEAD, np.uint64(0), _TELLING)
    return msgspec.structs.replace(found, hashes=found.hashes | telling)


def _tokens(texts: Sequence[str]) -> _Tokens:
    joined = " ".join(texts) + " "
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    ends = np.flatnonzero(codes == _SPACE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    bare = (ends == starts + 1) & ((codes[starts] == _MARKS[0]) | (codes[starts] == _MARKS[1]))
    held = (ends > starts) & ~bare
    if not held.any():
        none = np.zeros(0, np.int64)
        return _Tokens(none.astype(np.uint64), none, none.astype(np.uint64), none)
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
    return _Tokens(hashes, rows, heads, lengths[held] - 1)


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
