"""How far incidents were queued: where reading begins, and a server that has lost some of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pipeline.notify.reached import LostBehindError, Reached
from pipeline.state.client import connect

RANGES = {0: (5, 20), 1: (0, 7)}


def test_the_first_begins_at_the_end_and_the_next_where_it_was_left(server_url: str) -> None:
    async def run() -> None:
        async with connect(server_url, 10) as client:
            assert await Reached(client, "t1", "g").begin(RANGES, {0: None, 1: None}) == {0: 20, 1: 7}
            # Nothing was queued, and more has come: it is not passed over.
            assert await Reached(client, "t1", "g").begin({0: (5, 30), 1: (0, 9)}, {0: None, 1: None}) == {0: 20, 1: 7}
            assert await Reached(client, "t1", "other").begin(RANGES, {0: None, 1: None}) == {0: 20, 1: 7}

    asyncio.run(run())


def test_reading_begins_at_the_lower_of_two_marks_and_at_what_is_left(server_url: str) -> None:
    async def run() -> None:
        async with connect(server_url, 10) as client:
            reached = Reached(client, "t2", "g")
            await reached.begin(RANGES, {0: 10, 1: 3})
            await reached.note({0: 12})
            assert await reached.begin(RANGES, {0: 18, 1: 2}) == {0: 12, 1: 2}
            assert await reached.begin(RANGES, {0: 11, 1: 2}) == {0: 11, 1: 2}
            assert await reached.begin({0: (15, 20)}, {0: 11}) == {0: 15}

    asyncio.run(run())


def test_a_server_that_lost_what_was_queued_is_noticed(server_url: str) -> None:
    async def run() -> None:
        async with connect(server_url, 10) as client:
            reached = Reached(client, "t3", "g")
            await reached.begin(RANGES, {0: 10, 1: 3})
            await reached.check()
            before = await reached.begin(RANGES, {0: 10, 1: 3})
            await reached.note({0: 12})
            await reached.check()
            server: Any = client
            key = "tw:{notify:t3:g}:reached"
            await server.hset(key, "0", before[0])
            with pytest.raises(LostBehindError, match="partition 0 before 12"):
                await reached.check()
            await server.delete(key)
            with pytest.raises(LostBehindError):
                await reached.check()

    asyncio.run(run())
