"""The flood guard forgets nothing and repeats nothing: a crash at every single commit changes no byte."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from support.flood import flooded

from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.post import Tick
from pipeline.replay import lines_done, position, run
from pipeline.state.client import connect
from pipeline.state.store import Store

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from pipeline.post import Line

SETTINGS, _ = load_settings(options={"incidents.max_opened": 2, "incidents.flood_window_s": 180}, environment={})


class CrashError(Exception):
    """The process ended here."""


class CrashingStore(Store):
    """A store whose process ends at every commit: first before it is sent, then before the reply is read."""

    def __init__(self, *arguments: Any, moment: str) -> None:
        super().__init__(*arguments)
        self.moment = moment

    async def commit(self, item: str, *arguments: Any, **named: Any) -> None:
        if self.moment == "before":
            raise CrashError(item)
        await super().commit(item, *arguments, **named)
        if self.moment == "after":
            raise CrashError(item)


def stream() -> list[Line]:
    lines = flooded(10)
    return [*lines, Tick(created_at="", at=lines[-1].at + 12 * 3_600_000)]


async def undisturbed(client: Redis) -> list[bytes]:
    engine = Engine(client, "same", SETTINGS)
    await engine.start()
    async for _ in run(engine, iter(stream()), "t"):
        pass
    events = await engine.store.events()
    await engine.store.drop()
    return events


async def crashing(client: Redis, monkeypatch: pytest.MonkeyPatch) -> tuple[list[bytes], list[str]]:
    """Crash before a commit, start anew and crash after the same commit, start anew and go on to the next."""
    lines, crashed, moments = stream(), list[str](), ["before", "after"]
    while True:
        moment = moments[len(crashed) % 2]
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.engine.Store", partial(CrashingStore, moment=moment))
            engine = Engine(client, "same", SETTINGS)
        try:
            done = lines_done("t", await engine.start())
            placed = [(position("t", n), line) for n, line in enumerate(lines[done:], done)]
            for at in range(0, len(placed), 200):
                await engine.apply(engine.prepare(placed[at : at + 200]))
        except CrashError as crash:
            crashed.append(str(crash))
        else:
            events = await engine.store.events()
            await engine.store.drop()
            return events, crashed


def test_a_digest_is_told_once_though_the_process_ends_at_every_commit(
    embedded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def both() -> tuple[list[bytes], list[bytes], list[str]]:
        async with connect(embedded_url, 10) as client:
            expected = await undisturbed(client)
            return (expected, *await crashing(client, monkeypatch))

    expected, events, crashed = asyncio.run(both())

    digests = [event for event in map(json.loads, events) if event["type"] == "incident.digest"]
    assert events == expected
    assert len(digests) >= 3
    assert crashed.count("digest") == 2 * len(digests)
    assert len(crashed) >= 2 * len(events)
