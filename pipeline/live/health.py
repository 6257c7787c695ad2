"""Health over HTTP: whether a worker is alive and progressing, and whether it can do its work."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web
from redis.exceptions import RedisClusterException, RedisError

from pipeline.errors import UserError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

    from pipeline.live.status import Status
    from pipeline.sections import WorkerSection

PING_S: Final = 2.0
"""Seconds that Redis may take to answer before the worker counts as not ready."""

CLOSING_S: Final = 1.0
"""Seconds that a request may keep a worker from ending."""


class Readiness(msgspec.Struct, frozen=True):
    """Whether a worker can do its work, and what is in its way."""

    ready: bool
    reason: str | None


@contextlib.asynccontextmanager
async def health_server(status: Status, redis: Redis, worker: WorkerSection) -> AsyncIterator[int]:
    """Answer `/healthz` and `/readyz` with JSON, 200 or 503, and yield the port, which is chosen where it is 0.

    Raises UserError where the address cannot be bound.
    """

    async def alive(_: web.Request) -> web.Response:
        health = status.health(time.monotonic(), time.time_ns() // 1_000_000)
        return _answer(health, ok=health.ok)

    async def ready(_: web.Request) -> web.Response:
        reason = status.unready() or await _silent(redis)
        return _answer(Readiness(reason is None, reason), ok=reason is None)

    app = web.Application()
    app.add_routes([web.get("/healthz", alive), web.get("/readyz", ready)])
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=CLOSING_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, worker.health_host, worker.health_port).start()
        except OSError as error:
            raise UserError(
                f"worker.health_host, worker.health_port: {worker.health_host}:{worker.health_port} cannot be bound: "
                f"{error.strerror or error}; another port, or 0 for any that is free"
            ) from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def _silent(redis: Redis) -> str | None:
    """Return why Redis does not answer, None where it does."""
    client: Any = redis  # its stubs leave open whether a command is awaited
    try:
        async with asyncio.timeout(PING_S):
            await client.ping()
    except TimeoutError:
        return f"redis: no answer within {PING_S:g} s"
    except (RedisError, RedisClusterException, OSError) as error:
        return f"redis: {error}"
    return None


def _answer(body: msgspec.Struct, *, ok: bool) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=200 if ok else 503, content_type="application/json")
