"""The queue of an endpoint on every kind of server: in order per incident, once per revision, nothing lost."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from random import Random
from typing import TYPE_CHECKING

import pytest
from support.alerts import incident

from pipeline.notify.attempts import RETURNED, Outcome
from pipeline.notify.deliveries import FAILURES, PAUSE_MS, Claimed, Deliveries
from pipeline.notify.delivery import new_delivery
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pipeline.notify.deliveries import Queued
    from pipeline.notify.filters import Wanted

T0 = 1_767_225_600_000
LEASE = 30_000
DELIVERED = Outcome("delivered")
NUMBERS = itertools.count()


class Queue:
    """An endpoint's queue that is new, with a clock of its own."""

    def __init__(self, deliveries: Deliveries) -> None:
        self.deliveries = deliveries
        self.now = T0

    async def put(self, name: str, revision: int, wanted: Wanted = "yes", hold_s: int = 0) -> Queued:
        not_before = self.now + 1000 * hold_s if hold_s else 0
        delivery = new_delivery(incident(name, revision), self.deliveries.endpoint, self.now, not_before)
        return await self.deliveries.enqueue(delivery, revision, wanted, self.now)

    async def claim(self, spacing_ms: int = 0) -> Claimed | int | None:
        return await self.deliveries.claim(self.now, LEASE, spacing_ms)

    async def claimed(self) -> Claimed:
        found = await self.claim()
        assert isinstance(found, Claimed), found
        return found

    async def settle(self, claimed: Claimed, outcome: Outcome = DELIVERED, keep: bool | None = None) -> str:
        return await self.deliveries.settle(claimed, outcome, self.now, 0.0, keep=keep)

    async def fail(self, times: int, wait: float = 5.0) -> None:
        for _ in range(times):
            found = await self.claim()
            while isinstance(found, int):
                self.now = found
                found = await self.claim()
            assert isinstance(found, Claimed)
            await self.settle(found, Outcome("again", "answered 503", wait))


@contextlib.asynccontextmanager
async def queue(url: str, most_waiting: int = 100, most_dead: int = 3) -> AsyncIterator[Queue]:
    async with connect(url, 10) as client:
        name = f"q{next(NUMBERS)}"
        yield Queue(Deliveries(client, name, most_waiting=most_waiting, most_dead=most_dead))


def shown(claimed: Claimed) -> tuple[str, int, int]:
    data = claimed.delivery.told.data
    assert claimed.delivery.delivery_id.startswith("msg_")
    return claimed.delivery.subject, data.revision, claimed.attempt


def test_an_incident_is_delivered_in_order_and_others_need_not_wait(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url) as q:
            assert [await q.put("inc_a", 1), await q.put("inc_a", 2), await q.put("inc_b", 1)] == ["queued"] * 3
            first, second = await q.claimed(), await q.claimed()
            assert [shown(first), shown(second)] == [("inc_a", 1, 1), ("inc_b", 1, 1)]
            assert await q.claim() is None  # the second event of a waits for its first
            assert await q.settle(first) == "settled"
            assert shown(await q.claimed()) == ("inc_a", 2, 1)
            assert (await q.deliveries.standing()).waiting == 2

    asyncio.run(run())


def test_a_revision_is_queued_once_and_one_that_is_not_wanted_never(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url) as q:
            assert await q.put("inc_a", 2) == "queued"
            assert [await q.put("inc_a", each) for each in (1, 2)] == ["known", "known"]
            assert await q.put("inc_a", 3, "no") == "unwanted"
            assert await q.put("inc_a", 3) == "known"
            # The end of an incident is for those who were told of it.
            assert await q.put("inc_a", 4, "end") == "queued"
            assert [await q.put("inc_b", 1, "no"), await q.put("inc_b", 2, "end")] == ["unwanted", "unwanted"]

    asyncio.run(run())


def test_what_fails_waits_for_its_time_and_keeps_its_id(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url) as q:
            await q.put("inc_a", 1)
            await q.put("inc_a", 2)
            first = await q.claimed()
            await q.settle(first, Outcome("again", "answered 503", 7.0))
            assert await q.claim() == T0 + 7000
            q.now += 7000
            again = await q.claimed()
            assert again.delivery == first.delivery
            assert again.attempt == 2
            assert (await q.deliveries.standing()).trouble == "answered 503"

    asyncio.run(run())


