"""Replayed streams tell nothing that German pages do not say in German."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from support.sentences import of_assessment, of_event, of_gate, of_life

from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.incidents.history import life
from pipeline.incidents.public import subject
from pipeline.page.words import Words
from pipeline.recordings.read import read_lines
from pipeline.replay import run
from pipeline.simulate.scenario import Performance
from pipeline.simulate.scenarios import draw_scenario
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.incidents.look import Look
    from pipeline.incidents.public import Event
    from pipeline.post import Line
    from pipeline.simulate.scenarios import ScenarioName

SETTINGS, _ = load_settings(environment={})


async def replayed(url: str, lines: Iterator[Line]) -> set[str]:
    """All sentences of a replay: of its events, of incidents' lives, and of the gate at every look."""
    said: set[str] = set()

    def look_on(look: Look) -> None:
        said.update(of_assessment(look.found))
        said.update(of_gate(look.facts, look.allowed))

    async with connect(url, 10) as client:
        engine = Engine(client, "sentences", SETTINGS, witness=look_on)
        await engine.start(origin="replay")
        events: list[Event] = []
        async for step in run(engine, lines, "sentences"):
            events += step.events
        await engine.store.drop()
    for event in events:
        said.update(of_event(event))
    for name in {subject(event) for event in events}:
        said.update(of_life(life(name, events)))
    return said


def check(said: set[str]) -> None:
    german = Words("de")

    assert len(said) > 100
    assert sorted(each for each in said if german.untranslated(each)) == []


@pytest.mark.parametrize(("name", "seed"), [("demo", 7), ("everything", 1), ("organic", 2)])
def test_simulated_scenarios_are_told_in_german(name: ScenarioName, seed: int, embedded_url: str) -> None:
    scenario = draw_scenario(name, seed, posts=5000)

    check(asyncio.run(replayed(embedded_url, Performance(scenario, seed).lines())))


@pytest.mark.recording
@pytest.mark.parametrize("name", ["koch-farms-2015", "phosphorus-2015"])
def test_recordings_are_told_in_german(name: str, recording: Callable[[str], Path], embedded_url: str) -> None:
    check(asyncio.run(replayed(embedded_url, read_lines([str(recording(name))]))))
