"""What a topic holds, read without a group: nothing is committed, no worker notices."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Final

import msgspec
from kafka import KafkaConsumer, TopicPartition

from pipeline.errors import BrokerError
from pipeline.live.clients import BOOTSTRAP_MS, broker_trouble, client_options, missing_topic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sections import KafkaSection

_POLL_MS: Final = 500
_SILENCE_S: Final = 30.0
"""Wait for records that are there before the broker is given up."""


class Record(msgspec.Struct, frozen=True):
    """A record of a topic; ``at`` is its time in ms."""

    partition: int
    offset: int
    at: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


class Log:
    """Reads one partition at a time."""

    def __init__(self, consumer: KafkaConsumer, kafka: KafkaSection) -> None:
        self._consumer = consumer
        self._kafka = kafka

    def bounds(self, topic: str) -> dict[int, tuple[int, int]]:
        """Return of each partition its first offset and the one behind its last, as of now. Raises TopicError."""
        numbers = sorted(self._consumer.partitions_for_topic(topic))
        if not numbers:
            raise missing_topic(topic, self._kafka)
        places = [TopicPartition(topic, number) for number in numbers]
        first = self._consumer.beginning_offsets(places)
        last = self._consumer.end_offsets(places)
        return {place.partition: (first[place], last[place]) for place in places}

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[Record]:
        """Yield the records of a partition from offset ``start`` to before ``end``. Raises BrokerError in silence."""
        if start >= end:
            return
        place = TopicPartition(topic, partition)
        self._consumer.assign([place])
        self._consumer.seek(place, start)
        reached, deadline = start, time.monotonic() + _SILENCE_S
        while reached < end:
            for each in self._consumer.poll(timeout_ms=_POLL_MS).get(place, []):
                if each.offset >= end:
                    return
                yield Record(partition, each.offset, each.timestamp, each.key, each.value, list(each.headers))
            # Where records are missing, as markers of transactions are, the position moves on without any.
            position = self._consumer.position(place, timeout_ms=_POLL_MS)
            if position is not None and position != reached:
                reached, deadline = position, time.monotonic() + _SILENCE_S
            elif time.monotonic() > deadline:
                raise BrokerError(
                    f"kafka at {self._kafka.brokers}: nothing of {topic}:{partition} from offset {reached} on came "
                    f"within {_SILENCE_S:.0f} s"
                )


@contextlib.contextmanager
def reading(kafka: KafkaSection) -> Iterator[Log]:
    """Yield a reader. Raises BrokerError where Kafka cannot be reached or fails."""
    options = client_options(kafka)
    with (
        broker_trouble(kafka),
        contextlib.closing(
            KafkaConsumer(
                **options,
                enable_auto_commit=False,
                # What retention has taken meanwhile is passed over.
                auto_offset_reset="earliest",
                bootstrap_timeout_ms=BOOTSTRAP_MS,
                allow_auto_create_topics=False,
            )
        ) as consumer,
    ):
        yield Log(consumer, kafka)
