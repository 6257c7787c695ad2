"""A stream with words that come and go, and what is in its windows counted post by post."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec

from pipeline.bursts.follow import Follower
from pipeline.bursts.meter import Rules
from pipeline.bursts.said import say
from pipeline.incidents.public import rfc3339
from pipeline.post import Post
from pipeline.simulate.stream import write_recording
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.bursts.burst import Moved
    from pipeline.post import Line

START_MS = 1_767_225_600_000
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS

WORDS = [f"word{number}" for number in range(60)]

RULES = Rules(pane=10_000, grace=60_000, significance=7.0, told=7.0, words=True, least=8, cells=1 << 12, posts=200_000)


def post(number: int, at: int, text: str, author: str = "") -> Post:
    """A post at an event time (ms), by an author of its own where none is given."""
    return Post(id=f"p{number}", platform="x", author_id=author or f"a{number}", text=text, created_at="", at=at)


def chatter(seed: int, begin: int, minutes: int, a_minute: float = 4.0) -> list[Post]:
    """Posts of some words each, at random moments."""
    draw = random.Random(seed)
    found: list[Post] = []
    at = float(begin)
    while at < begin + minutes * MINUTE_MS:
        words = draw.choices(WORDS, k=6)
        found.append(post(seed * 1_000_000 + len(found), int(at), " ".join(words), f"u{draw.randrange(400)}"))
        at += draw.expovariate(a_minute / MINUTE_MS)
    return found


def burst_of(seed: int, text: str, begin: int, posts: int, minutes: float, authors: int = 10_000) -> list[Post]:
    """Posts of one text with a word of its own each, by many authors."""
    draw = random.Random(seed)
    times = sorted(begin + int(draw.random() * minutes * MINUTE_MS) for _ in range(posts))
    return [
        post(seed * 1_000_000 + number, at, f"{text} {draw.choice(WORDS)}", f"b{draw.randrange(authors)}")
        for number, at in enumerate(times)
    ]


def in_order(*parts: Iterable[Post]) -> list[Line]:
    """Posts of all parts by event time."""
    posts = sorted((each for part in parts for each in part), key=lambda each: (each.at, each.id))
    return list(posts)


def recorded(path: Path, lines: Iterable[Line]) -> Path:
    """Write lines as a recording, each at its event time; returns the path."""
    write_recording(path, (msgspec.structs.replace(line, created_at=rfc3339(line.at)) for line in lines))
    return path


def followed(follower: Follower, lines: Sequence[Line], size: int) -> list[Moved]:
    """Add lines, so many at a time; returns what moved."""
    moved: list[Moved] = []
    for begin in range(0, len(lines), size):
        part = lines[begin : begin + size]
        said = say(part, [normalise(line.text) for line in part if isinstance(line, Post)])
        follower.add(said, said.block(), ())
        moved += follower.close(follower.watermark)
    return moved
