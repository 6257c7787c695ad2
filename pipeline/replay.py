"""Lines through the engine: reading and features of the next batch run while the server applies this one."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import StateError
from pipeline.incidents.public import Event
from pipeline.state.batch import Batch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from pipeline.engine import Engine
    from pipeline.post import Line

MAX_BATCH = 200
"""Lines a script call takes at most: beyond it, other clients of the server would wait too long."""

USUAL_BATCH = 100
"""Lines a script call takes where nothing else is asked for: a look-alike search stays far below that wait."""


_HEAD_START_S = 0.0005
"""What it takes to send a call."""


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
    return f"{topic}:0:{offset}:1".encode()


def lines_done(topic: str, reached: bytes) -> int:
    """Return how many lines lie before a position. Raises StateError for a position in another recording."""
    if not reached:
        return 0
    name, _, offset, _ = reached.decode().rsplit(":", 3)
    if name != topic:
        raise StateError("the state was made from other files, or in another order; nothing to resume here")
    return int(offset) + 1


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
    lines = itertools.islice(lines, done, None)
    offsets = itertools.count(done)
    size = batch_lines if speed is None else 1

    def next_batch() -> _Prepared | None:
        chosen = list(itertools.islice(lines, size))
        if not chosen:
            return None
        placed = [(position(topic, next(offsets)), line) for line in chosen]
        return _Prepared(engine.prepare(placed), chosen[-1].at)

    started, first_at = time.monotonic(), None
    prepared = await asyncio.to_thread(next_batch)
    while prepared is not None:
        _heed_cancellation()
        upcoming = asyncio.create_task(_after_the_call(next_batch))
        if speed is not None:
            first_at = prepared.at if first_at is None else first_at
            due = started + (prepared.at - first_at) / 1000 / speed
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        events = await engine.apply(prepared.batch)
        done += len(prepared.batch)
        yield Step(done, prepared.at, events)
        prepared = await upcoming


async def _after_the_call(work: Callable[[], _Prepared | None]) -> _Prepared | None:
    """Run work in a thread once the call of the batch before it is on its way to the server.

    A thread that computes keeps the interpreter for up to 5 ms at a time: begun first, it would keep the call waiting.
    """
    await asyncio.sleep(_HEAD_START_S)
    return await asyncio.to_thread(work)


def _heed_cancellation() -> None:
    """Raise CancelledError where one was asked for and got lost.

    ``asyncio.wait_for`` of Python 3.11, in which the client sends, drops a cancellation that comes as it returns; a
    replay at the speed of its events would outlive Ctrl-C by hours.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
