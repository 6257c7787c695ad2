"""Ordinary accounts that believe a campaign and help it along, once or twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pipeline.simulate.crowd import community
from pipeline.simulate.draw import between, moments
from pipeline.simulate.part import MINUTE_MS, Part, Role, Scene
from pipeline.simulate.talk import own_words
from pipeline.simulate.vocabulary import TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.simulate.author import Author


class Joiners(Part, frozen=True, kw_only=True):
    """Those who join the campaign named ``of``: they copy its text, repost it, or use its hashtag in their own words.

    ``copied`` and ``reposted`` are shares; the others write themselves. Their posts carry no label.
    """

    kind: ClassVar[str] = "joiners"
    role: ClassVar[Role] = "joiners"
    of: str
    copied: float = 0.35
    reposted: float = 0.2

    def play(self, scene: Scene) -> Iterator[int]:
        """Join one after the other; who finds nothing to join stays away."""
        random, shown = scene.random, scene.stage.shown[self.of]
        for at in moments(random, scene.begin, scene.end, self.accounts, front=1.3):
            yield at
            if not shown:
                continue
            sample = shown[random.randrange(len(shown))]
            author = scene.stage.crowd.stranger(random, sample.platform, sample.lang)
            self._join(scene, author)
            if random.random() < 0.25:
                scene.stage.enter(self._again(scene, author))

    def _again(self, scene: Scene, author: Author) -> Iterator[int]:
        yield scene.stage.now + int(between(scene.random, 5, 60) * MINUTE_MS)
        self._join(scene, author)

    def _join(self, scene: Scene, author: Author) -> None:
        random = scene.random
        near = [post for post in scene.stage.shown[self.of] if post.platform == author.platform]
        if not near:
            return
        sample, draw = near[random.randrange(len(near))], random.random()
        where = community(random, author)
        if draw < self.copied:
            scene.say(author, sample.text, hashtags=sample.hashtags, community=where)
        elif draw < self.copied + self.reposted:
            scene.repost(author, sample)
        else:
            tag = sample.hashtags[0] if sample.hashtags else TAGS[0]
            scene.say(author, f"{own_words(random, author, ())} #{tag}", hashtags=[tag], community=where)
