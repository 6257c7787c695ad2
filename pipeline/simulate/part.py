"""A part of a scenario, and what it acts with."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec

from pipeline.simulate.lots import Lot, hire
from pipeline.simulate.talk import mingle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pipeline.post import Post
    from pipeline.simulate.author import Author
    from pipeline.simulate.stage import Stage

Role = Literal["campaign", "joiners", "copy"]

MINUTE_MS = 60_000


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something that so many ``accounts`` do in a stream, from minute ``start`` on for ``minutes``."""

    name: str
    start: float
    minutes: float
    accounts: int
    kind: ClassVar[str]
    role: ClassVar[Role]

    def play(self, scene: Scene) -> Iterator[int]:
        """Yield event times (ms) and act in between; see `Stage`."""
        raise NotImplementedError


class Campaign(Part, frozen=True, kw_only=True):
    """A campaign: accounts from some ``lots``. ``language`` is the code of what it writes in; its posts are labelled.

    With ``vanish_minutes`` above 0 nearly all posts are deleted again within so many minutes. ``mingle`` is how many
    ordinary posts an account writes a day besides.
    """

    role: ClassVar[Role] = "campaign"
    lots: tuple[Lot, ...]
    language: Literal["en", "de"] = "en"
    platforms: tuple[str, ...] = ("plaza",)
    vanish_minutes: float = 0.0
    mingle: float = 0.0


class Scene:
    """What a part acts with: its own random numbers, its times in ms, and the list of those who took part."""

    def __init__(self, stage: Stage, random: Random, part: Part) -> None:
        self.stage = stage
        self.random = random
        self.part = part
        self.begin = stage.begin + int(part.start * MINUTE_MS)
        self.end = self.begin + int(part.minutes * MINUTE_MS)
        self.cast: set[str] = set()
        self.targets: set[str] = set()
        self._label = part.name if part.role == "campaign" else None

    def play(self) -> Iterator[int]:
        """Play the part from its begin on, for `Stage`: nothing of it is made up before."""
        yield self.begin
        yield from self.part.play(self)

    def hire(self, part: Campaign) -> list[Author]:
        """Return a campaign's accounts; they begin to mingle."""
        crowd = self.stage.crowd
        hired = hire(self.random, crowd.names, crowd.now, part.lots, part.accounts, part.language, part.platforms)
        if part.mingle:
            self.stage.enter(mingle(self.stage, self.random, hired, self.end, part.mingle))
        return hired

    def say(self, author: Author, text: str, **more: object) -> Post:
        """Let somebody post for this part."""
        self.cast.add(author.author_id)
        return self._done(self.stage.say(author, text, campaign=self._label, **more))

    def repost(self, author: Author, original: Post) -> Post:
        """Let somebody share a post for this part."""
        self.cast.add(author.author_id)
        return self._done(self.stage.repost(author, original, campaign=self._label))

    def _done(self, post: Post) -> Post:
        part = self.part
        if isinstance(part, Campaign) and part.vanish_minutes and self.random.random() < 0.9:
            after = (0.1 + 0.9 * self.random.random()) * part.vanish_minutes
            self.stage.vanish(post, self.stage.now + int(after * MINUTE_MS))
        return post
