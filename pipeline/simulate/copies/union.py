"""A union's members share its text and say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from pipeline.simulate.copies.copy import Copy
from pipeline.simulate.crowd import community
from pipeline.simulate.draw import moments, one, some, whole
from pipeline.simulate.part import MINUTE_MS
from pipeline.simulate.talk import own_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.simulate.author import Author
    from pipeline.simulate.part import Scene

_TEXTS: Final = (
    (
        "I am a member of the Harrowfen ferry crews' union and I share our text: safe boats need two engineers on "
        "every night trip, we ask the council to sign the agreement #CrewsOfHarrowfen"
    ),
    (
        "As a member of the nurses' union Estering I post our common statement: one nurse for eight beds, not for "
        "sixteen, talk to us before the strike #EightBeds"
    ),
    (
        "Als Mitglied der Gewerkschaft der Straßenbahner teile ich unseren Aufruf: Pausen sind kein Geschenk, am "
        "Montag stehen wir vor dem Depot, kommt dazu #PausenJetzt"
    ),
)


class Union(Copy, frozen=True, kw_only=True):
    """A union campaign: ordinary members post the text once, some again; ``edited`` is the share that adds to it."""

    kind: ClassVar[str] = "union"
    text: int = 0
    edited: float = 0.3

    def play(self, scene: Scene) -> Iterator[int]:
        """Share the text over the hours."""
        random = scene.random
        text = _TEXTS[self.text % len(_TEXTS)]
        language = "de" if text.startswith("Als") else "en"
        members = scene.stage.crowd.strangers(random, self.accounts, language=language)
        order = some(random, members, len(members))
        for at, member in zip(moments(random, scene.begin, scene.end, len(order), front=1.3), order, strict=True):
            yield at
            self._share(scene, member, text)
            if random.random() < 0.2:
                scene.stage.enter(self._again(scene, member, text))

    def _again(self, scene: Scene, member: Author, text: str) -> Iterator[int]:
        yield scene.stage.now + whole(scene.random, 20, 180) * MINUTE_MS
        self._share(scene, member, text)

    def _share(self, scene: Scene, member: Author, text: str) -> None:
        random = scene.random
        tag = text.rsplit("#", 1)[1]
        if random.random() < self.edited:
            words = own_words(random, member, ()).split(" ")[-5:]
            text = f"{text} {' '.join(words)}" if random.random() < 0.5 else f"{one(random, words)}! {text}"
        scene.say(member, text, hashtags=[tag], community=community(random, member))
