"""One suite over every kind of server: embedded Valkey, Redis 7.0, a cluster of three nodes."""

from __future__ import annotations

import asyncio
import struct
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from support.swarm import evening

from pipeline.config import load_settings
from pipeline.detect.delays import BOUNDS
from pipeline.detect.replies import SAMPLE_LEAST
from pipeline.engine import Engine, script_settings
from pipeline.errors import FenceError, StateError
from pipeline.incidents.public import IncidentEvent, encode_event
from pipeline.post import Delete, Post, Tick
from pipeline.replay import position, run
from pipeline.simulate.stream import START_MS, simulate
from pipeline.state.client import connect
from pipeline.state.prune import prune
from pipeline.state.rows import NetworkRow, pack_network, unpack_object
from pipeline.state.store import Totals
from pipeline.state.streams import stored_streams

if TYPE_CHECKING:
    from pipeline.post import Line

SETTINGS, _ = load_settings(environment={})
DAY_MS = 86_400_000


def tick(at: int) -> Tick:
    return Tick(created_at="", at=at)


async def replayed(engine: Engine, lines: list[Line], batch: int = 200) -> list[IncidentEvent]:
    events: list[IncidentEvent] = []
    async for step in run(engine, iter(lines), "t", batch_lines=batch):
        events += [event for event in step.events if isinstance(event, IncidentEvent)]
    return events


def campaign(posts: int = 4000) -> list[Line]:
    return list(simulate(3, posts, share=0.1))


EXPECTED: dict[bool | str, str] = {}


@pytest.mark.parametrize("look_alikes", [False, True])
def test_every_server_tells_the_same_incidents(server_url: str, look_alikes: bool) -> None:
    settings, _ = load_settings(options={"detection.look_alikes": look_alikes}, environment={})

    async def told() -> tuple[str, list[IncidentEvent]]:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "same", settings)
            await engine.start()
            events = await replayed(engine, [*campaign(), tick(START_MS + 3 * DAY_MS)])
            await engine.store.drop()
            return sha256(b"\n".join(map(encode_event, events))).hexdigest(), events

    digest, events = asyncio.run(told())

    assert len(events) >= 2
    assert any(signal.signal == "alike-birth" for signal in events[-1].data.evidence) == look_alikes
    assert EXPECTED.setdefault(look_alikes, digest) == digest


def test_every_server_tells_the_same_swarm(server_url: str) -> None:
    settings, _ = load_settings(options={"detection.traces": "reply"}, environment={})

    async def told() -> list[IncidentEvent]:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "swarm", settings)
            await engine.start()
            events = await replayed(engine, list(evening(4, bots=True)))
            await engine.store.drop()
            return events

    events = asyncio.run(told())

    kinds = [event.data.kind for event in events]
    assert [kind for kind in kinds if kind != "keyword-burst"] == ["reply-swarm", "reply-swarm"]
    assert kinds.count("keyword-burst") == 2
    digest = sha256(b"\n".join(map(encode_event, events))).hexdigest()
    assert EXPECTED.setdefault("swarm", digest) == digest


def test_a_call_with_another_position_changes_nothing(server_url: str) -> None:
    async def conflict() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "conflict", SETTINGS)
            await engine.start()
            await replayed(engine, campaign(400))
            before = {key: await client.dump(key) for key in engine.store.keys.values()}
            gap = engine.prepare([(position("t", 900), tick(START_MS + DAY_MS))])
            other = Engine(client, "conflict", SETTINGS)
            other.store.position = position("t", 899)

            with pytest.raises(FenceError, match="somebody else has moved it"):
                await other.store.observe(gap)

            assert {key: await client.dump(key) for key in engine.store.keys.values()} == before
            await engine.store.drop()

    asyncio.run(conflict())


def test_a_decision_is_written_once_and_a_rival_one_is_refused(server_url: str) -> None:
    async def rivals() -> None:
        async with connect(server_url, 10) as client:
            store = Engine(client, "commit", SETTINGS).store
            await store.drop()
            await store.open("x", 1024, "live")
            change = ("inc_1", b"", b'{"revision":1}', b'{"event":1}')

            await store.commit("net:1", [change])
            await store.commit("net:1", [change])

            assert await store.events() == [b'{"event":1}']
            with pytest.raises(FenceError):
                await store.commit("net:1", [("inc_1", b"", b'{"other":1}', b'{"event":2}')])
            assert await store.events() == [b'{"event":1}']
            await store.drop()

    asyncio.run(rivals())


