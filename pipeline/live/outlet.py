"""The way into Kafka: records that are known to be there before anything else happens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from pipeline.errors import BrokerError
from pipeline.live.clients import client_options

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pipeline.sections import KafkaSection

DELIVERY_S: Final = 15.0
"""Seconds until records that the brokers do not take are given up."""

CLOSING_S: Final = 2.0
LINGER_MS: Final = 5
BATCH_BYTES: Final = 262_144
_HEADER_BYTES: Final = 65_536
"""Room for keys and headers beside the largest value."""


class Outgoing(msgspec.Struct, frozen=True):
    """A record to be written."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]] = ()


class Outlet:
    """Writes records and waits until the brokers have them."""

    def __init__(self, producer: AIOKafkaProducer, brokers: str, timeout_s: float) -> None:
        self._producer = producer
        self._brokers = brokers
        self._timeout_s = timeout_s

    async def write(self, records: Sequence[Outgoing]) -> None:
        """Write records in their order, all acknowledged on return. Raises BrokerError where that cannot be had."""
        try:
            # An idempotent producer tries for ever: the deadline is ours.
            async with asyncio.timeout(self._timeout_s):
                sent = [
                    await self._producer.send(each.topic, each.value, key=each.key, headers=list(each.headers))
                    for each in records
                ]
                await asyncio.gather(*sent)
        except TimeoutError:
            raise BrokerError(
                f"kafka at {self._brokers}: {len(records)} records were not acknowledged within {self._timeout_s:g} s"
            ) from None
        except MessageSizeTooLargeError as error:
            raise BrokerError(f"kafka at {self._brokers}: a record is larger than its topic takes: {error}") from error
        except KafkaError as error:
            raise BrokerError(f"kafka at {self._brokers}: {error!r}") from error


@contextlib.asynccontextmanager
async def outlet(kafka: KafkaSection, timeout_s: float = DELIVERY_S) -> AsyncIterator[Outlet]:
    """Yield a way into the brokers that gives records up after ``timeout_s``."""
    producer = AIOKafkaProducer(
        **client_options(kafka),
        enable_idempotence=True,
        acks="all",
        compression_type="zstd",
        linger_ms=LINGER_MS,
        max_batch_size=min(BATCH_BYTES, kafka.record_bytes),
        max_request_size=kafka.record_bytes + _HEADER_BYTES,
    )
    try:
        await producer.start()
    except KafkaError as error:
        await producer.stop()
        raise BrokerError(f"kafka at {kafka.brokers}: {error}") from error
    try:
        yield Outlet(producer, kafka.brokers, timeout_s)
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):  # it flushes first, for ever where no broker is there
                await producer.stop()
