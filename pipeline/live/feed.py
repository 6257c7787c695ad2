"""The topic of incidents from its first record on and then as it grows, read without a group: no worker notices."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import msgspec
from aiokafka import TopicPartition

from pipeline.errors import BrokerError
from pipeline.incidents.public import Event, decode_event
from pipeline.live.admin import inspect_topics
from pipeline.live.clients import missing_topic
from pipeline.live.consumer import consumer_trouble, lone_consumer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aiokafka import AIOKafkaConsumer

    from pipeline.sections import KafkaSection

POLL_MS: Final = 500
RECORDS: Final = 500
"""Records that are read at once: the loop has other things to do as well."""

LOOK_EVERY: Final = 10
"""Empty polls after which the brokers are asked whether they are still there: a consumer waits in silence for them."""

ANSWER_S: Final = 5.0


class Record(msgspec.Struct, frozen=True):
    """A record of the topic; ``event`` is None for one that is none of ours."""

    partition: int
    offset: int
    event: Event | None


class Batch(msgspec.Struct, frozen=True):
    """Records in the order of each partition; ``caught_up``: nothing more was there when they were read."""

    records: list[Record]
    caught_up: bool


class Feed:
    """What the topic tells. Each run of `batches` is a connection of its own."""

    def __init__(self, kafka: KafkaSection) -> None:
        self._kafka = kafka

    async def batches(self, reached: Mapping[int, int]) -> AsyncIterator[Batch]:
        """Yield records without an end, some hundred at a time, of each partition from an offset on or its first.

        Raises BrokerError where the brokers do not answer any more, TopicError without the topic.
        """
        kafka = self._kafka
        found = (await asyncio.to_thread(inspect_topics, kafka)).get(kafka.incidents)
        if found is None:
            raise missing_topic(kafka.incidents, kafka)
        places = [TopicPartition(kafka.incidents, number) for number in range(found.partitions)]
        async with lone_consumer(kafka, "turfwatch-console") as consumer:
            with consumer_trouble(kafka):
                consumer.assign(places)
                ends = await consumer.end_offsets(places)
                for place, first in (await consumer.beginning_offsets(places)).items():
                    # What lies behind the end was read of a topic that was made anew since.
                    stands = reached.get(place.partition, first)
                    consumer.seek(place, stands if first <= stands <= ends[place] else first)
            async for batch in self._read(consumer, places):
                yield batch

    async def _read(self, consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> AsyncIterator[Batch]:
        empty, caught_up = LOOK_EVERY, False
        while True:
            with consumer_trouble(self._kafka):
                found = await consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS)
                records = [
                    Record(place.partition, each.offset, _event(each.value)) for place in found for each in found[place]
                ]
                empty = 0 if records else empty + 1
                if not caught_up or empty >= LOOK_EVERY:
                    caught_up, empty = await self._is_read(consumer, places), 0
            if records or caught_up:
                yield Batch(records, caught_up)

    async def _is_read(self, consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> bool:
        """Whether nothing more is there. Raises BrokerError where nobody answers."""
        try:
            async with asyncio.timeout(ANSWER_S):
                ends = await consumer.end_offsets(places)
                stands = [await consumer.position(place) >= end for place, end in ends.items()]
        except TimeoutError:
            raise BrokerError(f"kafka at {self._kafka.brokers}: no answer within {ANSWER_S:g} s") from None
        return all(stands)


def _event(value: bytes | None) -> Event | None:
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
        return decode_event(value or b"")
    return None
