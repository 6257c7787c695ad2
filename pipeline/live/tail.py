"""The topic of the incidents, followed from its end on without a group: no worker notices."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Final

import msgspec
from aiokafka import TopicPartition

from pipeline.incidents.public import decode_event
from pipeline.live.consumer import consumer_trouble, lone_consumer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiokafka import AIOKafkaConsumer

    from pipeline.incidents.public import Event
    from pipeline.sections import KafkaSection

REMEMBERED: Final = 1000
"""Ids of the last events: one that is told twice within them is given once."""


class Tail:
    """Events in the order of their coming."""

    def __init__(self, consumer: AIOKafkaConsumer, kafka: KafkaSection) -> None:
        self._consumer = consumer
        self._kafka = kafka

    async def events(self) -> AsyncIterator[Event]:
        """Yield events as they come, without an end; a record that is none is passed over. Raises BrokerError."""
        told: deque[bytes] = deque(maxlen=REMEMBERED)
        while True:
            with consumer_trouble(self._kafka):
                record = await self._consumer.getone()
            named = dict(record.headers).get("event_id", b"")
            if named and named in told:
                continue
            told.append(named)
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
                yield decode_event(record.value or b"")


@contextlib.asynccontextmanager
async def tail(kafka: KafkaSection) -> AsyncIterator[Tail]:
    """Yield what follows the topic of the incidents: all that comes from now on. Raises BrokerError."""
    places = [TopicPartition(kafka.incidents, number) for number in range(kafka.partitions)]
    async with lone_consumer(kafka, "turfwatch-tail") as consumer:
        with consumer_trouble(kafka):
            consumer.assign(places)
            # Looked up now: later it would be the end as of then.
            for place, end in (await consumer.end_offsets(places)).items():
                consumer.seek(place, end)
        yield Tail(consumer, kafka)
