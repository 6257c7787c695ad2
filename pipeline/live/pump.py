"""Records into streams: letters first, then the engine, then the outbox. Handed over again, a record changes nothing.

The order is the guarantee. What is refused lies in `dead-letters` before a fence moves over it; events lie in
`incidents` before the group's offset moves over what led to them.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.errors import TopicError
from pipeline.live.breaker import Breaker
from pipeline.live.lane import Lane
from pipeline.live.records import letter_for, misplaced
from pipeline.live.ticks import tick_for
from pipeline.position import Position
from pipeline.timing import timed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from redis.asyncio import Redis

    from pipeline.config import Settings
    from pipeline.live.letterbox import LetterBox
    from pipeline.live.letters import DeadLetter
    from pipeline.live.losses import Losses, View
    from pipeline.live.outlet import Outlet
    from pipeline.live.records import Reader, Reading, Record
    from pipeline.live.registry import Place, Registry
    from pipeline.live.status import Status
    from pipeline.metrics.worker import WorkerMetrics

FOLLOW_S: Final = 5.0
"""Seconds after which the fence of a stream without records is moved to where its partition is done."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a pump works with."""

    redis: Redis
    settings: Settings
    registry: Registry
    outlet: Outlet
    letters: LetterBox
    losses: Losses
    status: Status
    reader: Reader
    metrics: WorkerMetrics | None = None


