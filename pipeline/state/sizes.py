"""How much state a stream has, in a few bounded calls: nothing is read through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from redis.asyncio import RedisCluster

from pipeline.state.keys import KEYS, stream_keys

if TYPE_CHECKING:
    from redis.asyncio import Redis

SAMPLES: Final = 5
"""Entries of a key that its size is estimated from."""

_SLOT_BYTES: Final = 5

_STORES: Final = {
    "bands": ("bands",),
    "objects": ("objects", "names", "crowd", "groups", "sizes", "overlaps", "alike", "named", "kept"),
    "texts": ("texts", "kept:texts"),
    "authors": ("authors", "history", "talks", "kept:authors"),
    "seen": ("seen",),
    "pairs": ("pairs",),
    "edges": ("edges",),
    "networks": ("nets", "net:of", "net:members", "net:objects", "net:links", "net:profile", "net:incident"),
    "incidents": ("incidents", "events", "held", "flood", "answers"),
    "said": ("said", "bursts"),
    "chronicle": ("chronicle", "chronicle:hours"),
    "baseline": ("baseline", "tags"),
}
"""Keys of each store, by what is before the number of their generation."""

_STORE_OF: Final = {name: store for store, names in _STORES.items() for name in names}

STORES: Final = (*_STORES, "other")
"""What state is told apart by; every key belongs to one of them."""


def store_of(name: str) -> str:
    """Return the store that a key of the schema belongs to."""
    return _STORE_OF.get(name.removesuffix(":0").removesuffix(":1"), "other")


async def sizes(redis: Redis, stream: str) -> dict[str, tuple[int, int]]:
    """Return entries and bytes of each store of a stream, in one round trip."""
    client: Any = redis  # its stubs allow text replies; ours are bytes
    asked = client.pipeline(transaction=False)
    for name, key in stream_keys(stream).items():
        _ask_entries(asked, _kind_of(name), key)
        asked.memory_usage(key, samples=SAMPLES)
    replies = await asked.execute()
    found = dict.fromkeys(STORES, (0, 0))
    for name, entries, size in zip(KEYS, replies[::2], replies[1::2], strict=True):
        store = store_of(name)
        had, held = found[store]
        found[store] = had + (entries // _SLOT_BYTES if name == "bands" else entries), held + (size or 0)
    return found


async def waiting(redis: Redis, stream: str) -> int:
    """Return how many events of a stream are not told yet."""
    client: Any = redis
    return int(await client.llen(stream_keys(stream)["events"]))


async def memory(redis: Redis) -> tuple[int, int]:
    """Return the bytes that a server uses and may use, 0 for all there are; of a cluster those of its fullest."""
    client: Any = redis
    if isinstance(client, RedisCluster):
        rows = list((await client.info("memory", target_nodes=RedisCluster.PRIMARIES)).values())
    else:
        rows = [await client.info("memory")]
    return max((int(row["used_memory"]), int(row.get("maxmemory", 0))) for row in rows)


def _kind_of(name: str) -> str:
    """Return the type of a key: the first word of what the schema says of its even generation."""
    even = f"{name.removesuffix(':1')}:0"
    return KEYS[even if even in KEYS else name].split(maxsplit=1)[0]


def _ask_entries(asked: Any, kind: str, key: str) -> None:
    """Ask for the entries of a key; a value of its own counts one, the band table its slots."""
    if kind == "HASH":
        asked.hlen(key)
    elif kind == "ZSET":
        asked.zcard(key)
    elif kind == "LIST":
        asked.llen(key)
    elif key.endswith(":bands"):
        asked.strlen(key)
    else:
        asked.exists(key)
