"""One stream of a worker: its engine, its fence, its outbox. What is handed over twice is applied once."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from redis.exceptions import RedisError

from pipeline.engine import Engine
from pipeline.errors import FenceError, ServerError, StateError, TurfwatchError
from pipeline.incidents.public import decode_event
from pipeline.live.told import told
from pipeline.position import Position, decode_position
from pipeline.replay import feed
from pipeline.timing import timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from pipeline.bursts.burst import Burst, Moved
    from pipeline.config import Settings
    from pipeline.incidents.public import Event
    from pipeline.live.outlet import Outlet
    from pipeline.live.registry import Registry
    from pipeline.live.status import Status
    from pipeline.metrics.worker import WorkerMetrics
    from pipeline.post import Line

Placed = tuple[Position, "Line | None"]
LeaveOut = Callable[[Position, Exception], Awaitable[None]]

CRASHES: Final = 3
"""Crashes over the same lines after which the one that trips a bug is looked for and left out."""

_EXPECTED: Final = (TurfwatchError, RedisError, OSError)
"""Trouble that has nothing to do with a line."""

log = logging.getLogger(__name__)


class BugError(TurfwatchError):
    """A line trips a bug: the worker ends, and after CRASHES times the line is left out."""


class GoneBackError(ServerError):
    """The server lost what it had acknowledged: the topic must be read again from where it stands now."""


class Lane:
    """A stream as one worker sees it, from `open` on. ``partition`` is where it lies in the topic.

    ``owes_since``: since when (s, of the clock) its outbox may hold events that the topic has not acknowledged.
    """

    def __init__(
        self,
        redis: Redis,
        stream: str,
        partition: int,
        settings: Settings,
        registry: Registry,
        status: Status,
        metrics: WorkerMetrics | None = None,
    ) -> None:
        self.stream = stream
        self.partition = partition
        self.last_line_at = self.last_tick_at = 0.0
        self.owes_since: float | None = None
        self._metrics = metrics
        self._stages = metrics.measures.stages if metrics else None
        self._engine = Engine(
            redis,
            stream,
            settings,
            burst_witness=self._moved if metrics else None,
            measures=metrics.measures if metrics else None,
            chronicle=True,
        )
        self._topic = settings.kafka.posts
        self._incidents = settings.kafka.incidents
        self._links = settings.links.templates
        self._registry = registry
        self._status = status
        self._fence: Position | None = None
        self._careful_to: Position | None = None
        self._is_open = False
        self._replayed = False
        self._owe()

    async def open(self) -> None:
        """Take the stream up where the server has it.

        Raises StateError for a stream that is not this topic's, GoneBackError where the server lost some of it.
        """
        store = self._engine.store
        self._is_open = False
        self._owe()
        origin = await store.origin()
        if origin not in (None, "live"):
            raise StateError(f"stream {self.stream!r} is a {origin}'s; delete it with: turfwatch state reset")
        try:
            stands = decode_position(await self._engine.start())
        except _EXPECTED:
            raise
        except Exception as error:
            # The position is read before anything is evaluated.
            if (await self._registry.trouble(self.stream)).times < CRASHES:
                raise await self._crash(error, decode_position(store.position)) from error
            stands = await self._leave_evaluation(error)
        if stands is not None and stands.topic != self._topic:
            raise StateError(
                f"stream {self.stream!r} stands in topic {stands.topic!r}, not {self._topic!r}; "
                f"delete it with: turfwatch state reset --stream {self.stream}"
            )
        if self._fence is not None and (stands is None or stands < self._fence):
            raise GoneBackError(
                f"stream {self.stream!r} was at {self._fence.encode().decode()}, and is before that now"
            )
        self._fence = stands
        self._replayed = await self._registry.is_replayed(self.stream)
        trouble = await self._registry.trouble(self.stream)
        self._careful_to = trouble.end if trouble.times >= CRASHES else None
        self._is_open = True

    @property
    def fence(self) -> Position | None:
        """Up to where the stream is applied; None before its first line."""
        return self._fence

    @property
    def watermark(self) -> int:
        """The watermark in ms, 0 before the first line."""
        return self._engine.store.reached

    async def apply(self, lines: Sequence[Placed], leave_out: LeaveOut) -> None:
        """Apply what is beyond the fence; ``leave_out`` is told of a line that trips a bug again and again.

        Raises BugError for one that does so for the first times, and what the server raises.
        """
        if self._careful_to is None:
            await self._feed(lines)
            return
        await self._search(lines, leave_out)
        if self._fence is not None and self._fence >= self._careful_to:
            await self._registry.recovered(self.stream)
            self._careful_to = None

    async def replay(self) -> None:
        """Take the stream for a replayed one from now on, and after a restart: its events say so."""
        if not self._replayed:
            await self._registry.replay(self.stream)
            self._replayed = True

    async def follow(self, place: Position) -> None:
        """Move the fence to a place before which the partition has nothing left for this stream."""
        if self._careful_to is None and (self._fence is None or self._fence < place):
            await self._feed([(place, None)])

    def show(self) -> None:
        """Show in the status where the stream stands."""
        fence = self._engine.store.position.decode()
        self._status.stream(self.stream, self.partition, self._engine.store.reached or None, fence)

    async def tell(self, outlet: Outlet) -> None:
        """Write what the outbox holds to the topic of the incidents. Raises FenceError where somebody else does so."""
        if self.owes_since is None:
            return
        before, raws = await self._engine.store.outbox()
        if raws:
            with timed(self._stages, "tell", len(raws)):
                await self._write(outlet, before, [decode_event(raw) for raw in raws])
        self.owes_since = None

    async def _write(self, outlet: Outlet, before: int, events: Sequence[Event]) -> None:
        await outlet.write([told(event, self._incidents, self._links, replay=self._replayed) for event in events])
        if not await self._engine.store.told(before, len(events)):
            raise FenceError(f"stream {self.stream!r}: its events were told by somebody else meanwhile")
        self._status.count("published", len(events))
        if self._metrics:
            self._metrics.told.take(self.stream, events)

    @property
    def open_bursts(self) -> list[Burst]:
        """The bursts that go on, with the posts that are counted so far."""
        return self._engine.keywords.going if self._engine.keywords else []

    def _moved(self, moved: Moved) -> None:
        """Count what moves of a burst, but for what moved before the stream was taken up."""
        if self._metrics and self._is_open:
            self._metrics.told.take_burst(moved)

    def _owe(self) -> None:
        """Note that there may be events to be told."""
        self.owes_since = self.owes_since or time.time()

    def _beyond(self, lines: Sequence[Placed]) -> list[Placed]:
        fence = self._fence
        if fence is None or (lines and lines[0][0] > fence):  # they are in order
            return list(lines)
        return [each for each in lines if each[0] > fence]

    async def _feed(self, lines: Sequence[Placed]) -> None:
        """Apply lines; a bug is counted."""
        try:
            await self._apply(lines)
        except _EXPECTED:
            raise
        except Exception as error:
            raise await self._crash(error, lines[-1][0]) from error

    async def _apply(self, lines: Sequence[Placed]) -> None:
        before = dict(self._engine.counts)
        wanted = self._beyond(lines)
        self._status.count("skipped", len(lines) - len(wanted))
        try:
            placed = ((position.encode(), line) for position, line in wanted)
            async for step in feed(self._engine, placed):
                self._status.count("batches")
                self._status.count("events", len(step.events))
                if step.events:
                    self._owe()
        except BaseException:
            self._owe()  # what was applied until it broke off may have led to events
            raise
        finally:
            self._fence = decode_position(self._engine.store.position)
            for name, count in self._engine.counts.items():
                self._status.count(name, count - before.get(name, 0))

    async def _search(self, lines: Sequence[Placed], leave_out: LeaveOut) -> None:
        """Apply lines, halving those that trip a bug until the guilty one is alone; it is left out."""
        try:
            await self._apply(lines)
        except _EXPECTED:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a line trips over
            found = error
        else:
            return
        try:
            await self._engine.start()
        except _EXPECTED:
            raise
        except Exception as error:  # noqa: BLE001 - the same
            # The script stops behind the line that makes something due: it is the guilty one.
            self._fence = await self._leave_evaluation(error)
            if self._fence is not None:
                await leave_out(self._fence, error)
        left = self._beyond(lines)
        if len(left) > 1:
            middle = len(left) // 2
            await self._search(left[:middle], leave_out)
            await self._search(left[middle:], leave_out)
        elif left and len(lines) > 1:
            await self._search(left, leave_out)
        elif left:
            await leave_out(left[0][0], found)
            await self._apply([(left[0][0], None)])

    async def _leave_evaluation(self, error: Exception) -> Position | None:
        """Forget what is due: it cannot be evaluated. Returns where the stream stands."""
        log.error("stream %r: an evaluation fails again and again, and is left out", self.stream, exc_info=error)
        await self._engine.store.leave_due()
        return decode_position(await self._engine.start())

    async def _crash(self, error: Exception, end: Position | None) -> BugError:
        """Count a crash over lines that end there."""
        position = self._engine.store.position
        times = await self._registry.crash(self.stream, decode_position(position), end)
        log.error("stream %r: a bug behind %r", self.stream, position.decode(), exc_info=error)
        return BugError(
            f"stream {self.stream!r} trips a bug behind {position.decode() or 'its start'!r}, for the {times}. time "
            f"(the line is left out after {CRASHES}): {error!r}"
        )
