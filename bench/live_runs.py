"""The runs of `bench/live.py` on one broker, each a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import aiohttp
import msgspec

from bench.live_child import Span
from bench.live_latency import Latency, latency
from bench.live_load import load
from pipeline import loop
from pipeline.broker.node import running_broker
from pipeline.config import load_settings
from pipeline.embedded import embedded_server
from pipeline.errors import BrokerError, TurfwatchError
from pipeline.live.admin import admin_client, create_missing
from pipeline.live.produce import produce
from pipeline.live.sender import sending
from pipeline.post import Limits
from pipeline.state.client import connect

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping

    from pipeline.broker.node import Broker
    from pipeline.config import Settings
    from pipeline.post import Line

RUN_S: Final = 240
"""Seconds after which a run is given up."""

SCRAPED_S: Final = 1.0
"""Seconds between two scrapes."""

MAX_OPENED: Final = 1000
"""Openings that the flood guard lets through: beyond them it would hold campaigns back."""


class Bench:
    """A broker, and what is measured on it."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def environment(self, name: str, **more: object) -> dict[str, str]:
        """Return the environment of a process: topics after ``name``, a group that no other has."""
        named = {
            "kafka_brokers": self._broker.address,
            "kafka_posts": f"{name}-posts",
            "kafka_incidents": f"{name}-incidents",
            "kafka_dead_letters": f"{name}-dead-letters",
            "worker_group": f"bench-{uuid4().hex[:8]}",
            "notify_group": f"bench-{uuid4().hex[:8]}",
            "worker_health_port": free_port(),
            "notify_health_port": 0,
            "worker_idle_s": 3600,  # no ticks among the posts
            **more,
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TURFWATCH_")}
        return {**kept, **{f"TURFWATCH_{key.upper()}": str(value) for key, value in named.items()}}

    def fill(self, name: str, lines: Iterable[Line], pack: int) -> None:
        """Make topics and send all lines to one stream, so many a record."""
        settings = settings_of(self.environment(name))
        create_missing(settings.kafka)
        limits = Limits.of(settings.limits)
        with sending(settings.kafka, packed=pack > 1) as sender:
            for _ in produce(sender, settings.kafka, "bench", lines, limits, pack=pack):
                pass

    async def idle(self, kind: str, name: str, records: int) -> Span:
        """Measure what does nothing: a bare agent ("bare"), or a loop without Faust ("loop")."""
        return await self.child(kind, self.environment(name), records, "", {})

    async def worker(self, name: str, records: int) -> Span:
        """Measure the command on a server of its own."""
        async with server() as (url, pid):
            return await self.child("worker", self.environment(name), records, url, {"server": pid})

    async def unmeasured(self, name: str, records: int) -> Span:
        """Measure the command without its metrics."""
        async with server() as (url, pid):
            return await self.child("unmeasured", self.environment(name), records, url, {"server": pid})

    async def scraped(self, name: str, records: int) -> Span:
        """Measure the command while its metrics are asked for again and again."""
        environment = self.environment(name)
        async with server() as (url, pid):
            scraping = asyncio.create_task(_scrape(settings_of(environment).worker.health_port))
            try:
                return await self.child("worker", environment, records, url, {"server": pid})
            finally:
                scraping.cancel()

    async def latency(self, posts: int, campaigns: int) -> Latency:
        """Measure what comes in at its own pace."""
        environment = self.environment("late", incidents_max_opened=MAX_OPENED, detection_band_slots=16 * 2 * posts)
        settings = settings_of(environment)
        with admin_client(settings.kafka) as client:
            # When the broker has it counts, not when the worker sent it.
            stamped = {"cleanup.policy": "delete", "retention.ms": str(30 * 86_400_000)}
            stamped["message.timestamp.type"] = "LogAppendTime"
            wanted = {"num_partitions": settings.kafka.partitions, "replication_factor": 1, "configs": stamped}
            client.create_topics({settings.kafka.incidents: wanted})
        create_missing(settings.kafka)
        async with server() as (url, pid):
            pids = {"server": pid, "broker": self._broker.pid}
            row = list(load(posts, campaigns))
            return await asyncio.to_thread(latency, settings, environment, url, row, pids)

    async def child(
        self, kind: str, environment: Mapping[str, str], records: int, url: str, pids: dict[str, int]
    ) -> Span:
        """Measure a process of a kind (`bench/live_child.py`); ``pids`` are others whose CPU counts, by name."""
        named = [f"{name}={pid}" for name, pid in {**pids, "broker": self._broker.pid}.items()]
        command = [sys.executable, "-m", "bench.live_child", kind, str(records), url, *named]
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, capture_output=True, check=False, timeout=RUN_S
        )
        if done.returncode:
            raise BrokerError(f"a run ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
        return msgspec.json.decode(done.stdout, type=Span)


async def _scrape(port: int) -> None:
    """Ask a worker for its metrics every second, from when it answers to when it is gone."""
    async with aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                    await answer.read()
            await asyncio.sleep(SCRAPED_S)


@contextlib.asynccontextmanager
async def server() -> AsyncIterator[tuple[str, int]]:
    """Yield URL and process of a server."""
    async with embedded_server() as url:
        async with connect(url, 10) as client:
            pid = int((await client.info("server"))["process_id"])
        yield url, pid


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings_of(environment: Mapping[str, str]) -> Settings:
    return load_settings(environment=environment)[0]


def judge(measured: Callable[[Bench, argparse.Namespace], Awaitable[bool]], wanted: argparse.Namespace) -> None:
    """Measure on a broker of its own, and exit: 1 where a bound is missed."""

    async def on(broker: Bench) -> bool:
        return await measured(broker, wanted)

    try:
        with running_broker() as broker:
            holds = loop.run(on(Bench(broker)))
    except TurfwatchError as error:
        sys.exit(f"bench: {error}")
    sys.exit(0 if holds else 1)