def test_a_claim_that_nobody_settles_runs_out(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url) as q:
            await q.put("inc_a", 1)
            lost = await q.claimed()
            q.now += LEASE
            taken = await q.claimed()
            assert taken.delivery == lost.delivery
            assert await q.settle(lost) == "stale"
            assert await q.settle(taken) == "settled"
            await q.put("inc_a", 2)
            broken_off = await q.claimed()
            await q.settle(broken_off, RETURNED)
            assert shown(await q.claimed()) == ("inc_a", 2, 1)

    asyncio.run(run())


def test_an_endpoint_that_fails_in_a_row_is_only_probed_until_it_is_back(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url) as q:
            for number in range(FAILURES):
                await q.put(f"inc_{number}", 1)
            await q.fail(FAILURES, wait=7200.0)
            await q.put("inc_new", 1)
            assert await q.claim() == q.now + PAUSE_MS
            q.now += PAUSE_MS
            probe = await q.claimed()
            assert shown(probe)[0] == "inc_new"
            assert isinstance(await q.claim(), int)  # nobody else while it is probed
            await q.settle(probe, Outcome("again", "no answer in time", 5.0))
            assert (await q.deliveries.standing()).closed_until == q.now + 2 * PAUSE_MS
            q.now += 2 * PAUSE_MS
            assert await q.settle(await q.claimed()) == "recovered"
            # What failed before need not wait for two hours.
            assert {shown(await q.claimed())[0] for _ in range(FAILURES)} == {f"inc_{n}" for n in range(FAILURES)}

    asyncio.run(run())


def test_an_endpoint_that_asks_to_be_left_alone_is(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url) as q:
            await q.put("inc_a", 1)
            await q.put("inc_b", 1)
            await q.settle(await q.claimed(), Outcome("again", "answered 429", 20.0, asked=20.0))
            assert await q.claim() == T0 + 20_000

    asyncio.run(run())


def test_attempts_keep_their_distance(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url) as q:
            await q.put("inc_a", 1)
            await q.put("inc_b", 1)
            assert isinstance(await q.claim(1000), Claimed)
            assert await q.claim(1000) == T0 + 1000

    asyncio.run(run())


def test_a_disabled_endpoint_keeps_what_waits_until_it_is_enabled(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url) as q:
            await q.put("inc_a", 1)
            await q.settle(await q.claimed(), Outcome("disabled", "answered 410"))
            assert await q.claim() is None
            assert await q.put("inc_b", 1) == "disabled"
            standing = await q.deliveries.standing()
            assert (standing.disabled, standing.missed, standing.waiting) == ("answered 410", 1, 1)
            assert await q.deliveries.enable()
            assert not await q.deliveries.enable()
            assert shown(await q.claimed()) == ("inc_a", 1, 1)

    asyncio.run(run())


def test_dead_letters_are_kept_shown_and_sent_again_with_their_id(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url, most_dead=2) as q:
            for number in range(3):
                q.now += 1
                await q.put(f"inc_{number}", 1)
                await q.settle(await q.claimed(), Outcome("dead", "answered 400"))
            letters = await q.deliveries.dead_letters(10)
            assert [(each.delivery.subject, each.why, each.attempts) for each in letters] == [
                ("inc_2", "answered 400", 1),
                ("inc_1", "answered 400", 1),
            ]
            assert await q.claim() is None
            assert await q.deliveries.dead_letter(letters[0].delivery.delivery_id) == letters[0]
            assert await q.deliveries.resend(letters[0], q.now)
            assert not await q.deliveries.resend(letters[0], q.now)
            assert (await q.claimed()).delivery == letters[0].delivery
            assert (await q.deliveries.standing()).dead == 1

    asyncio.run(run())


def test_what_is_too_much_becomes_a_dead_letter(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url, most_waiting=2) as q:
            assert [await q.put("inc_a", each) for each in (1, 2, 3)] == ["queued", "queued", "full"]
            standing = await q.deliveries.standing()
            assert (standing.waiting, standing.dead) == (2, 1)

    asyncio.run(run())