class Pump:
    """What one worker does with the records of its partitions. ``now`` is monotonic time in seconds throughout."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._topic = parts.settings.kafka.posts
        self._breaker = Breaker(parts.settings.worker.poison_share, parts.settings.worker.poison_lines)
        self._lanes: dict[str, Lane] = {}
        self._next: dict[int, int] = {}
        self._followed_at = 0.0
        self._stale = False
        self._stages = parts.metrics.measures.stages if parts.metrics else None

    @property
    def lanes(self) -> list[Lane]:
        """The streams that the worker has now."""
        return list(self._lanes.values())

    async def assign(
        self, ranges: Mapping[int, tuple[int, int]], committed: Mapping[int, int | None], now: float
    ) -> dict[int, int]:
        """Take partitions over, each with its first offset and the one after its last.

        Returns where each has to be read from: the fences of its streams are the truth, the group's offset counts only
        where no stream is known. Raises TopicError for a topic that ends before a fence.
        """
        self.revoke(now)
        self._parts.status.assigned(ranges, now)
        streams: dict[int, list[tuple[str, Place]]] = defaultdict(list)
        for stream, place in (await self._parts.registry.places()).items():
            streams[place.partition].append((stream, place))
        for partition, (start, end) in ranges.items():
            await self._parts.losses.show(partition)
            wanted = await self._wanted(streams[partition], partition, start, end, now)
            if wanted is None:
                wanted = max(start, committed.get(partition) or 0)
            elif wanted < start:
                await self._parts.losses.lose(partition, wanted, start)
                wanted = start
            self._next[partition] = wanted
            self._parts.status.progress(partition, wanted, None, now)
            self._parts.status.ends(partition, end, now)
        return dict(self._next)

    def revoke(self, now: float) -> None:
        """Give all partitions back."""
        self._lanes = {}
        self._next = {}
        self._parts.letters.forget()
        self._parts.status.revoked(now)
        if self._parts.metrics:
            self._parts.metrics.forget()

    def mistrust(self) -> None:
        """Look at the server again before anything else: a call failed, and may have been applied or not."""
        self._stale = True

    async def take(self, records: Sequence[Record], view: View, now: float) -> None:
        """Do all that records ask for.

        Raises TopicError where the topic is mostly poison, BugError, GoneBackError, HandoverError, and what the servers
        raise; what was not done then is done when the records are handed over again.
        """
        if self._stale:
            for lane in self._lanes.values():
                await lane.open()
            self._stale = False
        fresh = [each for each in records if each.offset >= self._next.get(each.partition, 0)]
        await self._parts.losses.find(fresh, self._next, view)
        with timed(self._stages, "read", len(fresh)):
            readings = [self._parts.reader.read(record) for record in fresh]
        letters: list[DeadLetter] = []
        by_stream: dict[str, list[Reading]] = defaultdict(list)
        for reading in readings:
            home, refused = await self._sort(reading, now)
            letters += refused
            if home is not None:
                by_stream[home.stream].append(reading)
        await self._parts.letters.write(letters)
        applied = [self._apply(self._lanes[stream], rows, now) for stream, rows in by_stream.items()]
        for result in await asyncio.gather(*applied, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
        applied_ms = time.time_ns() // 1_000_000
        for lane in self._lanes.values():
            await lane.tell(self._parts.outlet)
        self._note(readings, now, applied_ms)
        await self._follow(now)
        if tripped := self._breaker.tripped:
            raise TopicError(
                f"topic {self._topic}: {tripped}, so the worker stops; they are in "
                f"{self._parts.settings.kafka.dead_letters}, see turfwatch dead-letters list. To go on with such a "
                "topic raise worker.poison_share"
            )

    async def tick(self, now: float) -> None:
        """Write a tick for each stream that is silent while nothing of its partition is left to read."""
        idle_s = self._parts.settings.worker.idle_s
        silent = [
            lane
            for lane in self._lanes.values()
            if lane.watermark
            and now - max(lane.last_line_at, lane.last_tick_at) >= idle_s
            and self._parts.status.is_done(lane.partition)
        ]
        await self._parts.outlet.write([tick_for(self._topic, lane, now) for lane in silent])
        for lane in silent:
            lane.last_tick_at = now
        self._parts.status.count("ticks", len(silent))

    async def _wanted(
        self, streams: Sequence[tuple[str, Place]], partition: int, start: int, end: int, now: float
    ) -> int | None:
        """Return the least offset that a stream of a partition waits for, None where it has no stream."""
        offsets = []
        for stream, place in streams:
            fence = (await self._open(stream, partition, now)).fence
            if fence is not None and fence.offset > end:
                raise TopicError(
                    f"topic {self._topic} ends at offset {end} of partition {partition}, but stream {stream!r} is "
                    f"applied up to {fence.offset}: the topic was made anew. Give it another name, or forget the "
                    f"stream with: turfwatch state reset --stream {stream}"
                )
            # A stream that was reset is read again from its first record, as far as the topic still has it.
            offsets.append(max(place.first, start) if fence is None else fence.offset)
        return min(offsets, default=None)

    async def _open(self, stream: str, partition: int, now: float) -> Lane:
        parts = self._parts
        lane = Lane(parts.redis, stream, partition, parts.settings, parts.registry, parts.status, parts.metrics)
        await lane.open()
        lane.last_line_at = now
        self._lanes[stream] = lane
        return lane

    async def _sort(self, reading: Reading, now: float) -> tuple[Lane | None, list[DeadLetter]]:
        """Return the lane of a reading, None for none, and what of it is to be written to the dead letters.

        A stream begins with its first good line: what is refused alone founds none.
        """
        record, stream = reading.record, reading.stream
        lane = None if stream is None else self._lanes.get(stream)
        if stream is None or (lane is None and not reading.good):
            return None, reading.letters
        place = (
            lane.partition
            if lane
            else (await self._parts.registry.place(stream, record.partition, record.offset)).partition
        )
        if place != record.partition:
            return None, [misplaced(record, stream, place)]
        if lane is None:
            lane = await self._open(stream, place, now)
        if record.replayed:
            await lane.replay()
        is_known = lane.fence is not None and reading.lines[-1][0] <= lane.fence
        return lane, [] if is_known else reading.letters

    async def _apply(self, lane: Lane, readings: Sequence[Reading], now: float) -> None:
        async def leave_out(position: Position, error: Exception) -> None:
            await self._parts.letters.add([letter_for(readings, position, error)])

        await lane.apply([line for reading in readings for line in reading.lines], leave_out)
        lane.last_line_at = now
        lane.show()

    def _note(self, readings: Sequence[Reading], now: float, applied_ms: int) -> None:
        """Count what is done, and move the partitions on."""
        last: dict[int, Record] = {}
        came: dict[int, int] = defaultdict(int)
        for reading in readings:
            last[reading.record.partition] = reading.record
            came[reading.record.append_ms] += len(reading.lines)
            self._breaker.take(reading.good, tuple(letter.reason for letter in reading.letters))
        self._parts.status.count("lines", sum(came.values()))
        if self._parts.metrics:
            self._parts.metrics.scored(came, applied_ms)
        self._parts.status.count("records", len(readings))
        for partition, record in last.items():
            self._next[partition] = record.offset + 1
            self._parts.status.progress(partition, record.offset + 1, record.append_ms, now)

    async def _follow(self, now: float) -> None:
        """Move the fences of streams without records along, so that nothing is read again for their sake."""
        if now - self._followed_at < FOLLOW_S:
            return
        self._followed_at = now
        for lane in self._lanes.values():
            await lane.follow(Position(self._topic, lane.partition, self._next[lane.partition], 0))
            lane.show()
