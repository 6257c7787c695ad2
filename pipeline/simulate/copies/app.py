"""Apps that post for their users: weather, prayer times, quotes of the day, step counters."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

from pipeline.simulate.chatter import name
from pipeline.simulate.copies.copy import Copy, clock
from pipeline.simulate.draw import between, one, whole
from pipeline.simulate.part import MINUTE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.simulate.author import Author
    from pipeline.simulate.part import Scene

Style = Literal["weather", "prayer", "quote", "steps"]

_SKIES: Final = ("clear sky", "light rain", "overcast", "scattered clouds", "fog", "strong wind from the sea")
_PRAYERS: Final = ("morning", "noon", "afternoon", "sunset", "night")
_QUOTES: Final = (
    "A calm sea never taught anybody to steer",
    "Who counts the waves forgets to sail",
    "The smallest lamp is enough for the next step",
    "Do not lend your umbrella to the rain",
    "Bread is round so that nobody sits at its corner",
    "What you plant in the fog you harvest in the sun",
    "Patience is a bridge that is built while you cross it",
    "An open door needs no knocking",
)


class App(Copy, frozen=True, kw_only=True):
    """An app: all users post through its client, mostly with a link to its site, again and again.

    A user hears from it every ``every_minutes`` or so; with ``on_the_hour`` all at nearly the same time.
    """

    kind: ClassVar[str] = "app"
    style: Style
    every_minutes: float
    on_the_hour: bool = False
    linked: bool = True

    def play(self, scene: Scene) -> Iterator[int]:
        """Let every user post by a clock of their own."""
        random = scene.random
        title = f"{name(random)} {self.style.title()}"
        quotes = [one(random, _QUOTES) for _ in range(24)]
        yield scene.begin
        for user in scene.stage.crowd.strangers(random, self.accounts, self.platform):
            scene.stage.enter(self._user(scene, user, name(random), title, quotes))

    def _user(self, scene: Scene, user: Author, town: str, title: str, quotes: list[str]) -> Iterator[int]:
        random = scene.random
        step = self.every_minutes * MINUTE_MS
        at = scene.begin + (0.0 if self.on_the_hour else step * random.random())
        site = title.split(" ", maxsplit=1)[0].lower()
        while at < scene.end:
            yield int(at + between(random, 0, 3 if self.on_the_hour else 20) * MINUTE_MS)
            hour = scene.stage.now // (60 * MINUTE_MS) % 24
            link = f"https://{site}.example/{self.style}"
            text = self._text(scene, town, hour, quotes[hour]) + (f" {link}" if self.linked else "")
            scene.say(user, text, urls=[link] if self.linked else None, client=title)
            at += step * (1 if self.on_the_hour else between(random, 0.7, 1.3))

    def _text(self, scene: Scene, town: str, hour: int, quote: str) -> str:
        random = scene.random
        if self.style == "weather":
            degrees, sky, wind = whole(random, -3, 19), one(random, _SKIES), whole(random, 2, 40)
            return f"Weather in {town} at {clock(random, hour)}: {degrees} degrees, {sky}, wind {wind} km/h"
        if self.style == "prayer":
            prayer = _PRAYERS[hour % len(_PRAYERS)]
            return f"It is time for the {prayer} prayer in {town} ({clock(random, hour)}), may it be accepted"
        if self.style == "steps":
            steps = whole(random, 900, 16_000)
            return f"I walked {steps} steps today and reached {whole(random, 20, 140)} % of my goal, {town} step club"
        return f"Quote of the day: {quote}"
