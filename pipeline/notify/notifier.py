"""What a notifier does with incident events: into the queues of the endpoints they are for, and out again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import ConfigError
from pipeline.incidents.public import decode_event, subject
from pipeline.notify.deliveries import Deliveries
from pipeline.notify.delivery import new_delivery
from pipeline.notify.endpoint import Endpoint, read_endpoint
from pipeline.notify.filters import severity_of, wanted
from pipeline.notify.lane import Attempt, Lane
from pipeline.notify.refresh import refresh
from pipeline.notify.sender import open_sender
from pipeline.notify.silences import Silences, silenced

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from redis.asyncio import Redis

    from pipeline.config import Settings
    from pipeline.incidents.public import Event
    from pipeline.metrics.notifier import NotifierMetrics
    from pipeline.notify.silences import Silence
    from pipeline.notify.status import NotifierStatus
    from pipeline.timing import Timings

END_S: Final = 4.0
"""Seconds that attempts get to end by themselves."""

log = logging.getLogger(__name__)


def clock() -> int:
    """Return the time of day in ms."""
    return time.time_ns() // 1_000_000


def read_endpoints(settings: Settings) -> list[Endpoint]:
    """Return the endpoints of the configuration. Raises ConfigError for a wrong one, and where there is none."""
    if not settings.endpoints:
        raise ConfigError("nobody is to be notified: name an endpoint, [endpoints.NAME] (docs/configuration.md)")
    return [read_endpoint(name, section) for name, section in sorted(settings.endpoints.items())]


def deliveries_of(redis: Redis, settings: Settings, name: str, calls: Timings | None = None) -> Deliveries:
    """Return the queue of an endpoint; ``calls`` is told what its scripts take."""
    notify = settings.notify
    return Deliveries(redis, name, most_waiting=notify.most_waiting, most_dead=notify.most_dead, calls=calls)


class Notifier:
    """Queues and attempts. What becomes of events and attempts is told to ``status`` and ``metrics``."""

    def __init__(
        self,
        redis: Redis,
        settings: Settings,
        endpoints: Sequence[Endpoint],
        status: NotifierStatus,
        metrics: NotifierMetrics,
        *,
        replayed: bool,
    ) -> None:
        self._status = status
        self._metrics = metrics
        self._settings = settings
        self._replayed = replayed
        self._silences = Silences(redis)
        self._queues = [(each, deliveries_of(redis, settings, each.name, metrics.calls)) for each in endpoints]
        self._lanes: dict[str, list[Lane]] = {each.name: [] for each in endpoints}

    @property
    def queues(self) -> list[Deliveries]:
        """The queues of all endpoints."""
        return [queue for _, queue in self._queues]

    async def take(self, raws: Sequence[bytes]) -> None:
        """Queue events for whom they are; done twice it changes nothing. What is no event is told and passed over."""
        silences = await self._silences.all()
        for raw in raws:
            try:
                event = decode_event(raw)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                log.warning("a record of the incidents is no event and is passed over: %s", error)
                self._status.unreadable += 1
                continue
            # One event after the other: those of an incident must be queued in their order.
            await asyncio.gather(*(self._queue(event, *each, silences) for each in self._queues))
        self._metrics.heartbeats.beat("queue")

    async def _queue(
        self, event: Event, endpoint: Endpoint, deliveries: Deliveries, silences: Sequence[Silence]
    ) -> None:
        now = clock()
        asked = wanted(event, endpoint.asked, replayed=self._replayed)
        silence = silenced(event, endpoint.name, silences, now) if asked != "no" else None
        if silence:
            log.info("endpoint %s: %s of %s is silenced by %s", *_named(event, endpoint), silence.silence_id)
            # What was told before is told to have ended: a silence leaves nobody alarmed.
            asked = "no" if asked == "yes" else asked
        hold = endpoint.quiet.until(now) if endpoint.quiet and severity_of(event) not in endpoint.urgent else 0
        delivery = new_delivery(event, endpoint.name, now, hold)
        became = await deliveries.enqueue(delivery, event.data.revision, asked, now)
        self._status.events[endpoint.name, "silenced" if silence and became == "unwanted" else became] += 1
        if became == "full":
            log.error("endpoint %s: %s of %s is a dead letter: too many wait", *_named(event, endpoint))
        for lane in self._lanes[endpoint.name]:
            lane.wake()

    @contextlib.asynccontextmanager
    async def sending(self, fail: Callable[[Exception], None]) -> AsyncIterator[None]:
        """Attempt what waits meanwhile; on leaving, attempts that are made end first. ``fail`` is told what ends it."""
        async with contextlib.AsyncExitStack() as stack:
            tasks = [task for endpoint, queue in self._queues for task in await self._start(endpoint, queue, stack)]
            watching = asyncio.create_task(_watch(tasks, fail))
            try:
                yield
            finally:
                watching.cancel()
                await self._end(tasks)

    async def _start(
        self, endpoint: Endpoint, deliveries: Deliveries, stack: contextlib.AsyncExitStack
    ) -> list[asyncio.Task[None]]:
        """Start the lanes of an endpoint, each with a way of its own to it."""
        tasks: list[asyncio.Task[None]] = []
        for _ in range(endpoint.in_flight):
            lane = Lane(
                endpoint,
                deliveries,
                await stack.enter_async_context(open_sender(endpoint.networks, endpoint.timeout_s)),
                clock=clock,
                draw=SystemRandom(),
                retry_s=self._settings.worker.retry_s,
                note=partial(self._note, endpoint.name),
                looked=self._looked,
                retried=self._status.retried,
            )
            self._lanes[endpoint.name].append(lane)
            tasks.append(asyncio.create_task(lane.run()))
        if endpoint.form.is_kept_alive:
            sender = await stack.enter_async_context(open_sender(endpoint.networks, endpoint.timeout_s))
            tasks.append(asyncio.create_task(refresh(endpoint, deliveries, sender, clock)))
        return tasks

    def _note(self, endpoint: str, made: Attempt) -> None:
        self._status.attempts[endpoint, made.fate] += 1
        self._metrics.attempted(endpoint, made.seconds)
        if made.fate == "delivered":
            self._metrics.delivered(made.delivery)

    def _looked(self) -> None:
        self._status.looked(time.monotonic())
        self._metrics.heartbeats.beat("deliver")

    async def _end(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        for lane in (lane for lanes in self._lanes.values() for lane in lanes):
            lane.end()
        await asyncio.wait(tasks, timeout=END_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(tasks: Sequence[asyncio.Task[None]], fail: Callable[[Exception], None]) -> None:
    """Tell ``fail`` of the first task that ends by itself: it is what went wrong for too long."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            fail(error)


def _named(event: Event, endpoint: Endpoint) -> tuple[str, str, str]:
    return endpoint.name, event.type, subject(event)
