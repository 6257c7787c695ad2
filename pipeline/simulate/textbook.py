"""The rule of the textbooks, to compare with: alarm when three authors post the same text within an hour."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.post import Post
from pipeline.text.features import MIN_LETTERS, count_letters
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.post import Line

AUTHORS: Final = 3
WINDOW_MS: Final = 3_600_000


class Alarm(msgspec.Struct, frozen=True):
    """A normalised text, when it had enough authors (event time in ms), and who they were, in order."""

    text: str
    at: int
    authors: tuple[str, ...]


def textbook_alarms(lines: Iterable[Line], authors: int = AUTHORS, window_ms: int = WINDOW_MS) -> list[Alarm]:
    """Return the alarms of lines in event order, one at most for a text.

    It is given the best of it: texts are normalised, need as many letters as turfwatch asks for, and reposts do not
    count.
    """
    alarms: list[Alarm] = []
    told: set[str] = set()
    seen: dict[str, OrderedDict[str, int]] = {}
    for post in lines:
        if not isinstance(post, Post) or post.is_repost:
            continue
        text = normalise(post.text)
        if text in told or count_letters(text) < MIN_LETTERS:
            continue
        recent = seen.setdefault(text, OrderedDict())
        recent[post.author_id] = post.at
        recent.move_to_end(post.author_id)
        while next(iter(recent.values())) < post.at - window_ms:
            recent.popitem(last=False)
        if len(recent) >= authors:
            told.add(text)
            alarms.append(Alarm(text, post.at, tuple(recent)))
            del seen[text]
    return alarms


def is_false(alarm: Alarm, campaign_accounts: set[str]) -> bool:
    """Whether most authors of an alarm belong to no campaign."""
    return 2 * sum(author not in campaign_accounts for author in alarm.authors) > len(alarm.authors)
