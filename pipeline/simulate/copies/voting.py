"""Official voting templates: many strangers post the text that a vote hands them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

from pipeline.simulate.chatter import name
from pipeline.simulate.copies.copy import Copy
from pipeline.simulate.draw import moments, pick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.simulate.part import Scene

_FORMS: Final = (
    "I just cast my vote for {0} as {1} of the year! Voting is open until midnight, every voice counts",
    "My vote for {1} of the year goes to {0}. Vote once a day and help your favourite into the final",
    "Ich habe gerade für {0} als {1} des Jahres gestimmt! Die Wahl läuft noch bis Mitternacht, jede Stimme zählt",
)
_AWARDS: Final = ("Harbour Singer", "Baker", "Street Band", "Goalkeeper", "Library", "Allotment")


class Voting(Copy, frozen=True, kw_only=True):
    """A vote between three candidates; posts bear a link to one domain, or are sent by the vote's own app."""

    kind: ClassVar[str] = "voting"
    by: Literal["link", "app"] = "link"

    def play(self, scene: Scene) -> Iterator[int]:
        """Vote, most of all for the favourite."""
        random, crowd = scene.random, scene.stage.crowd
        form, award = _FORMS[random.randrange(len(_FORMS))], _AWARDS[random.randrange(len(_AWARDS))]
        candidates = tuple(f"{name(random)} {name(random)}" for _ in range(3))
        site = f"vote-{name(random).lower()}"
        for at in moments(random, scene.begin, scene.end, self.accounts, front=1.4):
            yield at
            candidate = pick(random, candidates, (0.6, 0.25, 0.15))
            text = form.format(candidate, award)
            author = crowd.stranger(random, self.platform)
            if self.by == "app":
                scene.say(author, text, client=site.title())
            else:
                link = f"https://{site}.example/{candidates.index(candidate)}"
                scene.say(author, f"{text} {link}", urls=[link])
