"""Fans of a star: the same people repost every word and chant the same lines, for hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pipeline.simulate.author import DAY_MS
from pipeline.simulate.chatter import name, sentence
from pipeline.simulate.copies.copy import Copy
from pipeline.simulate.crowd import count_of, ordinary
from pipeline.simulate.draw import between, gauss, moments, one, some
from pipeline.simulate.part import MINUTE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.post import Post
    from pipeline.simulate.author import Author
    from pipeline.simulate.part import Scene

_CHANTS: Final = (
    "we love you {0} and we always will",
    "{0} is the voice of our lives",
    "counting the hours until the new song of {0}",
    "vote {0} vote {0} vote {0}",
    "nobody sings like {0}, nobody",
    "{0} te queremos muchísimo siempre",
    "{0} du bist die Beste, für immer",
    "stream the new single of {0} all day long",
    "{0} seni çok seviyoruz",
)


class Fans(Copy, frozen=True, kw_only=True):
    """Fans of an invented star, who posts ``posts`` times; a fan chants about ``chants`` times."""

    kind: ClassVar[str] = "fans"
    posts: int
    chants: float

    def play(self, scene: Scene) -> Iterator[int]:
        """Let the star post, the fans repost it in their own time, and everybody chant in between."""
        random, crowd = scene.random, scene.stage.crowd
        star = f"{name(random)} {name(random)}"
        tag = star.replace(" ", "")
        fans = [self._fan(scene) for _ in range(self.accounts)]
        idol = msgspec.structs.replace(
            ordinary(random, crowd.names.another(), crowd.now, platform=self.platform, language="en"),
            followers=count_of(between(random, 4.8, 6.2)),
            following=random.randrange(200),
        )
        scene.stage.enter(self._chant(scene, fans, star, tag))
        for at in moments(random, scene.begin, scene.end - (scene.end - scene.begin) * 0.15, self.posts):
            yield at
            text = f"{sentence(random, idol.language)} #{tag}"
            scene.stage.enter(self._adore(scene, fans, scene.say(idol, text, hashtags=[tag])))

    def _fan(self, scene: Scene) -> Author:
        """Fans are younger accounts with fewer followers than others, but no lot: everybody came on their own."""
        random, crowd = scene.random, scene.stage.crowd
        anybody = ordinary(random, crowd.names.another(), crowd.now, platform=self.platform)
        return msgspec.structs.replace(
            anybody,
            born=crowd.now - int(DAY_MS * (10 + 1500 * random.random() ** 1.6)),
            followers=count_of(gauss(random, 2.0, 0.65)),
            following=count_of(gauss(random, 2.4, 0.45)),
        )

    def _adore(self, scene: Scene, fans: list[Author], post: Post) -> Iterator[int]:
        random = scene.random
        taking_part = some(random, fans, int(len(fans) * between(random, 0.3, 0.7)))
        # Who is awake reads it at once, the others when they look next.
        times = moments(random, post.at, post.at + between(random, 40, 150) * MINUTE_MS, len(taking_part), front=2.5)
        for at, fan in zip(times, taking_part, strict=True):
            yield at
            scene.repost(fan, post)

    def _chant(self, scene: Scene, fans: list[Author], star: str, tag: str) -> Iterator[int]:
        random = scene.random
        for at in moments(random, scene.begin, scene.end, int(self.chants * len(fans))):
            yield at
            fan = one(random, fans)
            own = random.random() < 0.5
            text = sentence(random, fan.language) if own else one(random, _CHANTS).format(star)
            scene.say(fan, f"{text} #{tag}", hashtags=[tag])
