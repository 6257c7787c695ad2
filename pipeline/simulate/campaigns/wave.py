"""One text under many names within minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from pipeline.simulate.crowd import community
from pipeline.simulate.draw import moments, one
from pipeline.simulate.part import Campaign, Scene
from pipeline.simulate.topics.all import PITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator

TAILS: Final = ("!", "!!", " ...", " please", " #news", " bitte", " now")


class Wave(Campaign, frozen=True, kw_only=True):
    """A copy-paste wave: each account posts the statement once; ``changed`` is the share that adds a word or a mark."""

    kind: ClassVar[str] = "copy-paste-wave"
    pitch: str
    statement: int = 0
    tagged: bool = True
    changed: float = 0.15

    def play(self, scene: Scene) -> Iterator[int]:
        """Post the statement, most early on."""
        random, pitch = scene.random, PITCHES[self.pitch]
        said = pitch.statements[self.language]
        statement = said[self.statement % len(said)]
        accounts = scene.hire(self)
        times = moments(random, scene.begin, scene.end, len(accounts), front=1.5)
        for at, author in zip(times, accounts, strict=True):
            yield at
            tail = one(random, TAILS) if random.random() < self.changed else ""
            tag = f" #{pitch.tag}" if self.tagged else ""
            tags = [pitch.tag] if self.tagged else None
            scene.say(
                author, statement + tail + tag, lang=self.language, hashtags=tags, community=community(random, author)
            )
