"""A console without brokers: its topic is a list, its time stands still, all else is real."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from pipeline.config import load_settings
from pipeline.console.app import console_app, new_parts
from pipeline.engine import Engine
from pipeline.incidents.public import publish
from pipeline.live.feed import Batch, Record
from pipeline.replay import run
from pipeline.simulate.stream import simulate
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from aiohttp import web

    from pipeline.console.parts import Parts
    from pipeline.errors import TurfwatchError
    from pipeline.incidents.public import Event

STREAM = "town"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Topic:
    """What is told, in one partition; ``away`` is raised at whoever reads."""

    def __init__(self, events: Sequence[Event] = ()) -> None:
        self.records: list[Record] = []
        self.away: TurfwatchError | None = None
        self._more = asyncio.Event()
        self.tell(*events)

    def tell(self, *events: Event) -> None:
        for event in events:
            self.records.append(Record(0, len(self.records), event))
        self.wake()

    def wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()

    async def batches(self, reached: Mapping[int, int]) -> AsyncIterator[Batch]:
        at = reached.get(0, 0)
        while True:
            if self.away:
                raise self.away
            more, at = self.records[at:], len(self.records)
            yield Batch(more, caught_up=True)
            if at == len(self.records) and not self.away:
                await self._more.wait()


class Console:
    """A console that runs, and a browser without cookies of before."""

    def __init__(
        self, client: TestClient[web.Request, web.Application], parts: Parts, topic: Topic, clock: Clock
    ) -> None:
        self.client = client
        self.parts = parts
        self.topic = topic
        self.clock = clock

    async def page(self, path: str, status: int = 200, **headers: str) -> str:
        async with self.client.get(path, headers=headers, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == status, text
            return text

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what reading the topic brings."""
        while not condition():
            await self.parts.follower._moved.wait()


@contextlib.asynccontextmanager
async def running(url: str, events: Sequence[Event] = (), **settings: object) -> AsyncIterator[Console]:
    """Run a console on a server; keys of its settings have no table before them."""
    options = {f"console.{key}": value for key, value in settings.items()}
    topic, clock = Topic(events), Clock()
    loaded, _ = load_settings(options=options, environment={})
    async with connect(url, 5) as redis:
        parts = new_parts(loaded, redis, topic, "ann", clock, clock)
        jar = CookieJar(unsafe=True)  # cookies of addresses, too
        async with TestClient(TestServer(console_app(parts)), cookie_jar=jar) as client:
            yield Console(client, parts, topic, clock)


async def simulated_events(url: str) -> list[Event]:
    """Leave the state of a simulated stream on a server; returns what was told of it."""
    told: list[Event] = []
    async with connect(url, 10) as client:
        engine = Engine(client, STREAM, load_settings(environment={})[0])
        await engine.store.drop()
        await engine.start()
        async for step in run(engine, iter(simulate(11, 6000)), "t"):
            told += [publish(event, replay=False, members=False, links={}) for event in step.events]
    return told
