"""How much state a stream has, as every kind of server tells it."""

from __future__ import annotations

import asyncio
from typing import Any

from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.replay import run
from pipeline.simulate.stream import simulate
from pipeline.state.client import connect
from pipeline.state.sizes import STORES, memory, sizes, waiting

SETTINGS, _ = load_settings(environment={"TURFWATCH_DETECTION_BAND_SLOTS": "65536"})


def test_entries_are_those_of_the_keys_and_bytes_are_about_theirs(server_url: str) -> None:
    async def looked() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "sizes", SETTINGS)
            await engine.store.drop()
            await engine.start()
            before = await sizes(client, "sizes")
            async for _ in run(engine, iter(simulate(3, 4000, share=0.1)), "t"):
                pass
            found = await sizes(client, "sizes")
            counter: Any = client
            keys = engine.store.keys
            pairs = [await counter.hlen(keys[name]) for name in ("pairs:0", "pairs:1")]
            held = [await counter.memory_usage(keys[name]) or 0 for name in ("pairs:0", "pairs:1")]
            events = len(await engine.store.events())

            assert tuple(found) == STORES
            assert before["bands"] == found["bands"]
            assert found["bands"][0] == SETTINGS.detection.band_slots
            assert found["bands"][1] >= 5 * SETTINGS.detection.band_slots
            assert before["pairs"] == (0, 0)
            assert found["pairs"][0] == sum(pairs) > 0
            assert 0.5 < found["pairs"][1] / sum(held) < 2
            assert await waiting(client, "sizes") == events > 0
            assert found["incidents"][0] > events
            used, limit = await memory(client)
            assert used > sum(size for _, size in found.values()) > 0
            assert limit == 0
            await engine.store.drop()
            assert {entries for entries, _ in (await sizes(client, "sizes")).values()} == {0}

    asyncio.run(looked())
