"""What a worker knows of itself: counters, positions, watermarks, and whether it is well. No I/O, no clock."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.incidents.public import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable

STALL_S: Final = 60.0
"""Seconds without progress, or without an assignment, after which a worker is not well."""

COUNTS: Final = (
    "records",  # taken from the topic
    "lines",  # in them, refused ones included
    "posts",  # applied, each once
    "ticks",  # produced for streams without a post
    "skipped",  # lines at or before the fence: applied before
    "lost",  # records that the topic dropped before they were read
    "duplicates",  # posts seen before within the index horizon
    "late",  # posts older than the watermark minus the grace
    "edits",  # posts that came again with another text
    "deletes",  # deletions of posts that were known
    "unknown_deletes",  # deletions of posts that were not
    "clustered",  # posts that joined a cluster
    "verdicts",  # operators' answers that were told
    "moot_verdicts",  # those that were not: no such incident, or the same answer again
    "events",  # incident events that the engine told
    "published",  # incident events that the topic has acknowledged
    "letters",  # refused lines that `dead-letters` has acknowledged
    "retries",  # calls to Redis or Kafka that were made again
    "batches",  # calls of the engine
)


class PartitionHealth(msgspec.Struct, frozen=True):
    """A partition: offsets, records and seconds behind (None where unknown), records lost, seconds without progress.

    ``time_lag_s`` is the age of the last record done while others wait, 0 where none does.
    """

    partition: int
    next_offset: int | None
    end: int | None
    record_lag: int | None
    time_lag_s: float | None
    lost: int
    since_progress_s: float


class StreamHealth(msgspec.Struct, frozen=True):
    """A stream: where it lies, its watermark (RFC 3339, None before the first line) and its fence."""

    partition: int
    watermark: str | None
    fence: str


class Health(msgspec.Struct, frozen=True):
    """A process at one moment: ``reasons`` say why it is not ok, or, where it is, what an operator should know."""

    ok: bool
    reasons: list[str]


class WorkerHealth(Health, frozen=True):
    """A worker at one moment, with its numbers."""

    partitions: list[PartitionHealth]
    streams: dict[str, StreamHealth]
    counts: dict[str, int]
    refused: dict[str, int]


class _Partition(msgspec.Struct):
    """``waiting_since``: since when records wait of which none was done; an idle partition is not a stalled one."""

    moved_at: float
    waiting_since: float
    next_offset: int | None = None
    end: int | None = None
    append_ms: int | None = None

    @property
    def lag(self) -> int | None:
        """Records that wait; None before position and end are known."""
        return None if self.next_offset is None or self.end is None else max(0, self.end - self.next_offset)

    @property
    def waits(self) -> bool:
        """Whether anything is to be done, as far as is known."""
        return bool(self.end) if self.next_offset is None else bool(self.lag)


class Status:
    """The numbers of one worker. ``now`` is monotonic time in seconds throughout, ``stall_s`` as of STALL_S."""

    def __init__(self, now: float, stall_s: float = STALL_S) -> None:
        self.counts: dict[str, int] = dict.fromkeys(COUNTS, 0)
        self.refused: Counter[str] = Counter()
        self._stall_s = stall_s
        self._partitions: dict[int, _Partition] = {}
        self._streams: dict[str, tuple[int, int | None, str]] = {}
        self._lost: Counter[int] = Counter()
        self._unassigned_since: float | None = now

    def count(self, name: str, by: int = 1) -> None:
        """Add to a counter of COUNTS; any other name is a KeyError."""
        self.counts[name] += by

    def refuse(self, reason: str, by: int = 1) -> None:
        """Count refused lines by their reason."""
        self.refused[reason] += by

    def assigned(self, partitions: Iterable[int], now: float) -> None:
        """Take what the group assigned, all of it; nothing is an answer, too: more workers than partitions."""
        wanted = sorted(set(partitions))
        self._partitions = {number: self._partitions.get(number) or _Partition(now, now) for number in wanted}
        self._streams = {name: row for name, row in self._streams.items() if row[0] in self._partitions}
        self._unassigned_since = None

    def revoked(self, now: float) -> None:
        """Forget the assignment until the group answers again."""
        self.assigned((), now)
        self._unassigned_since = now

    def progress(self, partition: int, next_offset: int, append_ms: int | None, now: float) -> None:
        """Note that all records before ``next_offset`` are done; ``append_ms`` is when the last of them came.

        To be called at assignment, too: with the position and None.
        """
        if found := self._partitions.get(partition):
            found.next_offset = next_offset
            found.end = max(found.end or 0, next_offset)
            found.append_ms = append_ms if append_ms is not None else found.append_ms
            found.moved_at = found.waiting_since = now

    def ends(self, partition: int, end_offset: int, now: float) -> None:
        """Note the offset that the next record of a partition will get: its high watermark."""
        if found := self._partitions.get(partition):
            waited = found.waits
            found.end = end_offset
            if not waited:
                found.waiting_since = now

    def stream(self, name: str, partition: int, watermark_ms: int | None, fence: str) -> None:
        """Note where a stream stands."""
        self._streams[name] = (partition, watermark_ms, fence)

    def lost(self, partition: int, records: int) -> None:
        """Note records that the topic dropped before they were read."""
        self._lost[partition] += records
        self.count("lost", records)

    def is_done(self, partition: int) -> bool:
        """Whether nothing of a partition is left to read."""
        found = self._partitions.get(partition)
        return found is not None and found.lag == 0

    def unready(self) -> str | None:
        """Return why nothing is read yet, None where the group has assigned partitions, if only none."""
        return None if self._unassigned_since is None else "the consumer group has assigned nothing yet"

    def health(self, now: float, wall_ms: int) -> WorkerHealth:
        """Return how the worker stands; ``wall_ms`` is the time of day in ms since the epoch, as append times are."""
        stalled = [*self._without_assignment(now), *self._without_progress(now)]
        lost = [
            f"partition {number}: {count} records were dropped by the topic before they were read"
            for number, count in sorted(self._lost.items())
        ]
        return WorkerHealth(
            ok=not stalled,
            reasons=stalled + lost,
            partitions=self.partitions(now, wall_ms),
            streams={name: _stream(*row) for name, row in sorted(self._streams.items())},
            counts=dict(self.counts),
            refused=dict(sorted(self.refused.items())),
        )

    def partitions(self, now: float, wall_ms: int) -> list[PartitionHealth]:
        """Return how each partition stands."""
        return [self._shown(number, each, now, wall_ms) for number, each in self._partitions.items()]

    def watermarks(self) -> dict[str, int | None]:
        """Return the watermark of each stream in ms, None before its first line."""
        return {name: watermark for name, (_, watermark, _) in self._streams.items()}

    def _without_assignment(self, now: float) -> Iterable[str]:
        if self._unassigned_since is not None and now - self._unassigned_since >= self._stall_s:
            yield f"no partitions from the consumer group for {now - self._unassigned_since:.0f} s"

    def _without_progress(self, now: float) -> Iterable[str]:
        for number, each in self._partitions.items():
            waited = now - each.waiting_since
            if each.waits and waited >= self._stall_s:
                waiting = "records wait" if each.lag is None else f"{each.lag} records wait"
                yield f"partition {number}: {waiting}, and none was done for {waited:.0f} s"

    def _shown(self, number: int, each: _Partition, now: float, wall_ms: int) -> PartitionHealth:
        behind = None if each.append_ms is None else max(0, wall_ms - each.append_ms) / 1000
        return PartitionHealth(
            partition=number,
            next_offset=each.next_offset,
            end=each.end,
            record_lag=each.lag,
            time_lag_s=behind if each.waits else 0.0,
            lost=self._lost[number],
            since_progress_s=round(now - each.moved_at, 3),
        )


def _stream(partition: int, watermark_ms: int | None, fence: str) -> StreamHealth:
    return StreamHealth(partition, None if watermark_ms is None else rfc3339(watermark_ms), fence)
