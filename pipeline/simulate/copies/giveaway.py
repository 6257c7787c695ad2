"""Giveaways: everybody copies the text that enters the draw, some in every draw there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from pipeline.simulate.chatter import name
from pipeline.simulate.copies.copy import Copy
from pipeline.simulate.crowd import ordinary
from pipeline.simulate.draw import moments, one, some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.simulate.part import Scene

_FORMS: Final = (
    "I want to win {0} with @{1}! Follow, like and copy this text until Sunday for a chance #{2}",
    "Fingers crossed for {0} from @{1}, simply follow them and post this line to take part #{2}",
    "Ich möchte {0} von @{1} gewinnen! Einfach folgen und diesen Text bis Sonntag teilen #{2}",
)
_PRIZES: Final = (
    "a red bicycle",
    "two nights at the Lighthouse Inn",
    "a year of coffee",
    "a wool blanket",
    "tickets for the HarbourFest",
    "a telescope",
)


class Giveaway(Copy, frozen=True, kw_only=True):
    """``draws`` one after the other. ``hunters`` is the share of the accounts that enters every one of them."""

    kind: ClassVar[str] = "giveaway"
    draws: int = 2
    hunters: float = 0.25

    def play(self, scene: Scene) -> Iterator[int]:
        """Announce each draw; then most copy the text and the others repost the shop."""
        random, crowd = scene.random, scene.stage.crowd
        shop = ordinary(random, crowd.names.another(), crowd.now, platform=self.platform, language="en")
        hunters = crowd.strangers(random, int(self.accounts * self.hunters), self.platform)
        length = (scene.end - scene.begin) / self.draws
        for number in range(self.draws):
            begin = scene.begin + number * length
            tag = f"{name(random)}Giveaway"
            text = one(random, _FORMS).format(one(random, _PRIZES), shop.author_id, tag)
            yield int(begin)
            post = scene.say(shop, f"We give away something special! Copy this: {text}", hashtags=[tag])
            entering = hunters + crowd.strangers(random, self.accounts - len(hunters), self.platform)
            order = some(random, entering, len(entering))
            times = moments(random, begin, begin + length, len(order), front=1.6)
            for at, author in zip(times, order, strict=True):
                yield at
                if random.random() < 0.3:
                    scene.repost(author, post)
                else:
                    scene.say(author, text, hashtags=[tag], mentions=[shop.author_id])
