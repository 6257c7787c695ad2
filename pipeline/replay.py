"""Lines through the engine: reading and features of the next batch run while the server applies this one."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import TYPE_CHECKING

import msgspec

from pipeline.engine import UNTIL_SENT
from pipeline.errors import StateError
from pipeline.incidents.public import Event
from pipeline.position import Position, decode_position
from pipeline.state.batch import Batch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from pipeline.engine import Engine
    from pipeline.post import Line

MAX_BATCH = 200
"""Lines a script call takes at most: beyond it, other clients of the server would wait too long."""

USUAL_BATCH = 100
"""Lines a script call takes where nothing else is asked for: a look-alike search stays far below that wait."""


class Step(msgspec.Struct, frozen=True):
    """What one batch led to: lines done so far, event time (ms) reached, events."""

    done: int
    at: int
    events: list[Event]


class _Prepared(msgspec.Struct, frozen=True):
    batch: Batch
    at: int


def position(topic: str, offset: int) -> bytes:
    """Return the position after the ``offset``-th line of a recording: one line a record, partition 0."""
    return Position(topic, 0, offset + 1, 0).encode()


def lines_done(topic: str, reached: bytes) -> int:
    """Return how many lines lie before a position. Raises StateError for a position in another recording."""
    stands = decode_position(reached)
    if stands is None:
        return 0
    if stands.topic != topic:
        raise StateError("the state was made from other files, or in another order; nothing to resume here")
    return stands.offset


async def run(
    engine: Engine,
    lines: Iterator[Line],
    topic: str,
    *,
    done: int = 0,
    batch_lines: int = USUAL_BATCH,
    speed: float | None = None,
) -> AsyncIterator[Step]:
    """Apply lines from the ``done``-th on; yields after every batch.

    ``speed`` is event time over wall time, None as fast as it goes.
    """
    placed = ((position(topic, offset), line) for offset, line in enumerate(itertools.islice(lines, done, None), done))
    batches = feed(engine, placed, batch_lines) if speed is None else feed(engine, placed, 1, _pace(speed))
    async for step in batches:
        done += step.done
        yield Step(done, step.at, step.events)


def _pace(speed: float) -> Callable[[int], Awaitable[None]]:
    """Return what waits until an event time has come; the first one is now."""
    started = time.monotonic()
    first: int | None = None

    async def wait_for(at: int) -> None:
        nonlocal first
        first = at if first is None else first
        await asyncio.sleep(max(0.0, started + (at - first) / 1000 / speed - time.monotonic()))

    return wait_for


async def feed(
    engine: Engine,
    placed: Iterator[tuple[bytes, Line | None]],
    batch_lines: int = USUAL_BATCH,
    before: Callable[[int], Awaitable[None]] | None = None,
) -> AsyncIterator[Step]:
    """Apply lines, each with the position after it; yields after every batch, ``done`` being the lines of the batch.

    None is a line that is passed over. ``before`` is awaited before each call with the event time of its last line.
    """

    def next_batch() -> _Prepared | None:
        chosen = list(itertools.islice(placed, batch_lines))
        if not chosen:
            return None
        last = chosen[-1][1]
        return _Prepared(engine.prepare(chosen), 0 if last is None else last.at)

    at = 0
    prepared = next_batch()
    while prepared is not None:
        _heed_cancellation()
        upcoming = asyncio.create_task(_after_the_call(next_batch))
        if before is not None:
            await before(prepared.at)
        try:
            events = await engine.apply(prepared.batch, more=before is None)
        except BaseException:
            upcoming.cancel()
            raise
        at = prepared.at
        yield Step(len(prepared.batch), at, events)
        prepared = await upcoming
    if events := await engine.settle():
        yield Step(0, at, events)


async def _after_the_call(work: Callable[[], _Prepared | None]) -> _Prepared | None:
    """Run work once the call of the batch before it is on its way to the server, and the engine has done its own.

    Not in a thread: two that compute take the interpreter from each other, 5 ms at a time.
    """
    for _ in range(2 * UNTIL_SENT):
        await asyncio.sleep(0)
    return work()


def _heed_cancellation() -> None:
    """Raise CancelledError where one was asked for and got lost.

    ``asyncio.wait_for`` of Python 3.11, in which the client sends, drops a cancellation that comes as it returns; a
    replay at the speed of its events would outlive Ctrl-C by hours.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
