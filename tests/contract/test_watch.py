"""The watch list in state: changed by control lines in their order, once each, on every kind of server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from pipeline.bursts.watch import ADD, MAX_WATCHES, REMOVE, Watch, write_watch
from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.errors import FenceError
from pipeline.position import Position
from pipeline.post import Control, Post, Tick
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.post import Line
    from pipeline.state.batch import Batch

SETTINGS, _ = load_settings(options={"detection.band_slots": 1024}, environment={})
START = 1_767_258_000_000


def control(action: str, watch: Watch, at: int = START) -> Control:
    return Control(action=action, created_at="", value=write_watch(watch), at=at)


def post(number: int) -> Post:
    text = f"the {number}. word on the market square of the town"
    return Post(id=f"p{number}", platform="x", author_id="a", text=text, created_at="", at=START + number)


CHANGES: list[Line] = [
    control(ADD, Watch("#ferry")),
    post(1),
    control(ADD, Watch("glob:tram*", "the tram", 5, 2.5)),
    control(REMOVE, Watch("#ferry")),
    control(REMOVE, Watch("never there")),
    control(ADD, Watch("#ferry", "again")),
    post(2),
    Control(action="pause", created_at="", value="#ferry", at=START + 3),
    control(ADD, Watch("паром", "Ф"), START - 3_600_000),  # late, but a line all the same
    control(REMOVE, Watch("glob:tram*")),
    control(ADD, Watch("glob:tram*")),
    Tick(created_at="", at=START + 9),
]
LEFT = [Watch("#ferry", "again"), Watch("glob:tram*"), Watch("паром", "Ф")]


def batch(engine: Engine, lines: Sequence[Line], first: int = 0) -> Batch:
    return engine.prepare([(Position("t", 0, first + n, 0).encode(), line) for n, line in enumerate(lines)])


@pytest.mark.parametrize("size", [1, 2, 5, len(CHANGES)])
def test_the_list_follows_the_order_of_lines_whatever_the_size_of_a_batch(server_url: str, size: int) -> None:
    async def followed() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "watch", SETTINGS)
            await engine.start()
            for at in range(0, len(CHANGES), size):
                await engine.apply(batch(engine, CHANGES[at : at + size], at))

            assert await engine.store.watched() == LEFT
            assert engine.counts["posts"] == 2
            await engine.store.drop()
            assert await engine.store.watched() == []

    asyncio.run(followed())


def test_lines_that_come_again_change_nothing(server_url: str) -> None:
    async def again() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "again", SETTINGS)
            await engine.start()
            whole = batch(engine, CHANGES)
            first = batch(engine, CHANGES[:5])
            await engine.apply(whole)
            stale = Engine(client, "again", SETTINGS)

            with pytest.raises(FenceError):
                await stale.store.observe(first)
            stale.store.position = b""
            assert (await stale.store.observe(whole)).applied == len(CHANGES)
            assert await engine.store.watched() == LEFT
            await engine.store.drop()

    asyncio.run(again())


def test_a_change_behind_a_timer_waits_for_what_is_to_be_looked_at_before(server_url: str) -> None:
    async def behind() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "behind", SETTINGS)
            await engine.start()
            await engine.apply(batch(engine, CHANGES[:2]))
            await client.zadd(engine.store.keys["timers"], {"prune": START + 1000})
            later = batch(engine, [control(REMOVE, Watch("#ferry"), START + 1000)], 2)

            assert (await engine.store.observe(later)).stop == "timer"
            assert await engine.store.watched() == [Watch("#ferry")]
            await client.zrem(engine.store.keys["timers"], "prune")
            assert (await engine.store.observe(later)).applied == 1
            assert await engine.store.watched() == []
            await engine.store.drop()

    asyncio.run(behind())


def test_a_full_list_takes_changes_of_what_it_holds_and_nothing_new(server_url: str) -> None:
    async def full() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "full", SETTINGS)
            await engine.start()
            added: list[Line] = [control(ADD, Watch(f"w{n:04d}")) for n in range(MAX_WATCHES + 1)]
            for at in range(0, len(added), 200):
                await engine.apply(batch(engine, added[at : at + 200], at))
            assert [each.pattern for each in await engine.store.watched()] == [f"w{n:04d}" for n in range(MAX_WATCHES)]

            changes = [control(ADD, Watch("w0000", "first")), control(REMOVE, Watch("w0001")), control(ADD, Watch("x"))]
            await engine.apply(batch(engine, changes, len(added)))

            held = await engine.store.watched()
            assert (held[0], held[-1], len(held)) == (Watch("w0000", "first"), Watch("x"), MAX_WATCHES)
            await engine.store.drop()

    asyncio.run(full())
