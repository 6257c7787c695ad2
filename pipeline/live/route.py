"""The router: a Faust agent over foreign topics that sends lines to the topic of posts, keyed by stream."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError as SendError

from pipeline.errors import BrokerError
from pipeline.live.clients import client_options
from pipeline.live.faust_app import App, new_app, run_app
from pipeline.live.letters import DeadLetter, encode_letter
from pipeline.live.packs import packed
from pipeline.live.routable import check_routes, check_topics
from pipeline.live.routing import Routed, room, route_record
from pipeline.live.rules import Rules
from pipeline.post import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence

    from faust.types import EventT, StreamT

    from pipeline.config import Settings
    from pipeline.sections import KafkaSection

RECORDS: Final = 500
"""Foreign records that are taken at once, at most."""

WITHIN_S: Final = 0.1
"""Seconds that a record waits for others, at most."""

TOLD_EVERY_S: Final = 60.0
CLOSING_S: Final = 2.0
MAX_BATCH_BYTES: Final = 262_144

LETTER_BYTES: Final = 131_072
"""Bytes of a letter, at most: the data that it keeps, and headers."""

log = logging.getLogger("turfwatch.route")


class Router:
    """Routes records; ``counts`` tells of records, and of lines by what became of them."""

    def __init__(self, settings: Settings, producer: AIOKafkaProducer) -> None:
        self._kafka = settings.kafka
        self._rules = Rules(settings.route.rules)
        self._limits = Limits(settings.limits.line_bytes, settings.limits.list_items)
        # With pseudonyms no account may be stored as it is, and a line or key that was refused may name one.
        self._withhold = settings.worker.ids == "hmac"
        self._retry_s = settings.worker.retry_s
        self._producer = producer
        self.counts = dict.fromkeys(("records", "lines", "routed", "copies", "unrouted", "refused"), 0)

    async def route(self, events: Sequence[EventT[bytes | None]]) -> None:
        """Send what a batch of records leads to and wait until all of it is acknowledged.

        Raises BrokerError where that takes longer than ``worker.retry_s``: then none of them may be committed.
        """
        acknowledged: list[Awaitable[object]] = []
        found = [self._routed(event) for event in events]
        try:
            # An idempotent producer of aiokafka tries for ever: the deadline is ours.
            async with asyncio.timeout(self._retry_s):
                for event, routed in zip(events, found, strict=True):
                    acknowledged += await self._send(event, routed)
                await asyncio.gather(*acknowledged)
        except TimeoutError:
            raise BrokerError(
                f"kafka at {self._kafka.brokers}: posts were not acknowledged within {self._retry_s:g} s; "
                "the records they came in are not committed and come again"
            ) from None
        except SendError as error:
            raise BrokerError(f"kafka at {self._kafka.brokers}: {error}") from error

        for routed in found:
            self._count(routed)

    def _routed(self, event: EventT[bytes | None]) -> Routed:
        topic: str = event.message.topic
        return route_record(topic, event.value, self._rules, self._limits, self._kafka.record_bytes)

    async def _send(self, event: EventT[bytes | None], routed: Routed) -> list[Awaitable[object]]:
        """Send one record's lines and letters; returns what is to be acknowledged."""
        message: Any = event.message
        sent: list[Awaitable[object]] = []
        for stream, lines in routed.streams.items():
            values = packed(lines, room(stream, self._kafka.record_bytes))
            sent += [await self._producer.send(self._kafka.posts, value, key=stream.encode()) for value in values]
        for each in routed.refused:
            origin = (message.topic, message.partition, message.offset, each.line, message.key)
            letter = DeadLetter(each.reason, each.detail, *origin, each.data)
            value, headers = encode_letter(letter, withhold=self._withhold)
            sent.append(await self._producer.send(self._kafka.dead_letters, value, headers=headers))
        return sent

    def _count(self, routed: Routed) -> None:
        self.counts["records"] += 1
        self.counts["lines"] += routed.lines
        self.counts["unrouted"] += routed.unrouted
        self.counts["refused"] += len(routed.refused)
        self.counts["routed"] += routed.lines - routed.unrouted - len(routed.refused)
        self.counts["copies"] += sum(map(len, routed.streams.values()))


def make_app(settings: Settings, router: Router, partitions: Mapping[str, int]) -> App:
    """Return the app: one agent over all foreign topics, which acknowledges a batch once it is routed."""
    app = new_app(settings.kafka, settings.route.group, settings.worker.session_s, partitions=partitions)
    topic = app.topic(*settings.route.topics, key_serializer="raw", value_serializer="raw")

    @app.agent(topic, name="route")
    async def agent(stream: StreamT[bytes | None]) -> None:
        source: Any = stream  # the type that Faust gives agents has no noack
        unacknowledged = source.noack()
        async for events in unacknowledged.noack_take(RECORDS, within=WITHIN_S):
            await router.route(events)
            for event in events:  # in the order of offsets: Faust commits past a gap
                await unacknowledged.ack(event)

    return app


async def run_route(settings: Settings) -> dict[str, int]:
    """Route until told to end; returns the counts.

    Raises ConfigError for rules that cannot work, TopicError for topics that are missing, BrokerError.
    """
    check_routes(settings)
    partitions = await asyncio.to_thread(check_topics, settings)
    async with _producer(settings.kafka) as producer:
        router = Router(settings, producer)
        telling = asyncio.create_task(_tell(router))
        try:
            await run_app(make_app(settings, router, partitions))
        finally:
            telling.cancel()
            log.info("%s", told(router.counts))
    return router.counts


def told(counts: Mapping[str, int]) -> str:
    """Return the counts as a line of the log."""
    return (
        f"{counts['records']} records with {counts['lines']} lines: {counts['routed']} routed as {counts['copies']}, "
        f"{counts['unrouted']} fit no rule, {counts['refused']} refused"
    )


async def _tell(router: Router) -> None:
    while True:
        await asyncio.sleep(TOLD_EVERY_S)
        log.info("%s", told(router.counts))


@contextlib.asynccontextmanager
async def _producer(kafka: KafkaSection) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        **client_options(kafka),
        enable_idempotence=True,
        compression_type="zstd",
        linger_ms=5,
        max_batch_size=min(MAX_BATCH_BYTES, kafka.record_bytes),
        max_request_size=max(kafka.record_bytes, LETTER_BYTES),
    )
    try:
        await producer.start()
    except SendError as error:
        raise BrokerError(f"kafka at {kafka.brokers}: {error}") from error
    try:
        yield producer
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):  # it flushes first, for ever where no broker is there
                await producer.stop()
