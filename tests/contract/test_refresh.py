"""Alerts that end by themselves are told again while they are open; silences are kept for all notifiers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from pydantic import SecretStr
from support.alerts import incident

from pipeline.errors import UserError
from pipeline.notify.attempt import LASTS_S
from pipeline.notify.attempts import Outcome
from pipeline.notify.deliveries import Claimed, Deliveries
from pipeline.notify.delivery import new_delivery
from pipeline.notify.endpoint import read_endpoint
from pipeline.notify.formats.alertmanager import keeps_firing
from pipeline.notify.refresh import EVERY_S, tell_again
from pipeline.notify.sender import open_sender
from pipeline.notify.silences import KEPT_MS, MOST, Silence, Silences, read_matcher
from pipeline.sections import EndpointSection
from pipeline.state.client import connect

if TYPE_CHECKING:
    from pipeline.incidents.model import EventType, Status

T0 = 1_767_225_600_000


def test_what_is_open_is_told_again_before_it_ends_and_what_is_not_is_not(server_url: str) -> None:
    came: list[list[dict[str, Any]]] = []

    async def take(request: web.Request) -> web.Response:
        came.append(await request.json())
        return web.Response()

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/", take)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        section = EndpointSection(url=SecretStr(address), format="alertmanager", networks=("127.0.0.0/8",))
        endpoint = read_endpoint("am", section)
        async with connect(server_url, 10) as client, open_sender(endpoint.networks, 5) as sender:
            queue = Deliveries(client, "am", most_waiting=100, most_dead=100)
            steps: tuple[tuple[str, int, EventType, Status], ...] = (
                ("inc_open", 1, "incident.opened", "open"),
                ("inc_over", 1, "incident.opened", "open"),
                ("inc_over", 2, "incident.resolved", "resolved"),
            )
            for name, revision, told, status in steps:
                event = incident(name, revision, told, status=status, severity="warning")
                await queue.enqueue(new_delivery(event, "am", T0, 0), revision, "yes", T0)
                claimed = await queue.claim(T0, 1000, 0)
                assert isinstance(claimed, Claimed)
                await queue.settle(claimed, Outcome("delivered"), T0, 0.0, keep=keeps_firing(event))
            await tell_again(endpoint, queue, sender, lambda: T0)
            ((alert,),) = came
            assert alert["labels"]["incident_id"] == "inc_open"
            assert alert["endsAt"] == "2026-01-01T00:15:00.000Z"
            assert EVERY_S < LASTS_S / 2
        await runner.cleanup()

    asyncio.run(run())


def silence(number: int, end: int) -> Silence:
    return Silence(f"sil_{number}", (read_matcher("stream=town"),), "me", "why", 0, end)


def test_silences_are_kept_ended_and_in_the_end_forgotten(server_url: str) -> None:
    async def run() -> None:
        async with connect(server_url, 10) as client:
            kept = Silences(client)
            await kept.add(silence(1, 500), 100)
            await kept.add(silence(2, 400), 100)
            assert [each.silence_id for each in await kept.all()] == ["sil_2", "sil_1"]
            assert await kept.expire("sil_1", 300)
            assert not await kept.expire("sil_1", 300)
            assert not await kept.expire("sil_9", 300)
            assert not next(each for each in await kept.all() if each.silence_id == "sil_1").is_active(300)
            await kept.add(silence(3, KEPT_MS + 1000), 350 + KEPT_MS)
            assert [each.silence_id for each in await kept.all()] == ["sil_2", "sil_3"]
            for number in range(MOST - 2):
                await kept.add(silence(10 + number, 1000), 100)
            with pytest.raises(UserError, match="1,000 silences"):
                await kept.add(silence(4, 1000), 100)

    asyncio.run(run())
