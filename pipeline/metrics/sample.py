"""What has to be asked for is sampled in the background. Whatever goes wrong with it hurts nobody."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.state.sizes import memory

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from redis.asyncio import Redis

    from pipeline.metrics.process import About

OFTEN_S: Final = 15.0
SELDOM_S: Final = 60.0

LASTS_S: Final = 30.0
"""Seconds after which a sample is given up."""

log = logging.getLogger(__name__)


class Sample(msgspec.Struct, frozen=True):
    """Something to be looked at every so many seconds, the first time at once."""

    name: str
    every_s: float
    look: Callable[[], Awaitable[None]]


@contextlib.asynccontextmanager
async def sampling(samples: Sequence[Sample]) -> AsyncIterator[None]:
    """Look at things meanwhile."""
    tasks = [asyncio.create_task(_again_and_again(each)) for each in samples]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def memory_sample(about: About, redis: Redis) -> Sample:
    """Return what looks at the memory of the server."""

    async def look() -> None:
        about.memory = await memory(redis)

    return Sample("memory of redis", SELDOM_S, look)


async def _again_and_again(sample: Sample) -> None:
    fails = False
    while True:
        try:
            async with asyncio.timeout(LASTS_S):
                await sample.look()
            fails = False
        except Exception as error:  # noqa: BLE001 - a gap in a graph is all that may come of it
            if not fails:
                log.warning("metrics: %s cannot be looked at for now: %r", sample.name, error)
            fails = True
        await asyncio.sleep(sample.every_s)
