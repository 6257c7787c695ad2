"""A topic, and a side of it that somebody pays for."""

from __future__ import annotations

from typing import Literal

import msgspec

Code = Literal["en", "de"]
"""Languages that campaigns are written in."""

Texts = dict[Code, tuple[str, ...]]


class Topic(msgspec.Struct, frozen=True):
    """What people talk about. ``noun`` stands in sentences; every sentence on the topic has ``keyword`` in it."""

    name: str
    tag: str
    noun: dict[str, str]
    keyword: dict[str, str]


def keywords(topic: Topic) -> tuple[str, ...]:
    """Return what a post on a topic has in it, in small letters: its keyword in some language, or its hashtag."""
    return (*topic.keyword.values(), f"#{topic.tag.casefold()}")


class Pitch(msgspec.Struct, frozen=True):
    """What one side says: ``templates`` with slots, ``statements`` to copy, short ``replies`` with slots."""

    name: str
    topic: Topic
    tag: str
    templates: Texts
    statements: Texts
    replies: Texts
