"""Health over HTTP: two pages, 200 or 503, with numbers, and a third with metrics."""

from __future__ import annotations

import time
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis
from support.servers import free_port

from pipeline.errors import UserError
from pipeline.live.status import Status
from pipeline.live.work import worker_health
from pipeline.metrics.worker import WorkerMetrics
from pipeline.sections import WorkerSection
from pipeline.state.client import connect


def served(status: Status, client: Redis, port: int = 0) -> AbstractAsyncContextManager[int]:
    return worker_health(status, WorkerMetrics(status), client, WorkerSection(health_port=port))


async def get(port: int, page: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{page}") as answer:
        return answer.status, await answer.json() if answer.content_type == "application/json" else None


async def test_a_worker_is_ready_once_partitions_are_assigned_and_redis_answers(embedded_url: str) -> None:
    status = Status(time.monotonic())
    async with connect(embedded_url, 5.0) as client, served(status, client) as at:
        before = await get(at, "/readyz")
        status.assigned([0], time.monotonic())
        after = await get(at, "/readyz")

    assert before == (503, {"ready": False, "reason": "the consumer group has assigned nothing yet"})
    assert after == (200, {"ready": True, "reason": None})


async def test_a_worker_without_redis_is_alive_but_not_ready() -> None:
    status = Status(time.monotonic())
    status.assigned([0], time.monotonic())
    async with (
        Redis(port=free_port(), retry_on_error=[]) as client,
        served(status, client) as port,
    ):
        code, told = await get(port, "/readyz")
        alive, _ = await get(port, "/healthz")

    assert (code, told["ready"], told["reason"][:6]) == (503, False, "redis:")
    assert alive == 200


async def test_a_stalled_worker_says_so_with_its_numbers() -> None:
    status = Status(0.0, stall_s=1.0)
    status.assigned([3], 0.0)
    status.progress(3, 5, 1_700_000_000_000, 0.0)
    status.ends(3, 8, 0.0)
    async with Redis(port=free_port()) as client, served(status, client) as port:
        code, told = await get(port, "/healthz")

    assert code == 503
    assert told["ok"] is False
    assert told["partitions"][0]["record_lag"] == 3
    assert told["reasons"][0].startswith("partition 3: 3 records wait, and none was done for ")


async def test_there_is_no_other_page() -> None:
    async with (
        Redis(port=free_port()) as client,
        served(Status(0.0), client) as port,
    ):
        assert [(await get(port, page))[0] for page in ("/", "/table/", "/router/")] == [404] * 3


async def test_a_port_in_use_is_named() -> None:
    async with (
        Redis(port=free_port()) as client,
        served(Status(0.0), client) as port,
    ):
        with pytest.raises(UserError, match=f"worker.health_port: 127.0.0.1:{port} cannot be bound"):
            async with served(Status(0.0), client, port):
                pass
