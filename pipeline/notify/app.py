"""`turfwatch notify`: a Faust agent over the incidents that queues what endpoints are told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import TopicError
from pipeline.live.admin import inspect_topics
from pipeline.live.faust_app import App, new_app, run_app
from pipeline.live.group import take_over
from pipeline.live.health import health_server
from pipeline.live.log_view import LogView, log_view
from pipeline.live.persist import persist
from pipeline.live.topics import differences
from pipeline.metrics.notifier import NotifierMetrics
from pipeline.metrics.notifier_samples import notifier_samples
from pipeline.metrics.sample import sampling
from pipeline.notify.notifier import Notifier, read_endpoints
from pipeline.notify.reached import LostBehindError, Reached
from pipeline.notify.status import NotifierStatus

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from faust.types import EventT
    from redis.asyncio import Redis

    from pipeline.config import Settings

RECORDS: Final = 200
"""Events that are queued at once, at most."""

WITHIN_S: Final = 0.02
"""Seconds that an event waits for others, at most."""

TOLD_EVERY_S: Final = 60.0

log = logging.getLogger(__name__)


class Agent:
    """The agent and what belongs to it."""

    def __init__(
        self, settings: Settings, notifier: Notifier, reached: Reached, view: LogView, status: NotifierStatus
    ) -> None:
        self._settings = settings
        self._notifier = notifier
        self._reached = reached
        self._view = view
        self._status = status
        self._mistrusts = False

    def app(self, partitions: int) -> App:
        """Return the app, ready to run."""
        kafka, group = self._settings.kafka, self._settings.notify.group
        app = new_app(kafka, group, self._settings.worker.session_s, partitions={kafka.incidents: partitions})
        topic = app.topic(
            kafka.incidents, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )
        app.agent(topic, name="notify")(self._take)
        signals: Any = app  # a signal's handler may name its keywords, which its type does not have
        signals.on_rebalance_complete.connect(self._assigned, weak=False)
        return app

    async def _take(self, stream: Any) -> None:
        unacknowledged = stream.noack()
        try:
            async for events in unacknowledged.noack_take(RECORDS, within=WITHIN_S):
                await self._persist(partial(self._queue, events))
                for event in events:  # in the order of offsets: Faust commits past a gap
                    await unacknowledged.ack(event)
        except Exception as error:  # noqa: BLE001 - whatever it is ends the notifier, with nothing acknowledged
            stream.app.fail(error)

    async def _queue(self, events: Sequence[EventT[bytes]]) -> None:
        if self._mistrusts:
            await self._reached.check()
            self._mistrusts = False
        await self._notifier.take([event.message.value or b"" for event in events])
        await self._reached.note({event.message.partition: event.message.offset + 1 for event in events})

    async def _persist(self, work: Callable[[], Awaitable[Any]]) -> Any:
        return await persist(work, self._settings.worker.retry_s, self._mistrust, (LostBehindError,))

    def _mistrust(self) -> None:
        """Look at the server again before anything else: a call failed, and it may have lost what was before."""
        self._mistrusts = True
        self._status.retried()

    async def _assigned(self, app: App, **_: Any) -> None:
        try:
            await self._begin(app)
        except Exception as error:  # noqa: BLE001 - the same
            app.fail(error)

    async def _begin(self, app: Any) -> None:
        await take_over(app, self._settings.kafka.incidents, self._view, self._reached.begin, self._persist)
        self._mistrusts = False
        self._status.assigned()


async def notify(settings: Settings, redis: Redis, *, replayed: bool) -> None:
    """Notify until SIGTERM or SIGINT; of replayed incidents only where it is asked for ``replayed``.

    Raises ConfigError for endpoints, TopicError for topics that do not fit, and what ended it.
    """
    endpoints = read_endpoints(settings)
    kafka = settings.kafka
    found = await asyncio.to_thread(inspect_topics, kafka)
    if wrong := [line for line in differences(kafka, found) if line.startswith(f"{kafka.incidents}: ")]:
        raise TopicError(f"topic {wrong[0]}")
    status = NotifierStatus(time.monotonic())
    metrics = NotifierMetrics(status, [each.name for each in endpoints])
    notifier = Notifier(redis, settings, endpoints, status, metrics, replayed=replayed)
    async with (
        health_server(
            lambda: status.health(time.monotonic()), status.unready, metrics.registry, redis, settings.notify, "notify"
        ) as port,
        log_view(kafka, kafka.incidents) as view,
        sampling(notifier_samples(metrics, redis, notifier.queues)),
    ):
        log.info("health on http://%s:%d/healthz", settings.notify.health_host, port)
        reached = Reached(redis, kafka.incidents, settings.notify.group)
        app = Agent(settings, notifier, reached, view, status).app(found[kafka.incidents].partitions)
        telling = asyncio.create_task(_tell(status))
        log.info("notifies %s", ", ".join(f"{each.name} ({each.form.name}, {each.host})" for each in endpoints))
        try:
            async with notifier.sending(app.fail):
                await run_app(app)
        finally:
            telling.cancel()
            log.info("%s", told(status))


def told(status: NotifierStatus) -> str:
    """Return what became of events and attempts as a line of the log."""
    counts = Counter({("records", "unreadable"): status.unreadable}) + status.events + status.attempts
    return ", ".join(f"{name} {count} {what}" for (name, what), count in sorted(counts.items())) or "nothing so far"


async def _tell(status: NotifierStatus) -> None:
    while True:
        await asyncio.sleep(TOLD_EVERY_S)
        log.info("%s", told(status))
