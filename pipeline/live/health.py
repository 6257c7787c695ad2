"""Health and metrics over HTTP: whether a process is alive and progressing, whether it can do its work, its numbers."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web
from prometheus_client.aiohttp import make_aiohttp_handler
from redis.exceptions import RedisClusterException, RedisError

from pipeline.errors import UserError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from prometheus_client import CollectorRegistry
    from redis.asyncio import Redis

    from pipeline.live.status import Health
    from pipeline.sections import NotifySection, WorkerSection

PING_S: Final = 2.0
"""Seconds that Redis may take to answer before a process counts as not ready."""

CLOSING_S: Final = 1.0
"""Seconds that a request may keep a process from ending."""


class Readiness(msgspec.Struct, frozen=True):
    """Whether a process can do its work, and what is in its way."""

    ready: bool
    reason: str | None


@contextlib.asynccontextmanager
async def health_server(
    health: Callable[[], Health],
    unready: Callable[[], str | None],
    registry: CollectorRegistry,
    redis: Redis,
    section: WorkerSection | NotifySection,
    table: str,
) -> AsyncIterator[int]:
    """Answer `/healthz` and `/readyz` with JSON, 200 or 503, and `/metrics`, on the address of a section.

    ``unready`` says what is in the way besides Redis, ``table`` names the section in the configuration. Yields the
    port, which is chosen where it is 0. Raises UserError where the address cannot be bound.
    """

    async def alive(_: web.Request) -> web.Response:
        found = health()
        return _answer(found, ok=found.ok)

    async def ready(_: web.Request) -> web.Response:
        reason = unready() or await _silent(redis)
        return _answer(Readiness(reason is None, reason), ok=reason is None)

    app = web.Application()
    metrics = make_aiohttp_handler(registry)
    app.add_routes([web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=CLOSING_S)
    await runner.setup()
    try:
        await _bind(runner, section, table)
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def _bind(runner: web.AppRunner, section: WorkerSection | NotifySection, table: str) -> None:
    host, port = section.health_host, section.health_port
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise UserError(
            f"{table}.health_host, {table}.health_port: {host}:{port} cannot be bound: "
            f"{error.strerror or error}; another port, or 0 for any that is free"
        ) from None


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