def test_edges_that_nobody_renews_die_and_networks_with_them(server_url: str) -> None:
    async def aged() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "aged", SETTINGS)
            await engine.start()
            await replayed(engine, campaign())
            assert await engine.store.items("nets")

            await engine.apply(engine.prepare([(b"t:0:99999:1", tick(START_MS + 120 * DAY_MS))]))

            for name in ("edges", "nets", "net:of", "net:members", "net:links", "kept", "kept:texts", "kept:authors"):
                assert await engine.store.items(name) == {}, name
            assert await engine.store.timer("prune") is None
            await engine.store.drop()

    asyncio.run(aged())


def deletion(post: str, at: int) -> Delete:
    return Delete(id=post, platform="x", created_at="", at=at)


def copies() -> list[Line]:
    """Five accounts that post four texts together."""
    texts = (
        "nobody in Harrowfen believes what the mayor tells us",
        "why does a loaf cost three times as much as last year",
        "they have closed our library and call it progress now",
        "ask the ferry crew who really pays for the new harbour",
    )
    return [
        Post(
            id=f"p{text}.{who}",
            platform="x",
            author_id=f"a{who}",
            text=words,
            created_at="",
            at=START_MS + 60_000 * text + 1000 * who,
        )
        for text, words in enumerate(texts)
        for who in range(5)
    ]


def test_a_deletion_is_known_with_its_delay_once_and_only_within_the_index_horizon(server_url: str) -> None:
    async def deleted() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "deleted", SETTINGS)
            await engine.start()
            lines = copies()
            last = lines[-1].at
            vanished = [
                deletion(f"p3.{who}", last + 1000 * delay) for who, delay in enumerate((1, 100, 100, 200, 9000))
            ]
            again = [deletion("p3.1", last + 9_000_000), deletion("p2.0", last + 20_000_000)]
            await replayed(engine, [*lines, *vanished, *again])

            (row,) = [
                row
                for number, form in (await engine.store.items("kept")).items()
                if (row := unpack_object(int(number), form)).deleted
            ]

            assert (row.posts, row.authors, row.deleted) == (5, 5, 5)
            assert len(row.members) == 5
            counts = {bound: count for bound, count in zip((*BOUNDS, None), row.delays, strict=True) if count}
            assert counts == {5: 1, 120: 2, 240: 1, None: 1}
            assert await engine.store.totals() == Totals(20, 5, ())
            assert (engine.counts["deletes"], engine.counts["duplicates"], engine.counts["unknown_deletes"]) == (
                5,
                1,
                1,
            )
            await engine.store.drop()

    asyncio.run(deleted())


def test_state_made_with_other_settings_is_refused_and_the_way_out_named(server_url: str) -> None:
    async def mismatch() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "mismatch", SETTINGS)
            await engine.start()
            changed, _ = load_settings(options={"detection.min_accounts": 9}, environment={})
            with pytest.raises(StateError, match="turfwatch state reset --stream mismatch"):
                await Engine(client, "mismatch", changed).start()
            await engine.store.drop()

    asyncio.run(mismatch())


def test_an_id_that_comes_again_once_it_is_forgotten_counts_once_in_the_sample(server_url: str) -> None:
    settings, _ = load_settings(options={"detection.traces": "reply"}, environment={})
    hour = settings.detection.index_horizon_s * 1000

    def said(number: int, word: str, at: int) -> Post:
        text = f"somebody said {word} on the market square of the town"
        return Post(id=f"p{number}", platform="x", author_id=f"a{number}", text=text, created_at="", at=START_MS + at)

    async def sampled() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "sample", settings)
            await engine.start()
            await replayed(engine, [said(0, "something", 0), said(0, "nothing", 3 * hour), said(0, "little", 6 * hour)])
            state = (await engine.store.items("sample:0"))[b"state"]

            assert struct.unpack("<BId", state)[:2] == (0, 1)
            assert [row & {"something", "nothing", "little"} for row in await engine.store.sampled_words()] == [
                {"little"}
            ]
            await engine.store.drop()

            engine = Engine(client, "sample", settings)
            await engine.start()
            first = [said(number, "something", number) for number in range(SAMPLE_LEAST)]
            again = [said(number, "nothing", 3 * hour + number) for number in range(3)]
            await replayed(engine, [*first, *again])
            words = await engine.store.sampled_words()

            assert len(words) == SAMPLE_LEAST
            assert sum("nothing" in row for row in words) == len(again)
            await engine.store.drop()

    asyncio.run(sampled())


