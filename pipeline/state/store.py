"""One stream's state behind typed calls: the only place that talks to the server."""

from __future__ import annotations

import struct
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

import msgpack
import msgspec

from pipeline.bursts.said import unpack_kept
from pipeline.bursts.watch import stored_watch
from pipeline.detect.allow import stored_entry
from pipeline.detect.baseline import Baseline
from pipeline.errors import FenceError, StateError
from pipeline.post import KEY_BYTES
from pipeline.state.keys import OBSERVED, SCHEMA, stream_keys
from pipeline.state.rows import NetworkRow, split_keys, unpack_baseline, unpack_network
from pipeline.state.script import Script, packed
from pipeline.timing import timed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from redis.asyncio import Redis

    from pipeline.bursts.watch import Watch
    from pipeline.detect.allow import Allowed
    from pipeline.state.batch import Batch
    from pipeline.timing import Timings

OBSERVE: Final = (
    *("places", "prelude", "generations", "seen", "objects", "profiles", "networks", "replies"),
    *("overlap", "baseline", "lookalikes", "control", "observe"),
)
COMMIT: Final = ("commit",)
PRUNE: Final = ("places", "prune")
TOLD: Final = ("told",)
KEEP: Final = ("keep",)
CHRONICLE: Final = ("chronicle",)

SLOT_BYTES: Final = 5
"""Bytes of a slot of the band table."""

_CHUNK = 1000


class Observed(msgspec.Struct, frozen=True):
    """What one call of the observe script did. ``item`` is what stopped it; ``watermark`` in ms.

    ``again``: numbers of the lines, from 0, whose posts were counted before.
    """

    applied: int
    position: bytes
    watermark: int
    stop: str
    item: str
    counts: dict[str, int]
    again: tuple[int, ...] = ()


class Totals(msgspec.Struct, frozen=True):
    """Counts of a stream since its first line.

    ``deleted``: posts deleted within the index horizon. ``answers``: answers to posts within it, by delay, in the bins
    of `pipeline.detect.delays`; only where replies are traces.
    """

    posts: int
    deleted: int
    answers: tuple[int, ...]


class Surroundings(msgspec.Struct, frozen=True):
    """What a network consists of and the stream around it: author keys and object numbers in the order of coming."""

    members: tuple[bytes, ...]
    objects: list[int]
    stream_authors: int
    totals: Totals
    baseline: Baseline


TOTALS: Final = ("posts", "deleted", "answers")
GENERATIONS: Final = ("now", "before")
COUNTS: Final = ("posts", "late", "duplicates", "edits", "deletes", "unknown_deletes", "clustered")


