"""A scenario: what happens in a stream, told in advance; and its performance, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.simulate.crowd import Crowd, Names
from pipeline.simulate.draw import derived
from pipeline.simulate.part import MINUTE_MS, Part, Scene
from pipeline.simulate.roles import CampaignRole, CopyRole, Roles
from pipeline.simulate.stage import Stage
from pipeline.simulate.talk import chatter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.post import Line


class Scenario(msgspec.Struct, frozen=True):
    """What happens in ``minutes`` from ``begin`` (ms) on.

    ``posts`` is about how much a crowd of ``crowd`` accounts says besides the parts. ``topics`` are what it talks of
    among other things; one that is named more often is talked of more.
    """

    name: str
    begin: int
    minutes: float
    posts: int
    crowd: int
    topics: tuple[str, ...]
    parts: tuple[Part, ...]


class Performance:
    """One run of a scenario with a seed."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.stage = Stage(scenario.begin, Crowd(seed, scenario.crowd, scenario.begin, Names(seed)))
        self._seed = seed
        self._scenes = [Scene(self.stage, derived(seed, f"part/{part.name}"), part) for part in scenario.parts]

    def lines(self) -> Iterator[Line]:
        """Yield posts and deletions in event order. To be called once."""
        told = self.scenario
        words = derived(self._seed, "chatter")
        self.stage.enter(chatter(self.stage, words, told.posts, told.minutes, told.topics))
        for scene in self._scenes:
            self.stage.enter(scene.play())
        yield from self.stage.run(told.begin + int(told.minutes * MINUTE_MS))

    def roles(self) -> Roles:
        """Return who took part in what, among the lines so far."""
        roles = Roles(self.scenario.name, self._seed)
        for scene in self._scenes:
            part, cast = scene.part, sorted(scene.cast)
            if part.role == "campaign":
                roles.campaigns[part.name] = CampaignRole(part.kind, cast, sorted(scene.targets))
            elif part.role == "joiners":
                roles.joiners[part.name] = cast
            else:
                roles.copies[part.name] = CopyRole(part.kind, cast)
        return roles
