"""Records that were dropped by the topic before they were read: found, kept, said aloud."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.live.records import Record
    from pipeline.live.registry import Registry
    from pipeline.live.status import Status

log = logging.getLogger(__name__)


class HandoverError(BrokerError):
    """A record of the topic was left out, or came while its partition belonged to nobody: only a restart helps."""


class View(Protocol):
    """What can be asked about the log of the posts, beside reading it."""

    async def start(self, partition: int) -> int:
        """Return the offset at which a partition begins now."""

    async def first_from(self, partition: int, offset: int) -> int:
        """Return the offset of the first record at or after an offset; the end of the partition where there is none."""


class Losses:
    """The losses of one topic, shown in ``status``."""

    def __init__(self, topic: str, registry: Registry, status: Status) -> None:
        self._topic = topic
        self._registry = registry
        self._status = status
        self._shown: dict[int, int] = {}

    async def show(self, partition: int) -> None:
        """Bring what is shown of a partition up to what is known."""
        total = await self._registry.lost(partition)
        if total > (shown := self._shown.get(partition, 0)):
            self._status.lost(partition, total - shown)
            self._shown[partition] = total

    async def lose(self, partition: int, expected: int, start: int) -> None:
        """Say aloud that the topic dropped the records from ``expected`` on to before ``start``."""
        log.error(
            "topic %s: partition %d begins at offset %d and %d was expected: %d records were dropped before they were "
            "read; are the posts kept long enough (kafka.posts_hours)?",
            *(self._topic, partition, start, expected, start - expected),
        )
        await self._registry.lose(partition, expected, start - expected)
        await self.show(partition)

    async def find(self, records: Sequence[Record], wanted: Mapping[int, int], view: View) -> None:
        """Look for what is missing between records, ``wanted`` being the next offset of each partition.

        What never was a record (the mark that ends a transaction) is no loss. Raises HandoverError for a record that
        the topic has and that was not handed over.
        """
        following = dict(wanted)
        for record in records:
            number, expected = record.partition, following.get(record.partition)
            if expected is None:
                raise HandoverError(f"topic {self._topic}: partition {number} is not assigned, and a record came")
            following[number] = record.offset + 1
            if record.offset == expected:
                continue
            start = min(record.offset, await view.start(number))
            if start > expected:
                await self.lose(number, expected, start)
            first = await view.first_from(number, max(start, expected))
            if first < record.offset:
                raise HandoverError(
                    f"topic {self._topic}: the record {number}:{first} was not handed over, {record.offset} was"
                )
