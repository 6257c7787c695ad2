"""How far the workers of a group are behind the topic of the posts. Pure."""

from __future__ import annotations

import msgspec


class PartitionLag(msgspec.Struct, frozen=True):
    """A partition: offsets, records not yet taken, seconds that the oldest of them has been waiting."""

    partition: int
    start: int
    end: int
    committed: int | None
    lag: int
    lost: int
    """Records that were deleted before the group took them."""
    beyond: bool
    """The group has been further than the topic goes: it is another topic of the same name, or has lost its end."""
    waiting_s: float | None = None


class GroupLag(msgspec.Struct, frozen=True):
    """A group on a topic; ``state`` is Kafka's word, such as Stable or Empty."""

    topic: str
    group: str
    state: str
    members: int
    lag: int
    partitions: list[PartitionLag]


def partition_lag(partition: int, start: int, end: int, committed: int | None) -> PartitionLag:
    """Return the lag of a partition whose records have the offsets from ``start`` up to before ``end``."""
    place = start if committed is None else committed
    return PartitionLag(
        partition=partition,
        start=start,
        end=end,
        committed=committed,
        lag=max(0, end - max(place, start)),
        lost=max(0, start - place),
        beyond=place > end,
    )


def waited(record_ms: int, now_ms: int) -> float:
    """Return the seconds since a record came, to the millisecond; never below 0, whatever the clocks say."""
    return max(0, now_ms - record_ms) / 1000


def note(lag: PartitionLag) -> str:
    """Return what an operator has to know of a partition besides its numbers."""
    if lag.beyond:
        return "committed beyond the end: the topic was made anew or has lost its end"
    if lag.lost:
        return f"{lag.lost:,} records were deleted before they were taken"
    return ""
