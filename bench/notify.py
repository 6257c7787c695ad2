"""A receiver that never answers: what its queue takes, and what a good one beside it waits for.

A notifier with two endpoints on one Kafka and one server. Events of incidents as a simulated stream tells them fill the
queue of the one that never answers; the good one is left out of these by its streams. Then events for both come at
their pace, with the mute one and without it, in turns. Linux, with Java and Maven.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from kafka import KafkaProducer

from bench.live import rank
from bench.live_hook import notifying, receiving
from bench.live_runs import Bench, server, settings_of
from pipeline import loop
from pipeline.broker.node import running_broker
from pipeline.engine import Engine
from pipeline.errors import TurfwatchError
from pipeline.incidents.public import IncidentEvent, encode_event
from pipeline.live.admin import create_missing
from pipeline.notify.notifier import deliveries_of
from pipeline.replay import run
from pipeline.simulate.stream import simulate
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.live_hook import Hook
    from pipeline.config import Settings

POSTS: Final = 20_000
PENDING: Final = 100_000
TIMED: Final = 1_000
PER_S: Final = 50
TURNS: Final = 2
PIECE: Final = 2_000
QUARTERS: Final = 4
DEADLINE_S: Final = 600
WORSE_MS: Final = 1_000
"""What the good receiver may wait for because of the other, at most."""


async def told(url: str) -> list[IncidentEvent]:
    """Return events as an engine tells them."""
    settings = settings_of({})
    found: list[IncidentEvent] = []
    async with connect(url, 10) as client:
        engine = Engine(client, "town", settings)
        await engine.start("replay")
        async for step in run(engine, simulate(5, POSTS, share=0.1), "bench"):
            found += [each for each in step.events if isinstance(each, IncidentEvent)]
        await engine.store.drop()
    return [each for each in found if each.data.kind != "keyword-burst"]


def numbered(events: Sequence[IncidentEvent], count: int, stream: str, prefix: str) -> Iterator[IncidentEvent]:
    """Yield so many openings of incidents of their own, with what was told of others in them."""
    for number in range(count):
        event = events[number % len(events)]
        data = msgspec.structs.replace(
            event.data, stream=stream, incident_id=f"inc_{prefix}{number}", revision=1, status="open", replay=False
        )
        yield msgspec.structs.replace(event, type="incident.opened", data=data)


async def fill(settings: Settings, url: str, events: Sequence[IncidentEvent], pid: int) -> None:
    """Queue what nobody takes, and print what it costs."""
    async with connect(url, 10) as client:
        queue = deliveries_of(client, settings, "mute")
        before, resident = (await client.info("memory"))["used_memory"], rss(pid)
        start = time.perf_counter()
        with contextlib.closing(producer(settings)) as sending:
            for number, event in enumerate(numbered(events, PENDING, "mute", "m")):
                sending.send(settings.kafka.incidents, encode_event(event), key=event.data.incident_id.encode())
                if number % PIECE == 0:
                    await asyncio.sleep(0)
            sending.flush()
        grown: list[int] = []
        while (waiting := (await queue.standing()).waiting) < PENDING:
            if waiting * QUARTERS >= PENDING * (len(grown) + 1):
                grown.append(rss(pid))
            if time.perf_counter() - start > DEADLINE_S:
                raise TurfwatchError(f"{waiting} of {PENDING} wait after {DEADLINE_S} s")
            await asyncio.sleep(0.2)
        seconds = time.perf_counter() - start
        taken = (await client.info("memory"))["used_memory"] - before
        size = sum(len(encode_event(each)) for each in events) / len(events)
        print(
            f"{PENDING:,} deliveries wait: {taken / 2**20:.0f} MiB in the server, {taken / PENDING:,.0f} bytes each "
            f"(the event has {size:,.0f}); {PENDING / seconds:,.0f} queued a second\n"
            f"the notifier: {resident / 2**20:.0f} MiB before, then at each quarter "
            f"{', '.join(f'{each / 2**20:.0f}' for each in (*grown, rss(pid)))} MiB",
            flush=True,
        )


def timed(settings: Settings, hook: Hook, events: Sequence[IncidentEvent], prefix: str) -> list[int]:
    """Send events for both at their pace; returns how many ms each took to the good receiver."""
    sent: dict[str, int] = {}
    with contextlib.closing(producer(settings)) as sending:
        begin = time.monotonic()
        for number, event in enumerate(numbered(events, TIMED, "both", prefix)):
            time.sleep(max(0.0, begin + number / PER_S - time.monotonic()))
            name = event.data.incident_id
            sent[name] = time.time_ns() // 1_000_000
            sending.send(settings.kafka.incidents, encode_event(event), key=name.encode())
        sending.flush()
    end = time.monotonic() + DEADLINE_S
    while not all((name, 1) in hook.came for name in sent):
        if time.monotonic() > end:
            raise TurfwatchError("the good receiver has not all")
        time.sleep(0.1)
    return sorted(hook.came[name, 1] - at for name, at in sent.items())


def producer(settings: Settings) -> KafkaProducer:
    return KafkaProducer(bootstrap_servers=settings.kafka.brokers, linger_ms=0, compression_type="zstd")


def rss(pid: int) -> int:
    """Return the resident bytes of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def row(name: str, times: Sequence[int]) -> str:
    return f"{name:24}{rank(times, 0.5):8} ms{rank(times, 0.99):8} ms{times[-1]:8} ms"


async def measured(bench: Bench, folder: Path) -> bool:
    environment = bench.environment("notify")
    settings = settings_of(environment)
    create_missing(settings.kafka)
    alone: list[int] = []
    beside: list[int] = []
    with receiving() as good, receiving(hangs=True) as mute:
        of_good = good.section("good", folder, 'streams = ["both"]')
        of_mute = mute.section("mute", folder, "timeout_s = 15")
        (folder / "one.toml").write_text(of_good)
        (folder / "two.toml").write_text(of_good + of_mute)
        async with server() as (url, _):
            events = await told(url)
            with notifying(environment, url, folder / "two.toml") as process:
                await fill(settings, url, events, process.pid)
            for turn in range(TURNS):
                for name, times in (("one", alone), ("two", beside)):
                    with notifying(of_turn(environment, name, turn), url, folder / f"{name}.toml"):
                        times.extend(await asyncio.to_thread(timed, settings, good, events, f"{name}{turn}-"))
    print(f"{'':24}{'p50':>11}{'p99':>11}{'most':>11}   to the good receiver, {PER_S} events/s")
    print(row("alone", sorted(alone)))
    print(row("beside one that is mute", sorted(beside)))
    return rank(sorted(beside), 0.99) - rank(sorted(alone), 0.99) < WORSE_MS


def of_turn(environment: Mapping[str, str], name: str, turn: int) -> dict[str, str]:
    """Return the environment with a group of its own: it begins with what comes from then on."""
    return {**environment, "TURFWATCH_NOTIFY_GROUP": f"{environment['TURFWATCH_NOTIFY_GROUP']}-{name}{turn}"}


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    try:
        with running_broker() as broker, tempfile.TemporaryDirectory(prefix="tw-bench-") as folder:
            holds = loop.run(measured(Bench(broker), Path(folder)))
    except TurfwatchError as error:
        sys.exit(f"bench: {error}")
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
