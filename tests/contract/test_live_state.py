"""What live streams ask of a server beyond a replay: lines passed over, the outbox, what is known of a topic."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.live.registry import Place, Registry, Trouble
from pipeline.position import Position
from pipeline.post import Tick
from pipeline.replay import feed, run
from pipeline.simulate.stream import simulate
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pipeline.post import Line

SETTINGS, _ = load_settings(environment={})


@contextlib.asynccontextmanager
async def fresh(url: str) -> AsyncIterator[Engine]:
    """The engine of a stream that is new, and gone afterwards."""
    async with connect(url, 10) as client:
        engine = Engine(client, "live", SETTINGS)
        await engine.store.drop()
        await engine.start()
        yield engine
        await engine.store.drop()


def at(offset: int) -> bytes:
    return Position("t", 0, offset, 0).encode()


def test_a_line_that_is_passed_over_moves_the_position_and_nothing_else(server_url: str) -> None:
    async def passed() -> None:
        async with fresh(server_url) as engine:
            async for _ in feed(engine, iter([(at(1), None), (at(2), None)])):
                pass
            assert (await engine.start(), await engine.store.watermark()) == (at(2), 0)

            async for _ in feed(engine, iter([(at(3), Tick(created_at="", at=5000)), (at(4), None)])):
                pass
            assert (await engine.start(), await engine.store.watermark()) == (at(4), 5000)
            assert (await engine.store.totals()).posts == 0
            assert engine.counts["late"] == 0

    asyncio.run(passed())


def test_lines_passed_over_change_no_event(server_url: str) -> None:
    lines = list(simulate(3, 4000, share=0.1))

    async def told(*, between: bool) -> list[bytes]:
        async with fresh(server_url) as engine:
            placed: list[tuple[bytes, Line | None]] = []
            for number, line in enumerate(lines):
                placed.append((at(2 * number + 1), line))
                if between:
                    placed.append((at(2 * number + 2), None))
            async for _ in feed(engine, iter(placed)):
                pass
            return await engine.store.events()

    events = asyncio.run(told(between=False))
    assert events
    assert asyncio.run(told(between=True)) == events


def test_an_event_leaves_the_outbox_once_it_is_told_and_a_rival_takes_none(server_url: str) -> None:
    async def outbox() -> None:
        async with fresh(server_url) as engine:
            async for _ in run(engine, iter(simulate(3, 4000, share=0.1)), "t"):
                pass
            before, events = await engine.store.outbox()
            assert before == 0
            assert len(events) > 1

            assert await engine.store.told(0, 1)
            assert not await engine.store.told(0, 1)
            assert await engine.store.outbox() == (1, events[1:])
            assert await engine.store.told(1, len(events) - 1)
            assert await engine.store.outbox() == (len(events), [])

    asyncio.run(outbox())


def test_a_topic_is_known_by_its_id_its_streams_and_its_losses(server_url: str) -> None:
    async def known() -> None:
        async with connect(server_url, 10) as client:
            registry = Registry(client, "known")
            await registry.forget()
            assert not await registry.is_known()
            assert await registry.known_id("a") == await registry.known_id("b") == "a"
            assert await registry.place("town", 2, 40) == await registry.place("town", 1, 50) == Place(2, 40)
            assert await registry.place("a:b", 0, 7) == Place(0, 7)
            assert await registry.places() == {"town": Place(2, 40), "a:b": Place(0, 7)}

            await registry.lose(2, 100, 50)
            await registry.lose(2, 100, 50)
            await registry.lose(2, 300, 7)
            await registry.lose(20, 1, 3)
            assert [await registry.lost(number) for number in (2, 20, 0)] == [57, 3, 0]

            await registry.forget()

    asyncio.run(known())


def test_crashes_over_the_same_lines_are_counted_wherever_the_stream_stands(server_url: str) -> None:
    def at(offset: int) -> Position:
        return Position("t", 0, offset, 0)

    async def count() -> None:
        async with connect(server_url, 10) as client:
            registry = Registry(client, "crashed")
            await registry.forget()
            assert await registry.trouble("town") == Trouble(0, None)
            assert await registry.crash("town", None, at(100)) == 1
            assert await registry.crash("town", at(90), at(95)) == 2
            assert await registry.crash("a:b", at(90), at(95)) == 1
            assert await registry.crash("town", at(100), at(120)) == 3
            assert await registry.trouble("town") == Trouble(3, at(120))

            assert await registry.crash("town", at(121), at(140)) == 1
            await registry.recovered("town")
            assert await registry.trouble("town") == Trouble(0, None)
            assert await registry.trouble("a:b") == Trouble(1, at(95))
            await registry.forget()

    asyncio.run(count())
