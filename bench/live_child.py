"""One process of `bench/live.py` over a topic that is full: a loop without Faust, a bare agent of it, or the worker.

Tells on standard output, as JSON, what lies between the moment at which it is handed its first batch and the end of the
one that reaches the wanted number of records, and ends. Settings come from the environment.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import msgspec
from aiokafka import AIOKafkaConsumer

from pipeline import loop
from pipeline.cli import main as command
from pipeline.config import load_settings
from pipeline.live import work
from pipeline.live.faust_app import new_app, run_app
from pipeline.live.pump import Pump
from pipeline.live.worker import TAKE, WITHIN_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.config import Settings


class Span(msgspec.Struct, frozen=True):
    """Records done within some seconds, and CPU seconds meanwhile of each process by its name."""

    records: int
    seconds: float
    cpu: dict[str, float]


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of another process: by its clock, as clock_getcpuclockid(3) names it on Linux."""
    return time.clock_gettime(~pid << 3 | 2)


class Meter:
    """Measures from the begin of the first batch to the end of the last, and tells it then."""

    def __init__(self, wanted: int, others: Mapping[str, int]) -> None:
        self._wanted = wanted
        self._pids = {"process": os.getpid(), **others}
        self._start: tuple[float, dict[str, float]] | None = None
        self._seen = 0

    @property
    def runs(self) -> bool:
        """Whether records are wanted."""
        return self._seen < self._wanted

    def begins(self) -> None:
        """Note that a batch was handed over."""
        self._start = self._start or self._now()

    def ends(self, records: int) -> None:
        """Note the end of a batch."""
        had, self._seen = self._seen, self._seen + records
        if self._start and had < self._wanted <= self._seen:
            seconds, cpu = self._now()
            began, used = self._start
            span = Span(self._seen, seconds - began, {name: cpu[name] - used[name] for name in cpu})
            print(msgspec.json.encode(span).decode(), flush=True)

    def _now(self) -> tuple[float, dict[str, float]]:
        return time.perf_counter(), {name: cpu_seconds(pid) for name, pid in self._pids.items()}


async def loop_alone(settings: Settings, meter: Meter) -> None:
    """Take records from the client beneath Faust, do nothing, commit now and then."""
    consumer = AIOKafkaConsumer(
        settings.kafka.posts,
        bootstrap_servers=settings.kafka.brokers,
        group_id=settings.worker.group,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        while meter.runs:
            for batch in (await consumer.getmany(timeout_ms=round(1000 * WITHIN_S), max_records=TAKE)).values():
                meter.begins()
                meter.ends(len(batch))
    finally:
        await consumer.stop()


async def bare(settings: Settings, meter: Meter) -> None:
    """Take records as a worker takes them, do nothing, acknowledge."""
    app = new_app(
        settings.kafka, settings.worker.group, settings.worker.session_s, partitions={settings.kafka.posts: 1}
    )
    topic = app.topic(
        settings.kafka.posts, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )

    async def take(stream: Any) -> None:
        events = stream.noack()
        async for batch in events.noack_take(TAKE, within=WITHIN_S):
            meter.begins()
            for event in batch:
                await events.ack(event)
            meter.ends(len(batch))
            end_after(meter)

    app.agent(topic, name="bare")(take)
    await run_app(app)


def worker(url: str, meter: Meter, *, measured: bool = True) -> None:
    """Be the command, watched from inside, where no clock of a poll blurs it, ``measured`` by its metrics or not."""
    plain = Pump.take

    async def take(pump: Pump, records: Any, *more: Any) -> None:
        meter.begins()
        await plain(pump, records, *more)
        meter.ends(len(records))
        end_after(meter)

    sys.argv = ["turfwatch", "worker", "--redis", url]
    with patch.object(Pump, "take", take), patch.object(work, "work", partial(work.work, measured=measured)):
        command()


def end_after(meter: Meter) -> None:
    """End this process in order where all is measured."""
    if not meter.runs:
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    kind, wanted, redis, *named = sys.argv[1:]
    pairs = (each.split("=") for each in named)
    meter = Meter(int(wanted), {name: int(pid) for name, pid in pairs})
    if kind in ("worker", "unmeasured"):
        worker(redis, meter, measured=kind == "worker")
    else:
        loop.run((bare if kind == "bare" else loop_alone)(load_settings()[0], meter))
