"""The few words that say most of a post: what bots that wait for a keyword would react to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES: Final = 96
"""Bytes of words that are kept of a post: nearly all of a short one, as the word that bots wait for may be short."""

READ_CHARS: Final = 2000
"""Characters of a normalised text that are read."""

MIN_LETTERS: Final = 4


def telling_words(normalised: str) -> str:
    """Return words of a normalised text, separated by spaces: #tags and $tags first, then the longest words.

    Tags come in the order of the text, words of one length too; what does not fit is left out.
    """
    tokens = dict.fromkeys(normalised[:READ_CHARS].split())
    tagged = "#" in normalised or "$" in normalised
    tags = [token for token in tokens if token[0] in "#$" and len(token) > 1] if tagged else []
    words = sorted([token for token in tokens if len(token) >= MIN_LETTERS and token.isalpha()], key=len, reverse=True)
    chosen: list[str] = []
    room = MAX_BYTES
    size_of: Callable[[str], int] = len if normalised.isascii() else _bytes
    for token in (*tags, *words):
        size = size_of(token) + bool(chosen)
        if size <= room:
            chosen.append(token)
            room -= size
        if room <= MIN_LETTERS:
            break
    return " ".join(chosen)


def _bytes(token: str) -> int:
    return len(token.encode())
