"""Draws the parts of a scenario: each seed has other sizes, tempos, languages, texts, ages and times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.simulate.campaigns.joiners import Joiners
from pipeline.simulate.campaigns.network import Network
from pipeline.simulate.campaigns.ring import Ring
from pipeline.simulate.campaigns.swarm import Swarm
from pipeline.simulate.campaigns.wave import Wave
from pipeline.simulate.draw import between, one, some, whole
from pipeline.simulate.lots import Age, draw_lots
from pipeline.simulate.topics.all import PITCHES

if TYPE_CHECKING:
    from random import Random

    from pipeline.simulate.part import Campaign
    from pipeline.simulate.topics.topic import Code


class Planner:
    """Plans campaigns between ``first`` and ``last`` minute; no pitch is used twice while there are others."""

    def __init__(self, random: Random, first: float, last: float) -> None:
        self.random = random
        self.first = first
        self.last = last
        self._left: list[str] = []
        self._said: dict[str, int] = {}

    def pitch(self) -> str:
        """Return a pitch that is not taken."""
        if not self._left:
            self._left = some(self.random, list(PITCHES), len(PITCHES))
        return self._left.pop()

    def take(self, pitch: str) -> str:
        """Take a certain pitch."""
        if not self._left:
            self._left = some(self.random, list(PITCHES), len(PITCHES))
        self._left = [name for name in self._left if name != pitch]
        return pitch

    def statement(self, pitch: str) -> int:
        """Return which of a pitch's two statements a wave says: two waves with one and the same text would be one."""
        drawn, said = self.random.randrange(2), self._said.get(pitch)
        self._said[pitch] = drawn if said is None else 1 - said
        return self._said[pitch]

    def language(self) -> Code:
        """Return what a campaign writes in."""
        return "de" if self.random.random() < 0.4 else "en"

    def age(self) -> Age:
        """Return which accounts were to be had."""
        return "young" if self.random.random() < 0.5 else "aged"

    def times(self, minutes: float) -> dict[str, float]:
        """Return a start for something that takes so long, drawn between first and last minute."""
        return {"start": between(self.random, self.first, max(self.first + 1, self.last - minutes)), "minutes": minutes}

    def network(self, name: str, pitch: str | None = None, **fixed: Any) -> Network:
        """Return a network: steady or in rounds, 10 to 50 accounts that post 4 to 12 times each."""
        random = self.random
        accounts = 10 + int(40 * random.random() ** 1.3)
        minutes = between(random, 75, 300)
        plan: dict[str, Any] = {
            "accounts": accounts,
            **self.times(minutes),
            "lots": draw_lots(random, self.age()),
            "language": self.language(),
            "pitch": pitch or self.pitch(),
            "posts": int(accounts * between(random, 4, 12)),
            "rounds": whole(random, 5, 12) if random.random() < 0.5 else 0,
            "tagged": one(random, (0.0, 0.6, 0.9)),
            "platforms": (one(random, ("plaza", "plaza", "lantern")),),
            "mingle": between(random, 0, 6),
        }
        return Network(name=name, **{**plan, **fixed})

    def wave(self, name: str, pitch: str | None = None, **fixed: Any) -> Wave:
        """Return a wave: 25 to 60 accounts within 2 to 30 minutes."""
        random = self.random
        plan: dict[str, Any] = {
            "accounts": whole(random, 25, 60),
            **self.times(between(random, 2, 30)),
            "lots": draw_lots(random, self.age()),
            "language": self.language(),
            "pitch": (chosen := pitch or self.pitch()),
            "statement": self.statement(chosen),
            "tagged": random.random() < 0.6,
            "changed": between(random, 0, 0.35),
            "platforms": (one(random, ("plaza", "plaza", "lantern")),),
            "mingle": between(random, 0, 4),
        }
        return Wave(name=name, **{**plan, **fixed})

    def ring(self, name: str, **fixed: Any) -> Ring:
        """Return a ring: 14 to 60 accounts repost 2 to 4 customers, within minutes of 7 to 14 posts."""
        random = self.random
        plan: dict[str, Any] = {
            "accounts": whole(random, 14, 60),
            **self.times(between(random, 120, 360)),
            "lots": draw_lots(random, self.age()),
            "language": self.language(),
            "pitch": self.pitch(),
            "customers": whole(random, 2, 4),
            "posts": whole(random, 7, 14),
            "share": between(random, 0.4, 0.9),
            "within": between(random, 2, 25),
            "platforms": (one(random, ("plaza", "lantern")),),
            "mingle": between(random, 0, 6),
        }
        return Ring(name=name, **{**plan, **fixed})

    def swarm(self, name: str, **fixed: Any) -> Swarm:
        """Return a swarm: 8 to 20 accounts that answer within 10 to 40 seconds."""
        random = self.random
        plan: dict[str, Any] = {
            "accounts": whole(random, 8, 20),
            **self.times(between(random, 180, 360)),
            "lots": draw_lots(random, self.age()),
            "language": self.language(),
            "pitch": self.pitch(),
            "answers": whole(random, 3, 6),
            "seconds": between(random, 10, 40),
            "alert": between(random, 0.6, 1.0),
            "pause": between(random, 60, 300),
            "mingle": between(random, 0, 4),
        }
        return Swarm(name=name, **{**plan, **fixed})

    def joiners(self, of: Campaign) -> Joiners:
        """Return those who join a campaign: they come after its first tenth, and stay an hour longer than it does."""
        random = self.random
        return Joiners(
            name=f"joiners-of-{of.name}",
            of=of.name,
            start=of.start + 0.1 * of.minutes + between(random, 1, 10),
            minutes=of.minutes + 60,
            accounts=whole(random, 10, 40),
            copied=between(random, 0.2, 0.5),
            reposted=between(random, 0.1, 0.3),
        )
