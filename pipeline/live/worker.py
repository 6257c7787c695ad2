"""The worker: a Faust agent over the posts, which hands batches to the pump and acknowledges what is done."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pipeline.errors import BrokerError
from pipeline.live.faust_app import App, new_app
from pipeline.live.group import take_over
from pipeline.live.lane import GoneBackError
from pipeline.live.losses import HandoverError
from pipeline.live.persist import persist
from pipeline.live.records import REPLAYED, Record

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from faust.types import EventT

    from pipeline.config import Settings
    from pipeline.live.log_view import LogView
    from pipeline.live.pump import Pump
    from pipeline.live.status import Status

TAKE: Final = 500
"""Records of a batch, at most."""

AHEAD: Final = 2
"""Batches that wait while one is worked off: what Faust has to do for a record goes on beside the script."""

WITHIN_S: Final = 0.05
"""Seconds that a batch waits to be filled: what a post may wait for nothing."""

ENDS_S: Final = 2.0
"""Seconds between two looks at where the partitions end."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class Worker:
    """The agent and what belongs to it."""

    def __init__(self, settings: Settings, pump: Pump, view: LogView, status: Status, *, partitions: int) -> None:
        self._settings = settings
        self._known = {settings.kafka.posts: partitions}
        self._pump = pump
        self._view = view
        self._status = status
        self._partitions: set[int] = set()
        self._ends = False
        self._idle = asyncio.Event()
        self._idle.set()

    def app(self) -> App:
        """Return the app, ready to run."""
        worker = self._settings.worker
        app = new_app(self._settings.kafka, worker.group, worker.session_s, worker.instance, partitions=self._known)
        topic = app.topic(
            self._settings.kafka.posts, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )
        app.agent(topic, name="posts")(self._take)
        signals: Any = app  # a signal's handler may name its keywords, which its type does not have
        # Not on_partitions_assigned: reading may begin while its handlers wait. This one is waited for, and after it
        # reading begins at the offsets of the group.
        signals.on_rebalance_complete.connect(self._assigned, weak=False)
        signals.on_partitions_revoked.connect(self._revoked, weak=False)
        app.drain = self._drain
        app.timer(1.0)(self._tick)
        app.timer(ENDS_S)(self._look_at_ends)
        return app

    async def _take(self, stream: Any) -> None:
        """Collect batches while those before are worked off; each is acknowledged, in order, once it is done."""
        batches: asyncio.Queue[list[EventT[bytes]]] = asyncio.Queue(AHEAD)
        work = asyncio.create_task(self._work_off(batches, stream.app))
        try:
            async for batch in stream.noack().noack_take(TAKE, within=WITHIN_S):
                await batches.put(batch)
        finally:
            work.cancel()

    async def _work_off(self, batches: asyncio.Queue[list[EventT[bytes]]], app: App) -> None:
        try:
            while True:
                batch = await batches.get()
                if self._ends:
                    return
                self._idle.clear()
                await self._persist(partial(self._do, [_record(event) for event in batch]))
                for event in batch:
                    event.ack()
                self._idle.set()
        except Exception as error:  # noqa: BLE001 - whatever it is ends the worker, with nothing acknowledged
            app.fail(error)

    async def _drain(self) -> None:
        """Finish the batch that is worked off; those that wait come again, to whoever takes over."""
        self._ends = True
        await self._idle.wait()

    async def _do(self, records: list[Record]) -> None:
        await self._pump.take(records, self._view, time.monotonic())

    async def _persist(self, work: Callable[[], Awaitable[T]]) -> T:
        return await persist(work, self._settings.worker.retry_s, self._note_trouble, (GoneBackError, HandoverError))

    def _note_trouble(self) -> None:
        self._status.count("retries")
        self._pump.mistrust()

    async def _assigned(self, app: App, **_: Any) -> None:
        try:
            await self._begin(app)
        except Exception as error:  # noqa: BLE001 - the same
            app.fail(error)

    async def _begin(self, app: Any) -> None:
        """Take over what is assigned, and have it read from where the fences stand."""
        wanted = await take_over(app, self._settings.kafka.posts, self._view, self._assign, self._persist)
        self._partitions = set(wanted)

    async def _assign(self, ranges: dict[int, tuple[int, int]], stands: dict[int, int | None]) -> dict[int, int]:
        return await self._pump.assign(ranges, stands, time.monotonic())

    async def _revoked(self, _app: Any, revoked: Any, **_: Any) -> None:
        self._partitions = set()
        self._pump.revoke(time.monotonic())
        log.info("%d partitions given back", len(revoked))

    async def _tick(self) -> None:
        with contextlib.suppress(BrokerError):  # of trouble the batches tell
            await self._pump.tick(time.monotonic())

    async def _look_at_ends(self) -> None:
        with contextlib.suppress(BrokerError):
            for partition, (_, end) in (await self._view.ranges(sorted(self._partitions))).items():
                self._status.ends(partition, end, time.monotonic())


def _record(event: EventT[bytes]) -> Record:
    message = event.message
    return Record(
        message.topic,
        message.partition,
        message.offset,
        message.key,
        message.value,
        round(1000 * message.timestamp),
        REPLAYED in dict(message.headers or ()),
    )
