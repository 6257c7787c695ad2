"""What is decided is written at once or not at all, on every kind of server: incidents, what waits, the digest."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from support.assessments import explained
from support.flood import flooded

from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.errors import FenceError
from pipeline.incidents.public import DigestEvent, IncidentEvent, encode_event
from pipeline.post import Tick
from pipeline.replay import run
from pipeline.state.client import connect
from pipeline.state.prune import prune

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from pipeline.incidents.public import Event
    from pipeline.post import Line
    from pipeline.state.batch import Batch
    from pipeline.state.store import Store

SETTINGS, _ = load_settings(options={"incidents.max_opened": 2, "incidents.flood_window_s": 180}, environment={})
HOUR_MS = 3_600_000
FLOODED: list[bytes] = []


@asynccontextmanager
async def fresh(url: str) -> AsyncIterator[Store]:
    async with connect(url, 10) as client:
        store = Engine(client, "commit", SETTINGS).store
        await store.drop()
        await store.open("x", 1024, "live")
        yield store
        await store.drop()


async def replayed(engine: Engine, lines: Sequence[Line]) -> list[Event]:
    events: list[Event] = []
    async for step in run(engine, iter(lines), "t"):
        events += step.events
    return events


def ended(lines: Sequence[Line], hours: int) -> list[Line]:
    return [*lines, Tick(created_at="", at=lines[-1].at + hours * HOUR_MS)]


def test_what_is_held_back_waits_with_its_timer_until_one_digest_frees_it(server_url: str) -> None:
    async def held() -> None:
        async with fresh(server_url) as store:
            await store.commit("net:1", [("inc_1", b"", b"a1", b"")], held={"inc_1": b"row 1"}, flood=(b"", b"f1", 90))
            await store.commit(
                "net:2", [("inc_2", b"", b"b1", b"")], held={"inc_2": b"row 2"}, flood=(b"f1", b"f2", 80)
            )

            assert await store.items("held") == {b"inc_1": b"row 1", b"inc_2": b"row 2"}
            assert (await store.flood(), await store.timer("digest"), await store.events()) == (b"f2", 80, [])

            freed = [("inc_1", b"a1", b"a2", b""), ("inc_2", b"b1", b"b2", b"")]
            for _ in range(2):  # the second is a call whose reply was lost
                await store.commit("digest", freed, digest=b"digest", flood=(b"f2", b"f3", 0))

            assert await store.events() == [b"digest"]
            assert await store.items("held") == {}
            assert (await store.flood(), await store.timer("digest")) == (b"f3", None)

    asyncio.run(held())


def test_a_decision_made_with_an_older_guard_is_refused_whole(server_url: str) -> None:
    async def rivals() -> None:
        async with fresh(server_url) as store:
            await store.commit("net:1", [("inc_1", b"", b"a1", b"event 1")], flood=(b"", b"f1", 0))

            with pytest.raises(FenceError):
                await store.commit("net:2", [("inc_2", b"", b"b1", b"event 2")], flood=(b"", b"f2", 70))

            assert await store.events() == [b"event 1"]
            assert await store.items("incidents") == {b"inc_1": b"a1"}
            assert (await store.flood(), await store.timer("digest")) == (b"f1", None)

    asyncio.run(rivals())


def test_one_that_is_told_by_itself_is_held_back_no_more(server_url: str) -> None:
    async def told() -> None:
        async with fresh(server_url) as store:
            await store.commit("net:1", [("inc_1", b"", b"a1", b"")], held={"inc_1": b"row"}, flood=(b"", b"f1", 90))

            await store.commit("net:1", [("inc_1", b"a1", b"a2", b"critical")], flood=(b"f1", b"f2", 0))

            assert await store.items("held") == {}
            assert (await store.events(), await store.timer("digest")) == ([b"critical"], None)

    asyncio.run(told())


def test_a_network_forgets_the_incident_that_a_decision_leaves_out(server_url: str) -> None:
    async def forgotten() -> None:
        async with fresh(server_url) as store:
            await store.commit("net:1", [("inc_1", b"", b"a1", b"e")], network=1, row=b"row", incident="inc_1")
            assert await store.items("net:incident") == {b"1": b"inc_1"}

            await store.commit("net:1", [], network=1, row=b"row")

            assert await store.items("net:incident") == {}

    asyncio.run(forgotten())


def test_the_daily_prune_lasts_as_long_as_a_digest_is_to_come(server_url: str) -> None:
    """The first edge of all starts it, and a stream with another timer looks as if it had edges."""

    async def pruned() -> None:
        async with fresh(server_url) as store:
            await store.commit("net:1", [("inc_1", b"", b"a1", b"")], held={"inc_1": b"r"}, flood=(b"", b"f1", 90))

            await prune(store, 50, 10, 20)
            assert await store.timer("prune") == 70

            await store.commit("digest", [("inc_1", b"a1", b"a2", b"")], digest=b"d", flood=(b"f1", b"f2", 0))
            await prune(store, 70, 10, 20)
            assert await store.timer("prune") is None

    asyncio.run(pruned())


def test_every_server_tells_the_same_digests_of_a_flood(server_url: str) -> None:
    async def told() -> list[Event]:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "flood", SETTINGS)
            await engine.start()
            events = await replayed(engine, ended(flooded(10), 12))
            assert await engine.store.events() == [encode_event(event) for event in events]
            assert await engine.store.items("held") == {}
            await engine.store.drop()
            return events

    events = asyncio.run(told())

    opened = [event.data.incident_id for event in events if event.type == "incident.opened"]
    digests = [event.data for event in events if isinstance(event, DigestEvent)]
    held = [each.incident_id for data in digests for each in data.incidents]
    resolved = [event.data.incident_id for event in events if event.type == "incident.resolved"]
    assert len(opened) == 2
    assert len(digests) >= 3
    assert all(data.total == len(data.incidents) for data in digests)
    assert digests[0].summary.startswith(f"{digests[0].total} incidents held back by the flood guard")
    assert Counter(opened + held) == Counter(resolved)
    assert Counter(Counter(opened + held).values()) == {1: 10}
    assert {event.data.revision for event in events if event.type == "incident.resolved"} == {2}
    encoded = [encode_event(event) for event in events]
    assert (FLOODED or encoded) == encoded
    FLOODED[:] = encoded


def test_what_stands_at_the_end_includes_what_is_held_back(server_url: str) -> None:
    async def standing() -> tuple[list[Event], list[IncidentEvent]]:
        async with connect(server_url, 10) as client:
            settings, _ = load_settings(
                options={"incidents.max_opened": 1, "incidents.flood_window_s": 3600}, environment={}
            )
            engine = Engine(client, "standing", settings)
            await engine.start()
            events = await replayed(engine, flooded(4))
            now = await engine.standing()
            await engine.store.drop()
            return events, now

    events, now = asyncio.run(standing())

    assert [event.type for event in events] == ["incident.opened"]
    assert sorted(event.type for event in now) == ["incident.opened"] * 3 + ["incident.updated"]


def test_a_suppressed_network_is_told_once_and_forgotten_in_silence(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.engine.assess", explained("app"))

    async def suppressed() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "suppressed", SETTINGS)
            await engine.start()
            lines = flooded(1)

            events = await replayed(engine, lines)
            (now,) = await engine.standing()

            assert [(event.type, event.data.revision) for event in events] == [("incident.suppressed", 1)]
            assert (now.type, now.data.status, now.data.incident_id) == (
                "incident.suppressed",
                "suppressed",
                events[0].data.incident_id if isinstance(events[0], IncidentEvent) else "",
            )
            assert now.data.suppressed is not None
            assert now.data.suppressed.reason == "app"
            end = Tick(created_at="", at=lines[-1].at + 31 * HOUR_MS)
            assert await engine.apply(engine.prepare([(b"t:0:99999:1", end)])) == []
            assert await engine.store.items("net:incident") == {}
            await engine.store.drop()

    asyncio.run(suppressed())


def test_a_network_that_nothing_explains_any_more_opens_under_its_id(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.engine.assess", explained("app", until=12))

    async def opened() -> list[Event]:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "explained", SETTINGS)
            await engine.start()
            events = await replayed(engine, flooded(1, more=3))
            await engine.store.drop()
            return events

    first, *later = (event for event in asyncio.run(opened()) if isinstance(event, IncidentEvent))

    assert (first.type, first.data.revision) == ("incident.suppressed", 1)
    assert (later[0].type, later[0].data.revision) == ("incident.opened", 2)
    assert later[0].data.incident_id == first.data.incident_id
    assert later[0].data.suppressed is None
    assert later[0].data.detected_at == later[0].timestamp


class Deaf(Engine):
    """Loses a cancellation as `asyncio.wait_for` of Python 3.11 does where it returns in the same turn of the loop."""

    batches = 0

    async def apply(self, batch: Batch, *, more: bool = False) -> list[Event]:
        self.batches += 1
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0)
        return await super().apply(batch, more=more)


def test_a_replay_ends_where_the_cancellation_was_lost(embedded_url: str) -> None:
    async def cancelled() -> None:
        async with connect(embedded_url, 10) as client:
            engine = Deaf(client, "deaf", SETTINGS)
            await engine.start(origin="replay")
            with pytest.raises(asyncio.CancelledError):
                await replayed(engine, [Tick(created_at="", at=hour * HOUR_MS) for hour in range(1, 400)])
            assert engine.batches == 1

    asyncio.run(cancelled())