class Store:
    """The state of one stream, in keys of its name, or of the name that it is ``kept_as``.

    ``position`` is the line applied last, ``reached`` the watermark (ms) then, both as this writer knows them.
    ``calls`` is told how long scripts and reads take.
    """

    def __init__(
        self,
        redis: Redis,
        stream: str,
        script_settings: dict[str, object],
        kept_as: str | None = None,
        calls: Timings | None = None,
    ) -> None:
        if not stream or any(c in stream for c in "{}\0"):
            raise StateError(f"a stream's name has no braces and is not empty: {stream!r}")
        self.stream = stream
        self.keys = stream_keys(kept_as or stream)
        self.position = b""
        self.reached = 0
        self._redis: Any = redis
        self._settings = packed(script_settings)
        self._calls = calls
        self._observe, self._commit, self._prune, self._told, self._keep, self._chronicle = (
            Script(redis, parts, calls=calls) for parts in (OBSERVE, COMMIT, PRUNE, TOLD, KEEP, CHRONICLE)
        )
        self._observed_keys = list(self.keys.values())[:OBSERVED]
        self._commit_keys = [
            self.keys[name]
            for name in (
                *("meta", "nets", "net:incident", "timers", "due"),
                *("incidents", "events", "held", "flood", "answers"),
            )
        ]

    async def origin(self) -> str | None:
        """Return what feeds the stream, "replay" or "live"; None for a new stream."""
        found = await self._redis.hget(self.keys["meta"], "origin")
        return None if found is None else found.decode()

    async def open(self, settings_hash: str, slot_count: int, origin: str) -> bytes:
        """Take the stream's state up; returns the position applied last, b'' for a new stream.

        Raises StateError where the state was made by another schema or with other settings.
        """
        meta = self.keys["meta"]
        wanted = [str(SCHEMA).encode(), settings_hash.encode()]
        asked = ["schema", "settings", "position", "watermark"]
        schema, settings, position, watermark = await self._redis.hmget(meta, asked)
        if schema is None:
            # The whole table at once: growing it slot by slot would copy it again and again.
            await self._redis.setrange(self.keys["bands"], SLOT_BYTES * slot_count - 1, b"\0")
            await self._redis.hset(meta, mapping={"schema": wanted[0], "settings": wanted[1], "origin": origin})
        elif [schema, settings] != wanted:
            what = "another version of turfwatch" if schema != wanted[0] else "other settings"
            raise StateError(
                f"the state of stream {self.stream!r} was made with {what}; "
                f"delete it with: turfwatch state reset --stream {self.stream}"
            )
        self.position = position or b""
        self.reached = int(watermark or 0)
        return self.position

    async def observe(self, batch: Batch) -> Observed:
        """Apply a batch as far as the next thing that is due.

        A reply may be lost and the client repeat the call: then the position shows how far the first one came, and
        what it made due stands in the due set. Raises FenceError where the position is nobody's of this batch.
        """
        lines = [b"".join(batch.lines), batch.block]
        reply = await self._observe(self._observed_keys, [self.position, self._settings, *lines])
        if reply[0] == b"conflict":
            applied = batch.applied_until(reply[1])
            if applied is None:
                raise FenceError(
                    f"stream {self.stream!r} stands at {reply[1].decode()!r}, "
                    f"this writer expected {self.position.decode()!r}: somebody else has moved it"
                )
            self.position = reply[1]
            kept = await self._redis.lindex(self.keys["said"], -1) if batch.said else None
            again = unpack_kept(kept).again if kept else ()
            return Observed(applied, self.position, await self.watermark(), "due", "", {}, again)
        self.position, self.reached = reply[2], int(reply[3])
        again = struct.unpack(f"<{len(reply[6]) // 2}H", reply[6])
        counts = dict(zip(COUNTS, reply[7:], strict=True))
        return Observed(reply[1], reply[2], self.reached, reply[4].decode(), reply[5].decode(), counts, again)

    async def commit(
        self,
        item: str,
        changes: Sequence[tuple[str, bytes, bytes, bytes]],
        *,
        network: int | None = None,
        row: bytes = b"",
        incident: str = "",
        look_at: int = 0,
        held: Mapping[str, bytes] | None = None,
        digest: bytes = b"",
        flood: tuple[bytes, bytes, int] | None = None,
    ) -> None:
        """Write what was decided, all or nothing. Raises FenceError where another writer was faster.

        ``changes``: incident id, stored form before (b"" for none) and after, event (b"" for none). ``held``: what a
        digest is to tell of those held back. ``flood``: the guard as read, as it is to be, ms of the digest or 0.
        """
        wanted = {
            "changes": changes,
            "held": held or {},
            "digest": digest,
            "flood": flood,
            "network": "" if network is None else str(network),
            "row": row,
            "incident": incident,
            "look_at": look_at,
        }
        reply = await self._commit(self._commit_keys, [self.position, item, packed(wanted)])
        if reply == b"conflict":
            raise FenceError(f"stream {self.stream!r}: {item} was decided by somebody else meanwhile")

    async def prune(self, wanted: dict[str, object]) -> None:
        """Write networks as rebuilt from living edges. Raises FenceError where another writer was faster."""
        keys = [*self._observed_keys]
        reply = await self._prune(keys, [self.position, packed(wanted)])
        if reply == b"conflict":
            raise FenceError(f"stream {self.stream!r}: networks were rebuilt by somebody else meanwhile")

    async def due(self) -> list[str]:
        """Return what has to be evaluated, in order of event time and name."""
        return [item.decode() for item in await self._redis.zrange(self.keys["due"], 0, -1)]

    async def timer(self, item: str) -> int | None:
        """Return the event time (ms) at which something is to be looked at, or None."""
        score = await self._redis.zscore(self.keys["timers"], item)
        return None if score is None else int(score)

    async def watermark(self) -> int:
        """Return the watermark in ms; 0 for a new stream."""
        return int(await self._redis.hget(self.keys["meta"], "watermark") or 0)

    async def next_network(self) -> int:
        """Return the number given to a network last."""
        return int(await self._redis.hget(self.keys["meta"], "next_net") or 0)

    async def network(self, number: int) -> NetworkRow | None:
        """Return a network's state, or None where it has merged or died."""
        row = await self._redis.hget(self.keys["nets"], str(number))
        return None if row is None else unpack_network(row)

    async def surroundings(self, number: int) -> Surroundings:
        """Return what a network consists of and the stream around it, in one round trip."""
        asked = self._redis.pipeline(transaction=False)
        asked.hget(self.keys["net:members"], str(number))
        asked.hget(self.keys["net:objects"], str(number))
        asked.hmget(self.keys["meta"], TOTALS)
        asked.hmget(self.keys["baseline"], GENERATIONS)
        for name in ("authors:0", "authors:1"):
            asked.hlen(self.keys[name])
        with timed(self._calls, "read"):
            members, objects, totals, baseline, *counts = await asked.execute()
        return Surroundings(
            split_keys(members or b""), _numbers(objects), sum(counts), _totals(totals), unpack_baseline(baseline)
        )

    async def network_authors(self, number: int) -> tuple[bytes, ...]:
        """Return the author keys of a network in the order of joining."""
        return split_keys(await self._redis.hget(self.keys["net:members"], str(number)) or b"")

    async def network_objects(self, number: int) -> list[int]:
        """Return the object numbers of a network in the order of attaching."""
        return _numbers(await self._redis.hget(self.keys["net:objects"], str(number)))

    async def network_incidents(self, number: int) -> list[tuple[str, bytes]]:
        """Return ids and stored forms of a network's incidents."""
        row = await self._redis.hget(self.keys["net:incident"], str(number)) or b""
        ids = [name.decode() for name in row.split()]
        forms = await self.fields("incidents", ids)
        return [(name, form) for name, form in zip(ids, forms, strict=True) if form is not None]

    async def flood(self) -> bytes:
        """Return the stored form of the flood guard, b'' where it has never spoken."""
        form: bytes | None = await self._redis.get(self.keys["flood"])
        return form or b""

    async def fields(self, name: str, fields: Sequence[str | bytes]) -> list[bytes | None]:
        """Return values of a HASH in the order asked for, in bounded calls."""
        (values,) = await self.read([(name, fields)])
        return values

    async def read(self, wanted: Sequence[tuple[str, Sequence[str | bytes]]]) -> list[list[bytes | None]]:
        """Return values of HASHes as asked for by name and fields, in bounded calls of one round trip."""
        asked, counts = self._redis.pipeline(transaction=False), []
        for name, fields in wanted:
            chunks = range(0, len(fields), _CHUNK)
            for at in chunks:
                asked.hmget(self.keys[name], fields[at : at + _CHUNK])
            counts.append(len(chunks))
        with timed(self._calls, "read"):
            rows = iter(await asked.execute())
        return [list(chain.from_iterable(islice(rows, count))) for count in counts]

    async def items(self, name: str) -> dict[bytes, bytes]:
        """Return a whole HASH sorted by field, read in bounded calls."""
        found = {field: value async for field, value in self._redis.hscan_iter(self.keys[name], count=_CHUNK)}
        return dict(sorted(found.items()))

    async def watched(self) -> list[Watch]:
        """Return what an operator follows in the stream, as of the line applied last, ordered by pattern."""
        return [stored_watch(value) for value in (await self.items("watch")).values()]

    async def allowed(self) -> list[Allowed]:
        """Return whom an operator vouches for in the stream, as of the line applied last, ordered by kind and value."""
        return [stored_entry(value) for value in (await self.items("allow")).values()]

    async def said(self) -> tuple[bytes, list[bytes]]:
        """Return what was known of keywords, b"" for nothing, and what lines said before and since, oldest first."""
        asked = self._redis.pipeline(transaction=False)
        asked.get(self.keys["bursts"])
        asked.lrange(self.keys["said"], 0, -1)
        snapshot, blocks = await asked.execute()
        return snapshot or b"", blocks

    async def keep_bursts(self, snapshot: bytes, dropped: int) -> None:
        """Keep what is known of keywords now, and drop the oldest blocks. Raises FenceError where another is ahead."""
        keys = [self.keys[name] for name in ("meta", "bursts", "said")]
        if await self._keep(keys, [self.position, snapshot, dropped]) == b"conflict":
            raise FenceError(f"stream {self.stream!r}: somebody else has moved it")

    async def keep_chronicle(self, heads: Mapping[str, bytes], hours: Mapping[str, bytes]) -> None:
        """Write fields, b"" to delete one, all or nothing. Raises FenceError where another writer is ahead."""
        keys = [self.keys[name] for name in ("meta", "chronicle", "chronicle:hours")]
        rows = chain.from_iterable((*heads.items(), *hours.items()))
        if await self._chronicle(keys, [self.position, len(heads), *rows]) == b"conflict":
            raise FenceError(f"stream {self.stream!r}: somebody else has moved it")

    async def totals(self) -> Totals:
        """Return what the stream counts since its first line."""
        return _totals(await self._redis.hmget(self.keys["meta"], TOTALS))

    async def sampled_words(self) -> tuple[frozenset[str], ...]:
        """Return the words of each post of a fair sample of the last index horizons; of an id told twice, the later."""
        newer = int(await self._redis.hget(self.keys["meta"], "sample_generation") or 0) % 2
        rows = await self.items(f"sample:{1 - newer}") | await self.items(f"sample:{newer}")
        return tuple(frozenset(row.decode().split()) for key, row in rows.items() if len(key) == KEY_BYTES)

    async def events(self, start: int = 0) -> list[bytes]:
        """Return the stream's events from the ``start``-th on, in the order of their making."""
        events: list[bytes] = await self._redis.lrange(self.keys["events"], start, -1)
        return events

    async def outbox(self) -> tuple[int, list[bytes]]:
        """Return how many events were told before, and those that are to be told, oldest first."""
        told = await self._redis.hget(self.keys["meta"], "told")
        return int(told or 0), await self.events()

    async def told(self, before: int, count: int) -> bool:
        """Take the oldest ``count`` events out of the outbox; False where another writer did so since it was read."""
        reply = await self._told([self.keys["meta"], self.keys["events"]], [before, count])
        return bool(reply == b"ok")

    async def leave_due(self) -> None:
        """Forget what is due: where its evaluation fails again and again, nothing else would be done any more."""
        await self._redis.delete(self.keys["due"])

    async def drop(self) -> None:
        """Delete all keys of the stream."""
        await self._redis.delete(*self.keys.values())


def _numbers(row: bytes | None) -> list[int]:
    return [] if row is None else list(struct.unpack(f"<{len(row) // 4}I", row))


def _totals(row: Sequence[bytes | None]) -> Totals:
    posts, deleted, answers = row
    return Totals(int(posts or 0), int(deleted or 0), tuple(msgpack.unpackb(answers)) if answers else ())
