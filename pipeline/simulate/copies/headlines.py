"""Share buttons of newspapers: strangers post one headline with its link, word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from pipeline.simulate.copies.copy import Copy
from pipeline.simulate.copies.press import headline
from pipeline.simulate.draw import moments, one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.simulate.part import Scene

_ASIDES: Final = ("this!", "read this", "unglaublich", "vaya", "so true", "hm")


class Headlines(Copy, frozen=True, kw_only=True):
    """``stories`` of one outlet, each shared by its share of the accounts: headline, link, "via @outlet"."""

    kind: ClassVar[str] = "headline"
    outlet: str
    stories: int = 1

    def play(self, scene: Scene) -> Iterator[int]:
        """Share one story after the other, each most when it is fresh."""
        random, crowd = scene.random, scene.stage.crowd
        length = (scene.end - scene.begin) / self.stories
        for number in range(self.stories):
            story = headline(random)
            link = f"https://{self.outlet}.example/{random.randrange(10**6)}"
            begin = scene.begin + number * length
            for at in moments(random, begin, begin + length, self.accounts // self.stories, front=2):
                yield at
                before = one(random, _ASIDES) + " " if random.random() < 0.12 else ""
                text = f"{before}{story} {link} via @{self.outlet}"
                scene.say(crowd.stranger(random, self.platform), text, urls=[link], mentions=[self.outlet])
