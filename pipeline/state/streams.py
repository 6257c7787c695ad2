"""Which streams a server keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.incidents.model import Incident
from pipeline.state.keys import stream_keys

if TYPE_CHECKING:
    from redis.asyncio import Redis

_META = "tw:{*}:meta"


class StoredStream(msgspec.Struct, frozen=True):
    """A stream's state in short: what feeds it, its watermark in ms (None before the first line), bytes of its keys."""

    name: str
    origin: str
    watermark: int | None
    incidents: int
    size: int


async def stored_streams(redis: Redis) -> list[StoredStream]:
    """Return the streams of a server or cluster, by name; ``incidents`` counts the open ones."""
    return [await _stored(redis, name) for name in await stream_names(redis)]


async def stream_names(redis: Redis) -> list[str]:
    """Return the names of the streams of a server or cluster, sorted."""
    client: Any = redis  # its stubs allow text replies; ours are bytes
    return sorted({name_of(key) async for key in client.scan_iter(_META, count=1000)})


def name_of(meta_key: bytes) -> str:
    """Return the stream's name in its key."""
    return meta_key.decode().removeprefix("tw:{").removesuffix("}:meta")


async def _stored(client: Any, name: str) -> StoredStream:
    keys = stream_keys(name)
    origin, watermark = await client.hmget(keys["meta"], ["origin", "watermark"])
    forms = await client.hvals(keys["incidents"])
    sizes = [await client.memory_usage(key) or 0 for key in keys.values()]
    return StoredStream(
        name=name,
        origin=(origin or b"").decode(),
        watermark=None if watermark is None else int(watermark),
        incidents=sum(msgspec.json.decode(form, type=Incident).status == "open" for form in forms),
        size=sum(sizes),
    )
