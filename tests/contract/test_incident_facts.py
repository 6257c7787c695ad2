"""What is read of an incident's network is what the engine itself holds of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pipeline.config import load_settings
from pipeline.detect.allow import AllowList
from pipeline.detect.assess import assess
from pipeline.engine import Engine
from pipeline.incidents.burst import KIND
from pipeline.replay import run
from pipeline.simulate.stream import simulate
from pipeline.state.client import connect
from pipeline.state.incident_facts import facts_of

if TYPE_CHECKING:
    from pipeline.detect.facts import NetworkFacts
    from pipeline.incidents.public import IncidentEvent

SETTINGS, _ = load_settings(environment={})
VOUCHED = AllowList(domains=frozenset({"example.org"}))


async def looked_at(url: str) -> list[tuple[IncidentEvent, tuple[NetworkFacts, AllowList] | None]]:
    """All that stands at the end of a replay, each with what is read of it."""
    async with connect(url, 10) as client:
        engine = Engine(client, "read", SETTINGS)
        await engine.start()
        async for _ in run(engine, iter(simulate(11, 6000)), "t"):
            pass
        bursts = engine.keywords.bursts if engine.keywords else ()
        found = [
            (event, await facts_of(engine.store, event.data.incident_id, configured=VOUCHED, bursts=bursts))
            for event in await engine.standing()
        ]
        assert await facts_of(engine.store, "inc_0000000000000000") is None
        await engine.store.drop()
        return found


def test_facts_read_of_an_incident_give_what_is_told_of_it(embedded_url: str) -> None:
    found = asyncio.run(looked_at(embedded_url))

    networks = [(event, read) for event, read in found if event.data.kind != KIND]
    assert networks
    for event, read in networks:
        assert read is not None
        facts, allowed = read
        held = assess(facts, allowed)
        assert (held.members, held.evidence, held.score) == (
            event.data.accounts.ids,
            event.data.evidence,
            event.data.score,
        )
        assert allowed == VOUCHED
    assert all(read is None for event, read in found if event.data.kind == KIND)
