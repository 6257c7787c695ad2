"""Time is told to who asks, and samples that fail hurt nobody."""

from __future__ import annotations

import asyncio
import logging
import time
from unittest.mock import patch

import pytest

from pipeline.metrics.sample import Sample, sampling
from pipeline.timing import timed


class Told:
    def __init__(self) -> None:
        self.rows: list[tuple[str, int, bool]] = []

    def add(self, name: str, seconds: float, items: int, *, failed: bool) -> None:
        assert seconds >= 0
        self.rows.append((name, items, failed))


def test_a_run_tells_its_name_its_items_and_whether_it_failed() -> None:
    told = Told()
    with timed(told, "read", 3):
        pass
    with timed(told, "observe", 100) as run:
        run.items = 40
    with pytest.raises(ValueError, match="bad"), timed(told, "tell"):
        raise ValueError("bad")

    assert told.rows == [("read", 3, False), ("observe", 40, False), ("tell", 1, True)]


def test_a_run_that_is_cancelled_neither_ended_nor_failed() -> None:
    told = Told()
    with pytest.raises(asyncio.CancelledError), timed(told, "observe"):
        raise asyncio.CancelledError

    assert told.rows == []


def test_where_nobody_asks_no_clock_is_read() -> None:
    with patch.object(time, "perf_counter", side_effect=AssertionError), timed(None, "read", 3) as run:
        run.items = 2


async def test_a_sample_that_fails_is_told_once_and_looked_at_again(caplog: pytest.LogCaptureFixture) -> None:
    outcomes = iter([OSError("away"), OSError("away"), None, OSError("away again")])
    enough = asyncio.Event()

    async def look() -> None:
        try:
            error = next(outcomes)
        except StopIteration:
            enough.set()
            return
        if error:
            raise error

    with caplog.at_level(logging.WARNING):
        async with sampling([Sample("the moon", 0.001, look)]):
            await enough.wait()

    assert [each.getMessage() for each in caplog.records] == [
        "metrics: the moon cannot be looked at for now: OSError('away')",
        "metrics: the moon cannot be looked at for now: OSError('away again')",
    ]


async def test_a_sample_that_never_answers_ends_with_its_process() -> None:
    began = asyncio.Event()

    async def look() -> None:
        began.set()
        await asyncio.Event().wait()

    async with sampling([Sample("the moon", 60.0, look)]):
        await began.wait()

    assert len(asyncio.all_tasks()) == 1
