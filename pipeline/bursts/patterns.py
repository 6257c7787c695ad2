"""What an operator writes to have it followed, as one expression of RE2.

Words and globs are looked for in the padded form of a text (`padded`), in which every word stands between spaces and
signs of tags; RE2 patterns in the text as it is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NoReturn

import msgspec
import re2

from pipeline.errors import LineError
from pipeline.text.links import link_target
from pipeline.text.normalise import UNSPACED, normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARS: Final = 512
"""Characters of a pattern."""

MAX_SIZE: Final = 1000
"""Instructions that RE2 may make of a pattern: they bound what it costs at each letter of a text."""

GLOB: Final = "glob:"
REGEX: Final = "re:"

_SHOWN: Final = 60
_END: Final = "[ #$]"
_LETTER: Final = "[^ #$:@]"
_IN_WORDS: Final = "[^ :@]*"
"""Any part of a word: only a link has a colon, only a mention an @."""

_STAR, _ONE = "\U0002a6d5", "\U0002a6d6"
"""Letters in the place of ``*`` and ``?`` while the rest of a glob is normalised: ideographs that nobody writes."""

_WORD: Final = re.compile(r"([#$]?)([^ #$]+)")
_MENTION: Final = re.compile(r"[@＠﹫]+(\S+)")
_DOMAIN: Final = re.compile(r"(?:[\w-]+\.)+(?:[^\W\d_]{2,}|xn--[\w-]+)(?::\d+)?(?:/\S*)?")
_NAMED: Final = re.compile("(?:^| )(?:link:|@)")
_SIGNS: Final = str.maketrans("#$ ", "+++")


class Expression(msgspec.Struct, frozen=True):
    """An expression of RE2, the instructions that it takes, and whether it is for the padded form of a text."""

    text: str
    size: int
    is_padded: bool


@lru_cache(maxsize=4096)
def expression(pattern: str) -> Expression:
    """Return what to search for a pattern. Raises LineError, with what to do, for one that cannot be followed."""
    if not pattern.strip():
        _refuse(pattern, "a pattern is empty: name a word, a #tag, an @mention, a domain, glob:... or re:...")
    if len(pattern) > MAX_CHARS:
        _refuse(pattern, f"{len(pattern)} characters, at most {MAX_CHARS} can be followed")
    try:
        pattern.encode()
    except UnicodeEncodeError:
        _refuse(pattern, "is not UTF-8")
    if pattern.startswith(REGEX):
        text, is_padded = _regex(pattern), False
    else:
        text, is_padded = _glob(pattern) if pattern.startswith(GLOB) else _literal(pattern), True
    try:
        size = re2.compile(text, options(_PROGRAM_BYTES)).programsize
    except re2.error:
        size = MAX_SIZE + 1
    if size > MAX_SIZE:
        _refuse(pattern, "too much to look for at once: shorten it, repeat less, or take several patterns")
    return Expression(text, size, is_padded)


def padded(text: str) -> str:
    """Return a text, with its links and mentions behind it, in which words can be told by what is around them."""
    if (":" in text or "@" in text) and (named := _NAMED.search(text)):
        at = named.start()
        # In a link # and $ begin no tag.
        rest = text[at + 1 :] if at else text
        text = f"{text[:at]} {' '.join(token.translate(_SIGNS) for token in rest.split(' '))}"
    return f" {text} "


_PROGRAM_BYTES: Final = 2**20


def options(memory: int) -> re2.Options:
    """Return options that bound the bytes of a search."""
    chosen = re2.Options()
    chosen.max_mem = memory
    chosen.log_errors = False
    return chosen


def _regex(pattern: str) -> str:
    body = pattern.removeprefix(REGEX)
    try:
        # Alone first: what is put before it must not change what it is.
        fits_nothing = re2.search(body, "", options(_PROGRAM_BYTES)) is not None
    except re2.error as error:
        told = error.args[0] if error.args else b""
        why = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        _refuse(pattern, f"no pattern of RE2 ({why}): see github.com/google/re2/wiki/Syntax")
    if fits_nothing:
        _refuse(pattern, "fits any text: ask for at least one letter")
    return f"(?i){body}"


def _glob(pattern: str) -> str:
    body = pattern.removeprefix(GLOB)
    words = _words(body.replace("*", _STAR).replace("?", _ONE))
    if "@" in body or len(words) != 1:
        _refuse(pattern, "a glob is a part of one word or #tag, with * and ?")
    ((sign, word),) = words
    if not any(c.isalnum() and c not in (_STAR, _ONE) for c in word):
        _refuse(pattern, "fits any word: ask for at least one letter")
    parts = {_STAR: f"{_LETTER}*", _ONE: _LETTER}
    inner = "".join(parts.get(c) or re2.escape(c) for c in word)
    return f"{re2.escape(sign) or _END}{inner}{_END}"


def _literal(pattern: str) -> str:
    plain = pattern.strip()
    if mention := _MENTION.fullmatch(plain):
        return f" @{re2.escape(mention[1].casefold().translate(_SIGNS))} "
    is_link = "://" in plain and " " not in plain
    if is_link or _DOMAIN.fullmatch(plain):
        ways = list(_link(pattern, plain))
        # Who names a domain in a text without a scheme has written words.
        if not is_link and (words := _words(plain)):
            ways.append(_row(words))
        return f"(?:{'|'.join(ways)})"
    wide = unicodedata.normalize("NFKC", plain)
    if "@" in wide or "://" in wide or "www." in wide.lower():
        _refuse(pattern, "links and @mentions are followed alone, without other words")
    words = _words(plain)
    if not any(c.isalnum() for _, word in words for c in word):
        _refuse(pattern, "has no letter or digit: nothing else of a text is compared")
    if UNSPACED.search(plain):
        return f" {_IN_WORDS}{_joined(words)}{_IN_WORDS} "
    return _row(words)


def _link(pattern: str, plain: str) -> Iterator[str]:
    """Yield what finds links to a place: a host with what is below it, or a path with what is below that."""
    target = link_target(plain).translate(_SIGNS)
    host, _, path = target.partition("/")
    if not host:
        _refuse(pattern, "a link without a host: name a domain such as example.com")
    if path:
        yield f" link:{re2.escape(target)}(?:/[^ ]*)? "
    else:
        yield f" link:(?:[^ /]*\\.)?{re2.escape(host)}(?:[:/][^ ]*)? "


def _words(text: str) -> list[tuple[str, str]]:
    """Return the words of a text in the form that is compared, each with the sign of a tag or without."""
    return _WORD.findall(normalise(text))


def _row(words: list[tuple[str, str]]) -> str:
    """Return what finds words in a row, whole ones; without a sign a word is found in tags, too."""
    return f"{'' if words[0][0] else _END}{_joined(words)}{_END}"


def _joined(words: list[tuple[str, str]]) -> str:
    found = ""
    for number, (sign, word) in enumerate(words):
        if number:
            found += f"{_END}*" if sign else f"{_END}+"
        found += re2.escape(f"{sign}{word}")
    return found


def _refuse(pattern: str, why: str) -> NoReturn:
    shown = pattern if len(pattern) <= _SHOWN else pattern[:_SHOWN] + "…"
    raise LineError("bad-watch", f"{shown!r}: {why}")
