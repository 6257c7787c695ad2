"""Newsrooms of one house: the same few outlets post the same headlines with links, all day."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from pipeline.simulate.author import DAY_MS, Author
from pipeline.simulate.chatter import name
from pipeline.simulate.copies.copy import Copy
from pipeline.simulate.copies.press import headline
from pipeline.simulate.crowd import count_of
from pipeline.simulate.draw import between, moments, one, some, whole
from pipeline.simulate.part import MINUTE_MS
from pipeline.simulate.speech import SPEECH_OF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.simulate.part import Scene

_LEADS: Final = ("", "", "", "Just in: ", "Developing: ", "Read: ")


class Syndication(Copy, frozen=True, kw_only=True):
    """``accounts`` outlets as large as verified ones, each with a site of its own, and ``stories`` that they share."""

    kind: ClassVar[str] = "syndication"
    stories: int
    one_site: bool = False

    def play(self, scene: Scene) -> Iterator[int]:
        """Publish story after story."""
        random = scene.random
        house = f"{name(random)} News"
        outlets = [(self._outlet(scene), name(random).lower()) for _ in range(self.accounts)]
        for at in moments(random, scene.begin, scene.end - 30 * MINUTE_MS, self.stories):
            yield at
            story = headline(random)
            taking_part = some(random, outlets, whole(random, max(2, self.accounts - 3), self.accounts))
            scene.stage.enter(self._publish(scene, taking_part, story, house))

    def _outlet(self, scene: Scene) -> Author:
        random, crowd = scene.random, scene.stage.crowd
        return Author(
            author_id=crowd.names.another(),
            born=crowd.now - int(DAY_MS * between(random, 1800, 4400)),
            followers=count_of(between(random, 4.0, 6.0)),
            following=count_of(between(random, 1.8, 3.2)),
            client=None,
            language=SPEECH_OF["en"].language,
            platform=self.platform,
        )

    def _publish(self, scene: Scene, outlets: list[tuple[Author, str]], story: str, house: str) -> Iterator[int]:
        random = scene.random
        number = random.randrange(10**6)
        begin = scene.stage.now
        times = moments(random, begin, begin + between(random, 2, 25) * MINUTE_MS, len(outlets))
        for at, (outlet, site) in zip(times, outlets, strict=True):
            yield at
            domain = house.split(" ", maxsplit=1)[0].lower() if self.one_site else site
            link = f"https://{domain}.example/{number}"
            scene.say(outlet, f"{one(random, _LEADS)}{story} {link}", urls=[link], client=f"{house} Desk")
