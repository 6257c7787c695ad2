"""The topic of the incidents, followed from its end on without a group: no worker notices."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Final

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from pipeline.errors import BrokerError
from pipeline.incidents.public import decode_event
from pipeline.live.clients import async_options

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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
            try:
                record = await self._consumer.getone()
            except KafkaError as error:
                raise BrokerError(f"kafka at {self._kafka.brokers}: {error!r}") from error
            named = dict(record.headers).get("event_id", b"")
            if named and named in told:
                continue
            told.append(named)
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
                yield decode_event(record.value or b"")


@contextlib.asynccontextmanager
async def tail(kafka: KafkaSection) -> AsyncIterator[Tail]:
    """Yield what follows the topic of the incidents: all that comes from now on. Raises BrokerError."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.brokers.split(","),
        client_id="turfwatch-tail",
        enable_auto_commit=False,
        **async_options(kafka),
    )
    places = [TopicPartition(kafka.incidents, number) for number in range(kafka.partitions)]
    try:
        try:
            await consumer.start()
            consumer.assign(places)
            # Looked up now: later it would be the end as of then.
            for place, end in (await consumer.end_offsets(places)).items():
                consumer.seek(place, end)
        except (KafkaError, TimeoutError) as error:
            raise BrokerError(f"kafka at {kafka.brokers}: {error!r}") from error
        yield Tail(consumer, kafka)
    finally:
        # Where the brokers are gone, it raises the cancellation of a task of its own, which nobody else may see.
        await asyncio.gather(consumer.stop(), return_exceptions=True)
