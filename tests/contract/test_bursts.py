"""Keyword bursts in state: taken up where they were, told once, on every kind of server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from support.bursting import MINUTE_MS, START_MS, burst_of, chatter, in_order

from pipeline.bursts.said import unpack_kept
from pipeline.bursts.watch import ADD, Watch, write_watch
from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.errors import FenceError
from pipeline.incidents.public import IncidentEvent, decode_event, rfc3339
from pipeline.position import Position
from pipeline.post import Control
from pipeline.replay import run
from pipeline.state import keyword_bursts
from pipeline.state.client import connect

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from pipeline.bursts.burst import Moved
    from pipeline.incidents.public import Event
    from pipeline.post import Line

SETTINGS, _ = load_settings(
    options={"detection.band_slots": 4096, "bursts.cells": 4096, "watch.patterns": "glob:harb*"}, environment={}
)

FOLLOW = Control(
    action=ADD,
    created_at="",
    value=write_watch(Watch("re:mayor.*resigns", "the mayor", 3, 3.0)),
    at=START_MS + 160 * MINUTE_MS,
)
RESIGNS = burst_of(5, "the mayor of this town resigns", START_MS + 180 * MINUTE_MS, 5, 2)
STREAM: list[Line] = sorted(
    [
        *in_order(
            chatter(1, START_MS, 300),
            burst_of(2, "#ferry sank in the harbour", START_MS + 150 * MINUTE_MS, 60, 12),
            burst_of(6, "the mayor of this town resigns", START_MS + 100 * MINUTE_MS, 5, 2),
            RESIGNS,
        ),
        FOLLOW,
    ],
    key=lambda line: line.at,
)


async def told(client: Redis, stream: str, pieces: list[int], batch: int = 200) -> list[IncidentEvent]:
    """Events of the stream, applied up to each of some lines by an engine of its own."""
    done = 0
    for piece in [*pieces, len(STREAM)]:
        engine = Engine(client, "s", SETTINGS, kept_as=stream)
        await engine.start()
        async for step in run(engine, iter(STREAM[:piece]), "t", done=done, batch_lines=batch):
            done = step.done
    events = [decode_event(raw) for raw in await engine.store.events()]
    await engine.store.drop()
    return [event for event in events if isinstance(event, IncidentEvent)]


def test_a_restart_anywhere_tells_the_same_once(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def compare() -> None:
        async with connect(server_url, 10) as client:
            expected = await told(client, "whole", [])
            opened = [event for event in expected if event.type == "incident.opened"]
            assert {"#ferry", "glob:harb*"} <= {event.data.keywords[0] for event in expected}
            resigned = [event.data for event in opened if event.data.keywords[0] == "re:mayor.*resigns"]
            assert resigned
            assert all("'the mayor'" in data.summary for data in resigned)
            assert all(data.first_post_at > rfc3339(FOLLOW.at) for data in resigned)
            monkeypatch.setattr(keyword_bursts, "KEPT_AFTER", 50)
            for pieces in ([600], [100, 101, 640, 700, 860], list(range(13, len(STREAM), 97))):
                assert await told(client, "pieces", pieces, 37) == expected

    asyncio.run(compare())


def test_a_burst_that_goes_on_stands_as_it_is_and_a_witness_sees_all_that_moves(server_url: str) -> None:
    async def compare() -> None:
        async with connect(server_url, 10) as client:
            moved: list[Moved] = []
            engine = Engine(client, "standing", SETTINGS, burst_witness=moved.append)
            await engine.start()
            events: list[Event] = []
            until = START_MS + 164 * MINUTE_MS
            async for step in run(engine, (line for line in STREAM if line.at < until), "t", batch_lines=50):
                events += step.events
            shown = [event for event in events if isinstance(event, IncidentEvent)]
            told = {event.data.keywords[0]: event.data for event in shown}
            assert engine.keywords
            going = [each for each in engine.keywords.bursts if each.ended_at is None and each.revision]

            standing = await engine.standing()

            stands = {event.data.keywords[0]: event.data for event in standing}
            assert [(burst.keyword, stands[burst.keyword].posts) for burst in going] == [
                (name, burst.posts) for name, burst in zip(stands, going, strict=True)
            ]
            assert stands["#ferry"].posts > told["#ferry"].posts
            assert stands["#ferry"].status == "open"
            assert {event.type for event in standing} == {"incident.updated"}
            assert [(each.burst.burst_id, rfc3339(each.at)) for each in moved if each.burst.revision] == [
                (event.data.incident_id, event.timestamp) for event in shown
            ]
            assert [each.change for each in moved if not each.burst.revision] == ["opened"]
            await engine.store.drop()

    asyncio.run(compare())


def test_what_was_said_is_dropped_once_it_is_old_and_known(embedded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyword_bursts, "KEPT_AFTER", 50)

    async def kept() -> None:
        async with connect(embedded_url, 10) as client:
            engine = Engine(client, "dropped", SETTINGS)
            await engine.start()
            async for _ in run(engine, iter(STREAM), "t", batch_lines=20):
                pass
            _, rows = await engine.store.said()
            oldest = unpack_kept(rows[0])
            hours = (engine.store.reached - oldest.before) / (60 * MINUTE_MS)
            assert 1 <= hours < 1.6
            assert len(rows) < len(STREAM) / 20 / 2
            await engine.store.drop()

    asyncio.run(kept())


def test_nothing_is_kept_by_a_writer_that_was_left_behind(embedded_url: str) -> None:
    async def behind() -> None:
        async with connect(embedded_url, 10) as client:
            first, second = (Engine(client, "behind", SETTINGS) for _ in range(2))
            await first.start()
            await second.start()
            await first.apply(first.prepare([(Position("t", 0, 1, 0).encode(), STREAM[0])]))
            with pytest.raises(FenceError, match="moved it"):
                await second.store.keep_bursts(b"old", 0)
            assert await second.store.said() == (b"", (await first.store.said())[1])
            await first.store.drop()

    asyncio.run(behind())


def test_a_call_that_comes_again_counts_its_posts_once(embedded_url: str) -> None:
    """The reply of a call is lost: the client repeats it, and what was said stands there once."""

    async def again() -> None:
        async with connect(embedded_url, 10) as client:
            engine = Engine(client, "again", SETTINGS)
            await engine.start()
            lines = [*STREAM[:20], *STREAM[5:10]]
            batch = engine.prepare([(Position("t", 0, n, 0).encode(), line) for n, line in enumerate(lines)])
            done = await engine.store.observe(batch)
            engine.store.position = b""
            repeated = await engine.store.observe(batch)
            assert repeated.again == done.again == tuple(range(20, 25))
            assert len((await engine.store.said())[1]) == 1
            await engine.store.drop()

    asyncio.run(again())
