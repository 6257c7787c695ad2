"""The words that bots wait for: what the posts that a network answered have in common. Pure."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.detect.chance import binomial_log_p

if TYPE_CHECKING:
    from collections.abc import Sequence

    Post = tuple[bytes | None, Sequence[str]]

MAX_WORDS: Final = 3
"""Words of a trigger: a bot may wait for a name and its hashtag in two languages; more fit any posts."""

COMMON_SHARE: Final = 0.5
"""Share of the answered posts that carry one of the words."""

MIN_SAMPLE: Final = 50
"""Sampled posts from which the stream's share of words is known."""


class Trigger(msgspec.Struct, frozen=True):
    """Words of which ``carrying`` answered posts have one or more; ``usual`` is the stream's share of such posts.

    ``log_p`` bounds ln of the chance that so many answered authors have them, the choice of the words paid for; both
    are None while the stream is not known yet.
    """

    words: tuple[str, ...]
    carrying: int
    usual: float | None
    log_p: float | None

    def __str__(self) -> str:
        """The words as a sentence names them."""
        *others, last = self.words
        return f"{', '.join(others)} or {last}" if others else last


def find_trigger(posts: Sequence[Post], stream: Sequence[frozenset[str]]) -> Trigger | None:
    """Return the words that tell posts (author, words) best from the stream's, None where half of them share none.

    Word after word is added as long as the chance falls; that of ``k`` words chosen from ``n`` is multiplied by the
    number of such choices.
    """
    counts = Counter(word for _, words in posts for word in words)
    candidates = [word for word, carrying in sorted(counts.items()) if carrying >= max(2, len(posts) // 10)]
    found: Trigger | None = None
    while candidates and (found is None or len(found.words) < MAX_WORDS):
        chosen = found.words if found else ()
        tried = [_trigger((*chosen, word), posts, stream, len(counts)) for word in candidates if word not in chosen]
        best = min(tried, key=_rank, default=found)
        if best is None or (found is not None and _rank(best) >= _rank(found)):
            break
        found = best
    return found if found is not None and found.carrying >= COMMON_SHARE * len(posts) else None


def _trigger(words: tuple[str, ...], posts: Sequence[Post], stream: Sequence[frozenset[str]], choice: int) -> Trigger:
    chosen = frozenset(words)
    carrying = sum(not chosen.isdisjoint(said) for _, said in posts)
    if len(stream) < MIN_SAMPLE:
        return Trigger(words, carrying, None, None)
    # One more than was seen: a word that the sample lacks is rare, not impossible.
    usual = (1 + sum(not chosen.isdisjoint(said) for said in stream)) / (2 + len(stream))
    one_each = dict(reversed(posts))  # posts of one author are alike: his first speaks for him
    authors = sum(not chosen.isdisjoint(said) for said in one_each.values())
    choices = math.log(math.comb(choice, len(words)))
    return Trigger(words, carrying, usual, min(0.0, binomial_log_p(authors, len(one_each), usual) + choices))


def _rank(trigger: Trigger) -> tuple[float, int]:
    return trigger.log_p or 0.0, -trigger.carrying