def test_stored_streams_are_listed_with_what_is_known_of_them(server_url: str) -> None:
    async def listed() -> None:
        async with connect(server_url, 10) as client:
            assert await stored_streams(client) == []
            engine = Engine(client, "a: stream", SETTINGS)
            await engine.start("replay")
            await replayed(engine, campaign())
            await Engine(client, "b", SETTINGS).start("live")

            first, second = await stored_streams(client)

            assert (first.name, first.origin, first.incidents) == (engine.store.stream, "replay", 1)
            assert first.watermark == await engine.store.watermark()
            assert first.size > 1_000_000
            assert (second.name, second.origin, second.watermark, second.incidents) == ("b", "live", None, 0)
            await engine.store.drop()
            await Engine(client, "b", SETTINGS).store.drop()

    asyncio.run(listed())


def test_a_script_that_the_server_forgot_is_sent_again(server_url: str) -> None:
    async def forgotten() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "forgotten", SETTINGS)
            await engine.start()
            lines = campaign(400)
            await engine.apply(engine.prepare([(position("t", n), line) for n, line in enumerate(lines[:200])]))
            await client.script_flush()
            await engine.apply(engine.prepare([(position("t", n), line) for n, line in enumerate(lines[200:], 200)]))

            assert engine.counts["posts"] == 400
            await engine.store.drop()

    asyncio.run(forgotten())


def test_what_stands_is_at_least_what_was_told_and_telling_it_changes_nothing(server_url: str) -> None:
    async def standing() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "standing", SETTINGS)
            await engine.start()
            events = await replayed(engine, campaign())
            before = {key: await client.dump(key) for key in engine.store.keys.values()}

            (now,) = await engine.standing()

            last = events[-1].data
            assert now.data.incident_id == last.incident_id
            assert now.data.posts > last.posts
            assert now.data.accounts.members >= last.accounts.members
            assert {key: await client.dump(key) for key in engine.store.keys.values()} == before
            assert len(await engine.store.events()) == len(events)
            await engine.store.drop()

    asyncio.run(standing())


def test_an_edge_to_an_outsider_does_not_cost_a_network_its_number(server_url: str) -> None:
    async def pruned() -> None:
        async with connect(server_url, 10) as client:
            store = Engine(client, "outsider", SETTINGS).store
            await store.drop()
            await store.open("x", 1024, "live")
            first, second, third, outsider = (bytes([number]) * 8 for number in range(1, 5))
            edges: dict[Any, Any] = {first + second: 0, first + outsider: 16 * DAY_MS, second + third: 16 * DAY_MS}
            row = NetworkRow(3, 0, 4, 3, truncated=False, first=0, last=9 * DAY_MS)
            await client.hset(store.keys["meta"], "next_net", "1")
            await client.hset(store.keys["edges"], mapping=edges)
            await client.hset(store.keys["nets"], "1", pack_network(row))
            await client.hset(store.keys["net:members"], "1", first + second + third)
            await client.hset(store.keys["net:of"], mapping=dict.fromkeys((first, second, third), "1"))
            await client.hset(store.keys["net:incident"], "1", "inc_1")
            talks: dict[Any, Any] = {b"talker 1": outsider + third, b"talker 2": first}
            await client.hset(store.keys["talks"], mapping=talks)

            await prune(store, 10 * DAY_MS, 7 * DAY_MS, DAY_MS)

            assert await store.network_authors(1) == (second, third)
            assert await store.items("net:incident") == {b"1": b"inc_1"}
            assert set(await store.items("net:of")) == {second, third}
            assert await store.items("talks") == {b"talker 1": outsider + third}
            await store.drop()

    asyncio.run(pruned())


def test_who_shares_two_texts_in_one_call_is_counted_once_as_in_two(server_url: str) -> None:
    settings, _ = load_settings(environment={})
    later = int(str(script_settings(settings)["overlap_horizon"]))

    def shared(number: int, text: str, at: int) -> list[Post]:
        return [
            Post(id=f"{number}{who}", platform="x", author_id=who, text=text, created_at="", at=START_MS + at + number)
            for who in ("a", "b")
        ]

    begin = -START_MS % later
    lines = [
        *shared(1, "whoever crosses the old bridge by night hears the river complain", begin - 1000),
        *shared(2, "forty years of ferry tickets are kept in my grandmother's kitchen", begin),
        *shared(3, "please do not feed the gulls near our new tram stop, says a sign", begin),
    ]

    async def copiers(batch: int) -> bytes | None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "copiers", settings)
            await engine.start()
            async for _ in run(engine, iter(lines), "t", batch_lines=batch):
                pass
            meta = await engine.store.items("meta")
            await engine.store.drop()
            return meta[b"copiers"]

    assert asyncio.run(copiers(1)) == asyncio.run(copiers(100)) == b"2"
