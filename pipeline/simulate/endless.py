"""A stream that goes on for as long as somebody watches: ordinary talk, and one campaign after the other.

Campaigns are as dense as one that is paid for minutes, so that who watches need not wait for hours. Memory is bounded
by what is under way.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

from pipeline.simulate.crowd import Crowd, Names
from pipeline.simulate.draw import between, derived, some, whole
from pipeline.simulate.part import MINUTE_MS, Scene
from pipeline.simulate.planner import Planner
from pipeline.simulate.stage import Stage
from pipeline.simulate.talk import speak
from pipeline.simulate.topics.all import PITCHES, TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pipeline.post import Line
    from pipeline.simulate.part import Campaign
    from pipeline.simulate.topics.topic import Code

CROWD: Final = 40_000
"""Ordinary accounts."""

FIRST_MS: Final = 3000
"""When the first campaign begins."""

PAUSE_MINUTES: Final = (2.5, 4.5)
"""Between the begins of two campaigns. Each kind has eighteen texts, so a network's come again after two hours, when no
window holds them any more."""

SECOND_MINUTES: Final = (1.0, 1.5)
"""Between the first and the second."""

KINDS: Final = ("network", "wave", "network", "ring")
"""In turn. A network is found without any knowledge of the stream, so it comes first."""

_JOINED: Final = 40
"""Campaigns whose last posts are kept for who joins them; by then nobody does."""


class Endless:
    """``begin`` is the event time (ms) of its first post, ``rate`` how many ordinary posts come each second."""

    def __init__(self, seed: int, begin: int, rate: float) -> None:
        # Its ids go on from the time, so that two streams one after the other have none in common.
        self._stage = Stage(begin, Crowd(seed, CROWD, begin, Names(seed)), first=begin)
        self._stage.enter(_chatter(self._stage, derived(seed, "chatter"), rate))
        self._stage.enter(_campaigns(self._stage, seed))

    def until(self, end: int) -> Iterator[Line]:
        """Yield the lines since the last call up to before an event time, in order."""
        return self._stage.run(end)


def _chatter(stage: Stage, random: Random, rate: float) -> Iterator[int]:
    """Talk by day and night alike, as a town on many clocks does."""
    at = float(stage.begin)
    topics = tuple(TOPICS)
    while True:
        at -= 1000 / rate * math.log(1 - random.random())
        yield int(at)
        speak(stage, random, stage.crowd.speaker(random, stage.now), topics)


def _campaigns(stage: Stage, seed: int) -> Iterator[int]:
    random = derived(seed, "campaigns")
    planner = Planner(random, 0, 0)
    texts = {kind: _texts(random) for kind in sorted(set(KINDS))}
    names: deque[str] = deque()
    number = 0
    yield stage.begin + FIRST_MS
    while True:
        kind = KINDS[number % len(KINDS)]
        campaign = _campaign(planner, kind, number, _minute(stage), *next(texts[kind]))
        for part in (campaign, planner.joiners(campaign)):
            stage.enter(Scene(stage, derived(seed, f"part/{part.name}"), part).play())
        names.append(campaign.name)
        if len(names) > _JOINED:
            stage.shown.pop(names.popleft(), None)
        number += 1
        yield stage.now + int(between(random, *(PAUSE_MINUTES if number > 1 else SECOND_MINUTES)) * MINUTE_MS)


def _minute(stage: Stage) -> float:
    return (stage.now - stage.begin) / MINUTE_MS


def _texts(random: Random) -> Iterator[tuple[str, Code]]:
    """Yield pitches and languages; none again before all others."""
    languages: tuple[Code, ...] = ("en", "de")
    everything = [(pitch, language) for pitch in PITCHES for language in languages]
    order = some(random, everything, len(everything))
    while True:
        yield from order


def _campaign(planner: Planner, kind: str, number: int, start: float, pitch: str, language: Code) -> Campaign:
    random, name = planner.random, f"{kind}-{number}"
    if kind == "wave":
        minutes = between(random, 2, 3)
        return planner.wave(name, pitch, start=start, minutes=minutes, language=language)
    if kind == "ring":
        return planner.ring(name, start=start, minutes=4.0, language=language, posts=whole(random, 5, 8), within=1.0)
    # The first is a busy one: somebody waits for it.
    accounts, each = (12, 10) if number == 0 else (whole(random, 12, 24), whole(random, 6, 9))
    minutes = 0.75 if number == 0 else between(random, 1.5, 2.5)
    plan = {"accounts": accounts, "posts": accounts * each, "rounds": 0}
    return planner.network(name, pitch, start=start, minutes=minutes, language=language, **plan)
