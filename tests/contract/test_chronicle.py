"""When accounts of incidents posted, in state: the same on every kind of server, taken up where it was, bounded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from support.chronicled import HOUR_MS, Kept, Seen, as_kept, naive, stream

from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.errors import FenceError
from pipeline.incidents.public import encode_event
from pipeline.replay import run
from pipeline.state import chronicle, keyword_bursts
from pipeline.state.chronicle import counted_keyword, read_activity
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from pipeline.config import Settings
    from pipeline.incidents.look import Look
    from pipeline.post import Line

OPTIONS = {"detection.band_slots": 4096, "bursts.cells": 4096, "incidents.quiet_s": 600, "incidents.cool_down_s": 600}
SETTINGS, _ = load_settings(options=OPTIONS, environment={})
LINES = stream(0, 1200, 60)
"""Twenty hours in which a campaign falls silent several times."""


async def applied(
    client: Redis,
    name: str,
    pieces: Sequence[tuple[int, bool]],
    *,
    settings: Settings = SETTINGS,
    lines: Sequence[Line] = LINES,
) -> tuple[Engine, list[Seen], list[bytes]]:
    """Lines applied up to each of some, by an engine of its own that keeps a chronicle or none.

    Returns the last engine, the looks and the events.
    """
    looks: list[Seen] = []
    events: list[bytes] = []

    def witness(look: Look) -> None:
        looks.append(Seen(look, engine.store.reached))

    done = 0
    for end, kept in pieces:
        engine = Engine(client, "s", settings, witness=witness, kept_as=name, chronicle=kept)
        await engine.start()
        async for step in run(engine, iter(lines[:end]), "t", done=done, batch_lines=50):
            events += map(encode_event, step.events)
        done = end
    if engine.chronicle:
        await engine.chronicle.write()
    return engine, looks, events


async def read(engine: Engine, names: Sequence[str]) -> dict[str, Kept]:
    found = {name: await read_activity(engine.store, name) for name in names}
    return {name: as_kept(activity) for name, activity in found.items() if activity}


def test_every_server_keeps_what_was_posted_and_a_restart_goes_on_with_it(server_url: str) -> None:
    async def compare() -> None:
        async with connect(server_url, 10) as client:
            engine, looks, _ = await applied(
                client, "whole", [(400, True), (401, True), (1000, True), (len(LINES), True)]
            )
            expected = naive(LINES, looks, SETTINGS)

            assert await read(engine, list(expected)) == expected

            assert len(expected) > 5
            assert await read_activity(engine.store, "inc_0000000000000000") is None
            await engine.store.drop()

    asyncio.run(compare())


def test_events_are_the_same_with_it(embedded_url: str) -> None:
    async def compare() -> None:
        async with connect(embedded_url, 10) as client:
            without, _, plain = await applied(client, "without", [(500, False), (len(LINES), False)])
            kept, _, told = await applied(client, "with", [(500, True), (len(LINES), True)])
            assert told == plain
            assert len(told) > 5
            assert not await client.exists(without.store.keys["chronicle"])
            await without.store.drop()
            await kept.store.drop()

    asyncio.run(compare())


def test_nothing_is_kept_where_nobody_follows_keywords(embedded_url: str) -> None:
    settings, _ = load_settings(options={**OPTIONS, "bursts.follow": False}, environment={})

    async def looked() -> None:
        async with connect(embedded_url, 10) as client:
            engine, looks, events = await applied(client, "unfollowed", [(len(LINES), True)], settings=settings)
            names = {each.look.decision.incident.incident_id for each in looks if each.look.decision.incident}
            assert events
            assert names
            assert await read(engine, sorted(names)) == {}
            await engine.store.drop()

    asyncio.run(looked())


def test_a_writer_that_was_left_behind_writes_nothing(embedded_url: str) -> None:
    async def behind() -> None:
        async with connect(embedded_url, 10) as client:
            engine, _, _ = await applied(client, "left", [(800, True)])
            stale = Engine(client, "s", SETTINGS, kept_as="left", chronicle=True)
            await stale.start()
            async for _ in run(engine, iter(LINES), "t", done=800):
                pass
            assert engine.chronicle
            await engine.chronicle.write()
            before = {name: await engine.store.items(name) for name in ("chronicle", "chronicle:hours")}
            with pytest.raises(FenceError, match="moved it"):
                await stale.store.keep_chronicle({"until": b"0"}, {"inc_0:1": b"old"})
            assert {name: await engine.store.items(name) for name in before} == before
            await engine.store.drop()

    asyncio.run(behind())


def test_what_passed_unseen_is_not_told_as_silence(embedded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that keeps no chronicle takes the stream on for a while, and one that does comes after it."""
    monkeypatch.setattr(keyword_bursts, "KEPT_AFTER", 50)
    settings, _ = load_settings(options={**OPTIONS, "incidents.quiet_s": 21_600}, environment={})

    async def looked() -> None:
        async with connect(embedded_url, 10) as client:
            pieces = [(600, True), (900, False), (len(LINES), True)]
            engine, looks, _ = await applied(client, "gap", pieces, settings=settings)
            whole = naive(LINES, looks, settings)
            found = await read(engine, list(whole))
            gap = (LINES[599].at, LINES[899].at - HOUR_MS - 10 * 60_000)
            assert any(since >= gap[1] for _, _, since, _, _, _ in found.values())
            for name, (_, _, since, until, posts, _) in found.items():
                assert until <= gap[0] or since >= gap[1]
                assert posts == [post for post in whole[name][4] if since <= post[0] < until]
            await engine.store.drop()

    asyncio.run(looked())


def test_of_too_many_incidents_those_that_were_followed_first_go(
    embedded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def looked() -> None:
        async with connect(embedded_url, 10) as client:
            engine, looks, _ = await applied(client, "few", [(500, True), (len(LINES), True)])
            expected = naive(LINES, looks, SETTINGS)
            found = await read(engine, list(expected))
            names = sorted(expected, key=lambda name: expected[name][3])[-3:]
            assert found == {name: expected[name] for name in names}
            hours = await engine.store.items("chronicle:hours")
            assert {field.decode().split(":")[0] for field in hours} == set(names)
            await engine.store.drop()

    monkeypatch.setattr(chronicle, "INCIDENTS", 3)
    asyncio.run(looked())


def test_the_first_keyword_that_posts_carry_is_counted() -> None:
    assert counted_keyword(["ferry", "#Ferry"], words=False) == ("#Ferry", counted_keyword(["#ferry"], words=True)[1])
    assert counted_keyword(["ferry", "#ferry"], words=True)[0] == "ferry"
    assert counted_keyword(["ferry"], words=False) == counted_keyword([], words=True) == ("", 0)