def test_what_was_held_back_is_told_by_what_comes_after_it(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url) as q:
            assert await q.put("inc_a", 1, hold_s=3600) == "queued"
            assert await q.claim() == T0 + 3_600_000
            assert await q.put("inc_a", 2, hold_s=3600) == "replaced"
            assert await q.put("inc_b", 1, hold_s=3600) == "queued"
            assert await q.put("inc_b", 2) == "replaced"  # so severe that it may not be held back
            found = await q.claimed()
            assert shown(found) == ("inc_b", 2, 1)
            assert await q.put("inc_b", 3, hold_s=3600) == "queued"
            await q.settle(found)
            assert await q.claim() == T0 + 3_600_000
            q.now += 3_600_000
            assert {shown(await q.claimed()), shown(await q.claimed())} == {("inc_a", 2, 1), ("inc_b", 3, 1)}
            assert (await q.deliveries.standing()).waiting == 2

    asyncio.run(run())


def test_open_incidents_are_remembered_where_they_have_to_be_told_again(server_url: str) -> None:
    async def run() -> None:
        async with queue(server_url) as q:
            await q.put("inc_a", 1)
            first = await q.claimed()
            assert await q.deliveries.alive() == []
            await q.settle(first, keep=True)
            assert await q.deliveries.alive() == [first.delivery.event]
            await q.put("inc_a", 2)
            await q.settle(await q.claimed(), keep=False)
            assert await q.deliveries.alive() == []
            assert await q.deliveries.takes_turn("refresh", 60_000)
            assert not await q.deliveries.takes_turn("refresh", 60_000)

    asyncio.run(run())


class Walk:
    """Events come, come again, are claimed, fail, arrive; claims run out."""

    def __init__(self, q: Queue, draw: Random) -> None:
        self.arrived: dict[str, list[int]] = {}
        self.last = dict.fromkeys((f"inc_{number}" for number in range(5)), 0)
        self._q, self._draw = q, draw
        self._held: list[Claimed] = []

    async def step(self) -> None:
        self._q.now += self._draw.randrange(3000)
        move = self._draw.random()
        if move < 0.35:
            await self._come()
        elif move < 0.7:
            await self._claim()
        elif self._held:
            await self._end(self._held.pop(self._draw.randrange(len(self._held))))

    async def _come(self) -> None:
        name = self._draw.choice(list(self.last))
        self.last[name] += 1
        assert await self._q.put(name, self.last[name]) == "queued"
        assert await self._q.put(name, self._draw.randint(1, self.last[name])) == "known"

    async def _claim(self) -> None:
        found = await self._q.claim()
        if isinstance(found, Claimed):
            theirs = {each.delivery.subject for each in self._held if each.until > self._q.now}
            assert found.delivery.subject not in theirs
            self._held.append(found)

    async def _end(self, one: Claimed) -> None:
        fate = self._draw.random()
        if fate < 0.2:
            return  # whoever had it died
        if fate < 0.5:
            await self._q.settle(one, Outcome("again", "no", self._draw.uniform(1, 20)))
        elif fate < 0.6:
            await self._q.settle(one, RETURNED)
        else:
            await self._arrive(one)

    async def _arrive(self, one: Claimed) -> None:
        if await self._q.settle(one) != "stale":
            self.arrived.setdefault(one.delivery.subject, []).append(one.delivery.told.data.revision)

    async def finish(self) -> None:
        while (await self._q.deliveries.standing()).waiting:
            found = await self._q.claim()
            if isinstance(found, Claimed):
                await self._arrive(found)
            else:
                self._q.now = found or self._q.now + LEASE


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_each_incident_arrives_whole_and_in_order(server_url: str, seed: int) -> None:
    async def run() -> None:
        async with queue(server_url, most_waiting=1000) as q:
            walk = Walk(q, Random(seed))
            for _ in range(300):
                await walk.step()
            await walk.finish()
            assert walk.arrived == {name: list(range(1, last + 1)) for name, last in walk.last.items() if last}

    asyncio.run(run())
