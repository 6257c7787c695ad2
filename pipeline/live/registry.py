"""What workers keep of a topic as a whole, in one HASH of the server: who lies where, what was lost, what crashed.

Fields: ``id`` -> the topic's id; ``stream:<name>`` -> partition and offset of its first record;
``replayed:<name>`` -> 1 for a stream of which something was sent by a replay;
``lost:<partition>:<offset>`` -> records lost from there on before they were read;
``crash:<stream>`` -> crashes over what lies before a position, and that position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.position import Position, decode_position

if TYPE_CHECKING:
    from redis.asyncio import Redis


class Place(msgspec.Struct, frozen=True):
    """Where a stream lies, and the offset of its first record."""

    partition: int
    first: int


class Trouble(msgspec.Struct, frozen=True):
    """How often a stream crashed over lines of which the last ends at ``end``."""

    times: int
    end: Position | None


class Registry:
    """The HASH of one topic."""

    def __init__(self, redis: Redis, topic: str) -> None:
        self._redis: Any = redis  # its stubs allow text replies; ours are bytes
        self._key = f"tw:{{topic:{topic}}}:live"

    async def known_id(self, topic_id: str) -> str:
        """Return the id under which the topic is known; an unknown topic is known from now on."""
        await self._redis.hsetnx(self._key, "id", topic_id)
        found: bytes = await self._redis.hget(self._key, "id")
        return found.decode()

    async def is_known(self) -> bool:
        """Whether anything is kept of the topic."""
        return bool(await self._redis.exists(self._key))

    async def forget(self) -> None:
        """Forget all of it."""
        await self._redis.delete(self._key)

    async def places(self) -> dict[str, Place]:
        """Return where each stream lies."""
        rows = await self._redis.hgetall(self._key)
        return {
            field.decode().removeprefix("stream:"): Place(*map(int, row.split(b":")))
            for field, row in rows.items()
            if field.startswith(b"stream:")
        }

    async def place(self, stream: str, partition: int, offset: int) -> Place:
        """Return where a stream lies; an unknown one lies here from now on."""
        field = f"stream:{stream}"
        await self._redis.hsetnx(self._key, field, f"{partition}:{offset}")
        row: bytes = await self._redis.hget(self._key, field)
        return Place(*map(int, row.split(b":")))

    async def is_replayed(self, stream: str) -> bool:
        """Whether something of a stream was sent by a replay."""
        return bool(await self._redis.hexists(self._key, f"replayed:{stream}"))

    async def replay(self, stream: str) -> None:
        """Note that something of a stream was sent by a replay."""
        await self._redis.hset(self._key, f"replayed:{stream}", "1")

    async def lost(self, partition: int) -> int:
        """Return how many records of a partition were lost so far."""
        rows = await self._redis.hgetall(self._key)
        prefix = f"lost:{partition}:".encode()
        return sum(int(row) for field, row in rows.items() if field.startswith(prefix))

    async def lose(self, partition: int, first: int, records: int) -> None:
        """Note how many records are lost from an offset on; told again, it counts once."""
        await self._redis.hset(self._key, f"lost:{partition}:{first}", records)

    async def trouble(self, stream: str) -> Trouble:
        """Return what a stream crashed over last, and has not passed yet."""
        row: bytes = await self._redis.hget(self._key, f"crash:{stream}") or b"0 "
        times, end = row.split(b" ", 1)
        return Trouble(int(times), decode_position(end))

    async def crash(self, stream: str, stands: Position | None, end: Position | None) -> int:
        """Count a crash between where a stream stands and the end of what was in hand; returns how many there were.

        One behind the end of those before is the first of something else: batches are cut otherwise each time, so the
        same line may crash at several places, but never behind an end.
        """
        before = await self.trouble(stream)
        if not before.times or (before.end is not None and stands is not None and stands > before.end):
            now = Trouble(1, end)
        else:
            now = Trouble(before.times + 1, max((e for e in (before.end, end) if e is not None), default=None))
        await self._redis.hset(
            self._key, f"crash:{stream}", b"%d %s" % (now.times, now.end.encode() if now.end else b"")
        )
        return now.times

    async def recovered(self, stream: str) -> None:
        """Forget what a stream crashed over: it is passed."""
        await self._redis.hdel(self._key, f"crash:{stream}")
