"""One account that posts the same text hundreds of times, and a few people who repost it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from pipeline.simulate.copies.copy import Copy
from pipeline.simulate.crowd import ordinary
from pipeline.simulate.draw import moments, one, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.simulate.part import Scene

_TEXTS: Final = (
    "The pigeons of Harrowfen are measured every night and nobody tells you by whom, read my page",
    "Give me back my allotment number {0}, the garden council knows very well what it did in spring",
    "Wer hat meinen blauen Kahn vom Steg {0} gestohlen, Belohnung, ich gebe nicht auf",
    "Day {0} without an answer from the bus company about my lost trombone",
)


class Hyperactive(Copy, frozen=True, kw_only=True):
    """``posts`` times one text by one account; the other ``accounts`` repost or copy it once in a while."""

    kind: ClassVar[str] = "hyperactive"
    posts: int
    echoed: float = 0.15

    def play(self, scene: Scene) -> Iterator[int]:
        """Post it again; now and then somebody passes it on."""
        random, crowd = scene.random, scene.stage.crowd
        author = ordinary(random, crowd.names.another(), crowd.now, platform=self.platform, language="en")
        text = one(random, _TEXTS).format(whole(random, 3, 400))
        others = crowd.strangers(random, self.accounts - 1, self.platform)
        for at in moments(random, scene.begin, scene.end, self.posts):
            yield at
            post = scene.say(author, text)
            if random.random() < self.echoed:
                other = one(random, others)
                if random.random() < 0.8:
                    scene.repost(other, post)
                else:
                    scene.say(other, text)
