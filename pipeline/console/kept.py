"""What the server keeps of streams and incidents, read for pages: nothing is changed, and no worker waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from pipeline.detect.allow import NOBODY, AllowList
from pipeline.detect.facts import NetworkFacts
from pipeline.engine import configured_allowed, script_settings
from pipeline.page.activity import Activity
from pipeline.state.chronicle import read_activity
from pipeline.state.incident_facts import facts_of
from pipeline.state.store import Store
from pipeline.state.streams import stream_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from pipeline.config import Settings

NAMES_S: Final = 5.0
"""Seconds for which the names of streams are taken as known: to find them, all keys are looked through."""

MOST_STORES: Final = 256


class Kept(msgspec.Struct, frozen=True, eq=False):
    """What is kept of an incident as of ``watermark`` (ms), 0 where nothing is kept of its stream."""

    watermark: int
    facts: NetworkFacts | None = None
    allowed: AllowList = NOBODY
    activity: Activity | None = None


class Reader:
    """Reads the server; ``clock`` tells seconds."""

    def __init__(self, redis: Redis, settings: Settings, clock: Callable[[], float]) -> None:
        self._redis: Any = redis
        self._scripts = script_settings(settings)
        self._configured = configured_allowed(settings)
        self._clock = clock
        self._stores: dict[str, Store] = {}
        self._names: tuple[float, list[str]] = (float("-inf"), [])

    async def streams(self) -> list[str]:
        """Return the names of the streams that are kept, as of some seconds ago."""
        at, names = self._names
        if self._clock() - at > NAMES_S:
            names = await stream_names(self._redis)
            self._names = self._clock(), names
        return names

    async def position(self, stream: str) -> bytes:
        """Return the line of a stream that was applied last, b"" where nothing is kept of it."""
        found: bytes | None = await self._redis.hget(self._store(stream).keys["meta"], "position")
        return found or b""

    async def watermark(self, stream: str) -> int | None:
        """Return a stream's watermark (ms), None where nothing is kept of it."""
        store = self._store(stream)
        return None if await store.origin() is None else await store.watermark()

    async def incident(self, stream: str, name: str) -> Kept:
        """Return what is kept of an incident now."""
        store = self._store(stream)
        watermark = await self.watermark(stream)
        if watermark is None:
            return Kept(0)
        facts, allowed = await facts_of(store, name, configured=self._configured) or (None, self._configured)
        return Kept(watermark, facts, allowed, await read_activity(store, name))

    def _store(self, stream: str) -> Store:
        if stream not in self._stores:
            if len(self._stores) >= MOST_STORES:
                del self._stores[next(iter(self._stores))]
            self._stores[stream] = Store(self._redis, stream, self._scripts)
        return self._stores[stream]
