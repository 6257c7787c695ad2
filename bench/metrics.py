"""What metrics cost: a live worker with them and without, in turns, and a scrape of a worker that has seen too much.

Each run is a process of its own over a topic that was filled before, as in `bench/live.py`; one with metrics is scraped
every second meanwhile, fifteen times as often as Prometheus does by default. Then 100,000 campaigns and a million
keywords go through the collectors of this process, and what they expose is asked for. Exits 1 where a bound is missed.
Linux, with Java and Maven.
"""

from __future__ import annotations

import time
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Final

import msgspec
from prometheus_client import generate_latest

from bench.live_turns import in_turns, judge_in_turns
from pipeline.bursts.burst import Burst
from pipeline.incidents.public import Accounts, IncidentData, IncidentEvent
from pipeline.live.status import Status
from pipeline.metrics.worker import WorkerMetrics

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from bench.live_runs import Bench

RATIO: Final = 0.95
SERIES: Final = 500
SCRAPE_MS: Final = 100.0
"""Bounds: posts/s with metrics to those without, series of a worker, milliseconds of a scrape."""

CAMPAIGNS: Final = 100_000
KEYWORDS: Final = 1_000_000

WITH: Final = "worker with metrics"
WITHOUT: Final = "worker without"


def campaigns(count: int) -> Iterator[IncidentEvent]:
    """Yield the first events of incidents."""
    random = Random(1)
    for number in range(count):
        data = IncidentData(
            schema=1,
            incident_id=f"inc_{number:016x}",
            stream="bench",
            revision=1,
            status="open",
            kind="coordinated-network",
            severity="warning",
            score=random.random(),
            first_post_at="",
            last_post_at="",
            detected_at="",
            summary="",
            evidence=[],
            keywords=[],
            templates=[],
            accounts=Accounts(5, 0, []),
            posts=20,
            platforms={},
            communities={},
            links={},
        )
        yield IncidentEvent("incident.opened", "2026-01-01T00:00:00.000Z", data)


def bursts(count: int) -> Iterator[Burst]:
    """Yield bursts that go on."""
    random = Random(2)
    one = Burst("", 0, "#tag", 0, 10, 0, 0, 0.0, 1.0, 1.0, 0, 20, 0, b"", [])
    for number in range(count):
        yield msgspec.structs.replace(one, burst_id=f"inc_{number:016x}", significance=random.random())


def flooded() -> tuple[int, float]:
    """Return series and milliseconds of a scrape, the median of 20, behind all these campaigns and keywords."""
    status = Status(0.0)
    metrics = WorkerMetrics(status)
    status.assigned([0], 0.0)
    for number in range(1000):
        status.stream(f"stream {number}", 0, 1_767_258_000_000 - number, "")
    metrics.told.take("bench", list(campaigns(CAMPAIGNS)))
    metrics.told.take_open_bursts(bursts(KEYWORDS))
    times = []
    for _ in range(20):
        began = time.perf_counter()
        text = generate_latest(metrics.registry)
        times.append(1000 * (time.perf_counter() - began))
    return sum(not line.startswith(b"#") for line in text.splitlines()), median(times)


async def measured(bench: Bench, wanted: argparse.Namespace) -> bool:
    ratios = await in_turns(bench, wanted, {WITH: bench.scraped, WITHOUT: bench.unmeasured})
    kept = median(ratios.rates)
    series, scrape_ms = flooded()
    print(
        f"median of posts/s with / without {kept:8.3f}   at least {RATIO}\n"
        f"median of the worker's CPU       {median(ratios.works):8.3f}\n"
        f"behind {CAMPAIGNS:,} campaigns and {KEYWORDS:,} keywords that are open:\n"
        f"series                           {series:8}   below {SERIES}\n"
        f"a scrape                         {scrape_ms:8.1f} ms   below {SCRAPE_MS:g} ms"
    )
    return kept >= RATIO and series < SERIES and scrape_ms < SCRAPE_MS


if __name__ == "__main__":
    judge_in_turns(__doc__, measured)
