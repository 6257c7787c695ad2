"""Templates with slots, posted by the same accounts again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pipeline.simulate.crowd import community
from pipeline.simulate.draw import between, fill, moments, one, some
from pipeline.simulate.part import MINUTE_MS, Campaign, Scene
from pipeline.simulate.topics.all import PITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.simulate.author import Author


class Network(Campaign, frozen=True, kw_only=True):
    """A coordinated network with a pitch to make.

    With ``rounds`` most accounts post one template within minutes, then pause until the next round; with 0 rounds
    ``posts`` posts come one by one. ``tagged`` is the share of posts with the hashtag.
    """

    kind: ClassVar[str] = "coordinated-network"
    pitch: str
    posts: int
    rounds: int = 0
    tagged: float = 0.8

    def play(self, scene: Scene) -> Iterator[int]:
        """Post templates with other words in the slots."""
        random, pitch = scene.random, PITCHES[self.pitch]
        templates = pitch.templates[self.language]
        accounts = scene.hire(self)
        for at, author, template in self._rounds(scene, accounts) if self.rounds else self._steadily(scene, accounts):
            yield at
            tags = [pitch.tag] if random.random() < self.tagged else None
            text = fill(random, templates[template % len(templates)]) + (f" #{pitch.tag}" if tags else "")
            scene.say(author, text, lang=self.language, hashtags=tags, community=community(random, author))

    def _steadily(self, scene: Scene, accounts: Sequence[Author]) -> Iterator[tuple[int, Author, int]]:
        for at in moments(scene.random, scene.begin, scene.end, self.posts):
            yield at, one(scene.random, accounts), scene.random.randrange(1 << 16)

    def _rounds(self, scene: Scene, accounts: Sequence[Author]) -> Iterator[tuple[int, Author, int]]:
        random = scene.random
        slot = (scene.end - scene.begin) / self.rounds
        for number in range(self.rounds):
            begin = scene.begin + slot * (number + 0.5 * random.random())
            length = min(0.5 * slot, between(random, 4, 15) * MINUTE_MS)
            taking_part = some(random, accounts, max(2, int(len(accounts) * between(random, 0.5, 0.9))))
            times = moments(random, begin, begin + length, len(taking_part))
            for at, author in zip(times, taking_part, strict=True):
                yield at, author, number
