"""One form for texts that read the same: compatibility forms, case, links, mentions, invisible and alike letters."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

MAX_CHARS: Final = 10_000
"""Characters of a text that are read."""

UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana, ideographs."""

_COMBINED: Final = range(0x20000)
"""Where scripts that combine characters lie: the planes beyond hold ideographs and tags."""

_REPOST = re.compile(r"\s*(?:rt\s+@\w+\s*:\s*)+", re.IGNORECASE)
_LINK_OR_MENTION = re.compile(r"https?://\S+|www\.\S+|@\w+", re.IGNORECASE)
_LOWER_LINK_OR_MENTION = re.compile(_LINK_OR_MENTION.pattern)
"""Finds the same in half the time, where there are no capitals."""

_WORD = re.compile(r"[^\W_]+")
_KEPT = re.compile(r"[\w#$]+")
_LATIN = re.compile("[a-z]")
_ASCII_JUNK: Final = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "#$_")}


def normalise(text: str) -> str:
    """Return the form that is compared: at most 10,000 characters, words and #tags and $tags, single spaces.

    Look-alike letters are folded only in words that mix scripts, so that texts in one script keep their letters.
    """
    text = text[:MAX_CHARS]
    if text.isascii():
        return _normalised_ascii(_bare(text.lower(), _LOWER_LINK_OR_MENTION))
    text = _invisible().sub("", unicodedata.normalize("NFKC", text))
    text = _bare(text, _LINK_OR_MENTION).casefold()
    if text.isascii():
        return _normalised_ascii(text)
    if _LATIN.search(text) and not _alike_letters().isdisjoint(text):
        table = _lookalikes()
        text = _WORD.sub(lambda word: _fold(word[0], table), text)
    words = _KEPT.findall(text) if _marks().isdisjoint(text) else _junk().sub(" ", text).split()
    return " ".join(words)[:MAX_CHARS]


def _bare(text: str, link_or_mention: re.Pattern[str]) -> str:
    """Leave out marks of reposts, links and mentions."""
    if mark := _REPOST.match(text):
        text = text[mark.end() :]
    if "://" in text or "@" in text or "www." in text.lower():
        text = link_or_mention.sub(" ", text)
    return text


def _normalised_ascii(text: str) -> str:
    return " ".join(text.translate(_ASCII_JUNK).split())[:MAX_CHARS]


@lru_cache(maxsize=16_384)
def compared(sample: str) -> str:
    """Return a sample in that form; the samples of a network are the same from one look to the next."""
    return normalise(sample)


def _fold(word: str, table: dict[int, str]) -> str:
    """Fold a word that has ASCII letters beside its look-alikes; one without keeps its script."""
    return word.translate(table) if _LATIN.search(word) else word


@cache
def _junk() -> re.Pattern[str]:
    r"""Match what is no part of a word or tag. Combining marks belong to words, which ``\w`` does not know."""
    return re.compile(rf"[^\w#${_ranges('M')}]+")


@cache
def _marks() -> frozenset[str]:
    return frozenset(_in_category("M"))


@cache
def _alike_letters() -> frozenset[str]:
    return frozenset(map(chr, _lookalikes()))


@cache
def _invisible() -> re.Pattern[str]:
    """Match what shows nothing: format characters (zero width, bidi), variation selectors, fillers, tags."""
    return re.compile(f"[{_ranges('Cf')}\ufe00-\ufe0f\u115f\u1160\u3164\U000e0000-\U000e01ef]+")


def _ranges(category: str) -> str:
    """Return the characters of a general category as ranges of a regular expression's set."""
    codes = list(map(ord, _in_category(category)))
    known = set(codes)
    starts = [code for code in codes if code - 1 not in known]
    ends = [code for code in codes if code + 1 not in known]
    return "".join(re.escape(chr(first)) + "-" + re.escape(chr(last)) for first, last in zip(starts, ends, strict=True))


def _in_category(category: str) -> list[str]:
    return [letter for letter in map(chr, _COMBINED) if unicodedata.category(letter).startswith(category)]


@cache
def _lookalikes() -> dict[int, str]:
    """Letters of other scripts that look like one Latin letter, of the Unicode table of confusables."""
    table = json.loads((files("confusable_homoglyphs") / "confusables.json").read_text(encoding="utf-8"))
    found: dict[int, str] = {}
    for character, alikes in sorted(table.items()):
        folded = character.casefold()
        if len(folded) != 1 or not folded.isalpha() or unicodedata.name(folded, "LATIN").startswith("LATIN"):
            continue
        latin = sorted(row["c"].lower() for row in alikes if row["c"].isascii() and row["c"].isalpha())
        if latin and len(latin[0]) == 1:
            found[ord(folded)] = latin[0]
    return found
