"""Work that may be done twice, done again while a server fails."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final, TypeVar

from redis.exceptions import RedisError

from pipeline.errors import BrokerError, ServerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

RETRY_S: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds between tries; the last goes on."""

_TROUBLE: Final = (ServerError, BrokerError, RedisError, OSError)

T = TypeVar("T")

log = logging.getLogger(__name__)


async def persist(
    work: Callable[[], Awaitable[T]],
    retry_s: float,
    note: Callable[[], None],
    final: tuple[type[Exception], ...] = (),
) -> T:
    """Do something again and again while a server fails, for ``retry_s`` at most; ``note`` is called at each failure.

    Errors of ``final`` are raised at once, as is what is no trouble with a server.
    """
    until = time.monotonic() + retry_s
    tries = 0
    while True:
        try:
            return await work()
        except final:
            raise
        except _TROUBLE as error:
            pause = RETRY_S[min(tries, len(RETRY_S) - 1)]
            if time.monotonic() + pause > until:
                raise
            log.warning("trying again: %s", error)
            note()
            tries += 1
            await asyncio.sleep(pause)
