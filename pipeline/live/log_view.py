"""The log of a topic beside reading it: where its partitions begin and end, and what lies at an offset."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from pipeline.live.consumer import consumer_trouble, lone_consumer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from aiokafka import AIOKafkaConsumer

    from pipeline.sections import KafkaSection


class LogView:
    """A consumer of no group. Raises BrokerError where the brokers do not answer."""

    def __init__(self, consumer: AIOKafkaConsumer, kafka: KafkaSection, topic: str) -> None:
        self._consumer = consumer
        self._kafka = kafka
        self._topic = topic
        self._one_at_a_time = asyncio.Lock()

    async def ranges(self, partitions: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Return the first offset of each partition and the one after its last."""
        places = [TopicPartition(self._topic, number) for number in partitions]
        with consumer_trouble(self._kafka):
            starts = await self._consumer.beginning_offsets(places)
            ends = await self._consumer.end_offsets(places)
        return {place.partition: (starts[place], ends[place]) for place in places}

    async def start(self, partition: int) -> int:
        """Return the offset at which a partition begins now."""
        return (await self.ranges([partition]))[partition][0]

    async def first_from(self, partition: int, offset: int) -> int:
        """Return the offset of the first record at or after an offset; the end of the partition where there is none."""
        place = TopicPartition(self._topic, partition)
        async with self._one_at_a_time:
            with consumer_trouble(self._kafka):
                end = (await self._consumer.end_offsets([place]))[place]
                self._consumer.assign([place])
                self._consumer.seek(place, offset)
                while await self._consumer.position(place) < end:
                    for records in (await self._consumer.getmany(place, timeout_ms=500, max_records=1)).values():
                        for record in records:
                            return int(record.offset)
        return int(end)


@contextlib.asynccontextmanager
async def log_view(kafka: KafkaSection, topic: str) -> AsyncIterator[LogView]:
    """Yield a view of a topic."""
    async with lone_consumer(kafka, "turfwatch-view") as consumer:
        yield LogView(consumer, kafka, topic)
