"""The router: a Faust agent over foreign topics that sends lines to the topic of posts, keyed by stream."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from pipeline.live.faust_app import App, new_app, run_app
from pipeline.live.letters import DeadLetter, encode_letter
from pipeline.live.outlet import Outgoing, outlet
from pipeline.live.packs import packed
from pipeline.live.routable import check_routes, check_topics
from pipeline.live.routing import Routed, room, route_record
from pipeline.live.rules import Rules
from pipeline.post import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from faust.types import EventT, StreamT

    from pipeline.config import Settings
    from pipeline.live.outlet import Outlet

RECORDS: Final = 500
"""Foreign records that are taken at once, at most."""

WITHIN_S: Final = 0.1
"""Seconds that a record waits for others, at most."""

TOLD_EVERY_S: Final = 60.0

log = logging.getLogger("turfwatch.route")


class Router:
    """Routes records; ``counts`` tells of records, and of lines by what became of them."""

    def __init__(self, settings: Settings, out: Outlet) -> None:
        self._kafka = settings.kafka
        self._rules = Rules(settings.route.rules)
        self._limits = Limits.of(settings.limits)
        # With pseudonyms no account may be stored as it is, and a line or key that was refused may name one.
        self._withhold = settings.worker.ids == "hmac"
        self._outlet = out
        self.counts = dict.fromkeys(("records", "lines", "routed", "copies", "unrouted", "refused"), 0)

    async def route(self, events: Sequence[EventT[bytes | None]]) -> None:
        """Send what a batch of records leads to and wait until all of it is acknowledged.

        Raises BrokerError where that takes too long: then none of them may be committed, and all come again.
        """
        found = [self._routed(event) for event in events]
        await self._outlet.write(
            [record for event, routed in zip(events, found, strict=True) for record in self._records(event, routed)]
        )
        for routed in found:
            self._count(routed)

    def _routed(self, event: EventT[bytes | None]) -> Routed:
        topic: str = event.message.topic
        return route_record(topic, event.value, self._rules, self._limits, self._kafka.record_bytes)

    def _records(self, event: EventT[bytes | None], routed: Routed) -> Iterator[Outgoing]:
        """Yield what one record leads to: its lines stream by stream, and letters."""
        message: Any = event.message
        for stream, lines in routed.streams.items():
            for value in packed(lines, room(stream, self._kafka.record_bytes)):
                yield Outgoing(self._kafka.posts, stream.encode(), value)
        for each in routed.refused:
            origin = (message.topic, message.partition, message.offset, each.line, message.key)
            letter = DeadLetter(each.reason, each.detail, *origin, each.data)
            yield Outgoing(self._kafka.dead_letters, None, *encode_letter(letter, withhold=self._withhold))

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
    async with outlet(settings.kafka, settings.worker.retry_s) as out:
        router = Router(settings, out)
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
