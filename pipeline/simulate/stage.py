"""What happens next: an agenda of processes in event time, and the lines they put out.

A process is a generator that yields the event time (ms) at which it goes on. It says its posts in between, so it knows
all that was said before, and a reply can answer a post written seconds ago. Memory: the processes under way, and the
last posts of each platform.
"""

from __future__ import annotations

from collections import defaultdict, deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from pipeline.incidents.public import rfc3339
from pipeline.post import Delete, Post
from pipeline.simulate.author import make_post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from pipeline.post import Line
    from pipeline.simulate.author import Author
    from pipeline.simulate.crowd import Crowd

REMEMBERED: Final = 200
"""Ordinary posts of a platform that can be answered or reposted."""

SHOWN: Final = 12
"""Posts of a campaign that joiners copy from."""


class Stage:
    """``now`` is the event time in ms; what is said gets the next number as its id, from ``first`` on."""

    def __init__(self, begin: int, crowd: Crowd, first: int = 0) -> None:
        self.begin = self.now = begin
        self.crowd = crowd
        self.recent: dict[str, deque[Post]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self.shown: dict[str, deque[Post]] = defaultdict(lambda: deque(maxlen=SHOWN))
        self.listeners: list[Callable[[Post], None]] = []
        self._agenda: list[tuple[int, int, Iterator[int]]] = []
        self._entered = 0
        self._said = first
        self._out: list[Line] = []

    def enter(self, process: Iterator[int]) -> None:
        """Let a process go on until its first time, and from then on by the agenda."""
        at = next(process, None)
        if at is not None:
            self._entered += 1
            heappush(self._agenda, (max(at, self.now), self._entered, process))

    def run(self, end: int) -> Iterator[Line]:
        """Yield all lines before an event time, in order."""
        while self._agenda and self._agenda[0][0] < end:
            self.now, _, process = heappop(self._agenda)
            self.enter(process)
            yield from self._out
            self._out.clear()

    def waiting(self) -> int:
        """Return how many processes are under way."""
        return len(self._agenda)

    def say(self, author: Author, text: str, **more: object) -> Post:
        """Put out a post by an author; ``more`` are fields of `Post`."""
        post = make_post(self._said, self.now, author, text, **more)
        self._said += 1
        self._out.append(post)
        if post.campaign is not None:
            self.shown[post.campaign].append(post)
        elif not post.is_repost:
            self.recent[post.platform].append(post)
            for listener in tuple(self.listeners):
                listener(post)
        return post

    def repost(self, author: Author, original: Post, **more: object) -> Post:
        """Let an author share a post without words of their own."""
        return self.say(
            author,
            f"RT @{original.author_id}: {original.text}",
            is_repost=True,
            repost_of=original.id,
            repost_author_id=original.author_id,
            **more,
        )

    def delete(self, post: Post) -> None:
        """Put out that a post was deleted."""
        self._out.append(Delete(id=post.id, platform=post.platform, created_at=rfc3339(self.now), at=self.now))

    def vanish(self, post: Post, at: int) -> None:
        """Have a post deleted at a later event time."""

        def process() -> Iterator[int]:
            yield at
            self.delete(post)

        self.enter(process())

    def latest(self, random: Random, platform: str) -> Post | None:
        """Return one of the last ordinary posts of a platform, rather a fresh one; None where nobody spoke."""
        posts = self.recent[platform]
        return posts[-1 - int(len(posts) * random.random() ** 2)] if posts else None
