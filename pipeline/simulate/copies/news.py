"""Breaking news: many strangers tell the same story, quote and repost the first who told it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pipeline.simulate.chatter import name
from pipeline.simulate.copies.copy import Copy
from pipeline.simulate.crowd import community, count_of, ordinary
from pipeline.simulate.draw import fill, moments, one
from pipeline.simulate.talk import own_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.simulate.part import Scene

_STORIES: Final = (
    ("a crane fell into the harbour", "#HarbourCrane", "ein Kran ist in den Hafen gestürzt"),
    ("the old cinema is on fire", "#CinemaFire", "das alte Kino brennt"),
    ("an earthquake shook the coast", "#Quake", "ein Erdbeben hat die Küste erschüttert"),
    ("the dam above Estering is leaking", "#EsteringDam", "der Damm über Estering leckt"),
)
_OWN: Final = (
    "[Oh no|Terrible|I can hear the sirens], {0}, [stay safe everybody|are you all right?|what a day]",
    "[Just heard|They say on the radio|My sister writes] that {0}, [hope nobody is hurt|I am shaking|more soon]",
    "{0}! [Helicopters everywhere|The whole street is outside|Smoke and noise], [unbelievable|pray for them]",
    "[Can somebody confirm|Is it true] that {0}? [My son works there|I see lights from here|The line is dead]",
)


class News(Copy, frozen=True, kw_only=True):
    """A sudden story. Of ``posts``, a third reposts the first report, a fifth quotes it, some copy it word for word."""

    kind: ClassVar[str] = "breaking-news"
    posts: int

    def play(self, scene: Scene) -> Iterator[int]:
        """Report, and let the town react, most in the first minutes."""
        random, crowd = scene.random, scene.stage.crowd
        story, tag, german = one(random, _STORIES)
        desk = msgspec.structs.replace(
            ordinary(random, crowd.names.another(), crowd.now, platform=self.platform, language="en"),
            followers=count_of(5.3),
        )
        yield scene.begin
        first = scene.say(desk, f"BREAKING: {story}, police and fire brigade on the way {tag}", hashtags=[tag[1:]])
        for at in moments(random, scene.begin, scene.end, self.posts, front=2.5):
            yield at
            author, draw = crowd.stranger(random), random.random()
            where = community(random, author)
            if draw < 0.35 and author.platform == first.platform:
                scene.repost(author, first)
                continue
            told = german if author.language.code == "de" else story
            quote = first.id if 0.35 <= draw < 0.55 and author.platform == first.platform else None
            if draw > 0.93:
                text = first.text
            elif random.random() < 0.5:
                text = f"{fill(random, one(random, _OWN)).format(told)} {name(random)} {tag}"
            else:
                text = f"{told}, {own_words(random, author, ())} {tag}"
            scene.say(author, text, quote_of=quote, hashtags=[tag[1:]], community=where)
