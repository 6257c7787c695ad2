"""How far each partition of the incidents was queued, kept beside the queues.

A server that comes back without its last second comes back without what was queued in it, and with this mark where it
was before: the topic is read again from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis.asyncio import Redis


class LostBehindError(ServerError):
    """The server lost what it had acknowledged: the topic has to be read again from where it stands now."""


class Reached:
    """The next offset of each partition, in a HASH."""

    def __init__(self, redis: Redis, topic: str, group: str) -> None:
        self._redis: Any = redis  # its stubs allow text replies; ours are bytes
        self._key = f"tw:{{notify:{topic}:{group}}}:reached"
        self._known: dict[int, int] = {}

    async def begin(self, ranges: Mapping[int, tuple[int, int]], stands: Mapping[int, int | None]) -> dict[int, int]:
        """Take partitions over, each with its first offset and the one after its last, and where the group stands.

        Returns where each has to be read from. Where nobody has read before it begins at the end: incidents of long ago
        are no news.
        """
        kept = {int(number): int(offset) for number, offset in (await self._redis.hgetall(self._key)).items()}
        self._known = {}
        for partition, (start, end) in ranges.items():
            marks = [mark for mark in (kept.get(partition), stands.get(partition)) if mark is not None]
            self._known[partition] = max(start, min(marks, default=end))
        await self._write(self._known)
        return dict(self._known)

    async def check(self) -> None:
        """Raise LostBehindError where the server knows less than was written to it."""
        kept = await self._redis.hgetall(self._key)
        for partition, offset in self._known.items():
            if int(kept.get(str(partition).encode(), -1)) < offset:
                raise LostBehindError(f"the server lost what was queued of partition {partition} before {offset}")

    async def note(self, offsets: Mapping[int, int]) -> None:
        """Keep up to where partitions are queued."""
        self._known |= offsets
        await self._write(offsets)

    async def _write(self, offsets: Mapping[int, int]) -> None:
        if offsets:
            await self._redis.hset(self._key, mapping={str(number): offset for number, offset in offsets.items()})
