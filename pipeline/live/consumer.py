"""A consumer of no group on the loop of the command: it reads beside the workers, and no worker notices."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from pipeline.errors import BrokerError
from pipeline.live.clients import client_options

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from pipeline.sections import KafkaSection


@contextlib.asynccontextmanager
async def lone_consumer(kafka: KafkaSection, client_id: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a consumer that belongs to no group. Raises BrokerError where the brokers do not answer."""
    consumer = AIOKafkaConsumer(**client_options(kafka, client_id), enable_auto_commit=False)
    try:
        with consumer_trouble(kafka):
            await consumer.start()
        yield consumer
    finally:
        # Where the brokers are gone, it raises the cancellation of a task of its own, which would hide what went wrong.
        await asyncio.gather(consumer.stop(), return_exceptions=True)


@contextlib.contextmanager
def consumer_trouble(kafka: KafkaSection) -> Iterator[None]:
    """Turn what such a consumer raises into a BrokerError that names the brokers."""
    try:
        yield
    except (KafkaError, TimeoutError) as error:
        raise BrokerError(f"kafka at {kafka.brokers}: {error!r}") from error
