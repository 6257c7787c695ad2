"""Text that others wrote, made inert before it is shown in a chat: it mentions nobody, links nowhere, hides nothing.

Posts, keywords, names of accounts and streams and the notes of operators all go this way. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST: Final = 4000
"""Characters of a text that are looked at: more than any chat shows."""

MOST_MARKS: Final = 4
"""Combining marks on one letter that are kept: more of them only cover the lines around."""

ELLIPSIS: Final = "…"

_SPACES: Final = frozenset(("Cc", "Zs", "Zl", "Zp"))
_DROPPED: Final = frozenset(("Cf", "Cs"))
_UNKNOWN: Final = frozenset(("Co", "Cn"))
_MARKS: Final = frozenset(("Mn", "Me", "Mc"))
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Fillers, variation selectors and the like: nothing is seen of them, though they are letters and marks by category."""

_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)

_ALIKE: Final = str.maketrans({"@": "＠", "<": "‹", ">": "›"})
"""What begins a mention, a tag or a masked link, and what stands for it: it reads the same and does nothing."""

_WEB = re.compile("http(?=s?:)", re.IGNORECASE)
_SCHEME = re.compile(r"(?<!hxxp)(?<!hxxps)://")
_DIALLED = re.compile(r"\b(mailto|tel|sms|callto|skype|sip|xmpp|magnet):", re.IGNORECASE)
_DOT = re.compile(r"(?<=[^\s.])[.．](?=[^\W\d])|(?<=[Ww]{3})[.]")


def visible(text: str) -> str:
    """Return a text on one line without control, bidi, invisible and unknown characters, with single spaces."""
    looked_at = text[:LONGEST]
    changed = {ord(each): _shown(each) for each in set(looked_at)}
    line = " ".join(looked_at.translate(changed).split())
    if any(category(each) in _MARKS for each in set(line)):
        line = "".join(each[: 1 + MOST_MARKS] for each in _letters(line))
    return line + (ELLIPSIS if len(text) > LONGEST else "")


def _shown(character: str) -> str:
    kind = category(character)
    if kind in _DROPPED or _BLANK.match(character):
        return ""
    return " " if kind in _SPACES else "\ufffd" if kind in _UNKNOWN else character


def inert_name(text: str) -> str:
    """Return a name that is matched by what it is, such as a stream's: no mention, no link, but with its dots."""
    text = _WEB.sub("hxxp", visible(text).translate(_ALIKE))
    return _DIALLED.sub(r"\1[:]", _SCHEME.sub("[:]//", text))


def inert(text: str) -> str:
    """Return a text that no chat makes live: ``hxxp://example[.]com``, and another sign for that of mentions."""
    return _DOT.sub("[.]", inert_name(text))


def utf16(text: str) -> int:
    """Return the length in UTF-16 units, which is never less than in characters."""
    return len(text) + sum(character > "\uffff" for character in text)


def fit(text: str, most: int, escape: Callable[[str], str] = str, size: Callable[[str], int] = utf16) -> str:
    """Return a text, escaped, of at most that size, with an ellipsis where something is left out.

    Neither an escape nor a letter with its marks is cut in two. ``size`` of a text is that of its parts together.
    """
    kept: list[str] = []
    used = fitting = 0
    room = most - size(ELLIPSIS)
    for piece in map(escape, _letters(text)):
        used += size(piece)
        if used > most:
            return "".join(kept[:fitting]).rstrip() + ELLIPSIS if room >= 0 else ""
        kept.append(piece)
        fitting = len(kept) if used <= room else fitting
    return "".join(kept)


def _letters(text: str) -> Iterator[str]:
    """Yield letters, each with the marks that follow it."""
    start = 0
    for at, character in enumerate(text):
        if at > start and category(character) not in _MARKS and ord(character) not in _SKIN_TONES:
            yield text[start:at]
            start = at
    if text:
        yield text[start:]
