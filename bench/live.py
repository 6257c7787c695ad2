"""A live worker on a Kafka of its own: beside a bare Faust agent, with packed records, and how soon a campaign is told.

In turns, each run a process of its own over a topic that was filled before: a loop without Faust, a bare agent and a
worker with one post a record, a worker with 50 posts a record. Then a worker while posts with campaigns among them come
at 1,000 posts/s, with a notifier and a receiver of webhooks behind it. Exits 1 where a bound is missed. Linux, with
Java and Maven.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from bench.live_load import PER_S
from bench.live_runs import MAX_OPENED, judge
from pipeline.recordings.read import read_lines
from pipeline.simulate.stream import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.live_child import Span
    from bench.live_latency import Latency
    from bench.live_runs import Bench
    from pipeline.post import Line

DATA = Path(os.environ.get("TURFWATCH_DATA", Path(__file__).parents[2] / "shared" / "data"))
RECORDING = DATA / "phosphorus-2015.jsonl.gz"
POSTS: Final = 64_485
"""Of the recording, and of what is simulated in its place."""

PACK: Final = 50
RATIO: Final = 0.6
PACKED_RATE: Final = 10_000
P99_MS: Final = 2000
CAMPAIGNS: Final = 200
"""Bounds: worker to bare agent, posts/s of packed records, milliseconds, campaigns found."""

LOOP: Final = "getmany, no Faust, no work"
BARE: Final = "bare agent, 1 post a record"
SINGLE: Final = "worker, 1 post a record"
PACKED: Final = f"worker, {PACK} posts a record"


async def throughput(bench: Bench, lines: Sequence[Line], turns: int) -> dict[str, list[float]]:
    """Return posts/s of each kind of run."""
    records = len(lines)
    bench.fill("single", lines, 1)
    bench.fill("packed", lines, PACK)
    rates: dict[str, list[float]] = {LOOP: [], BARE: [], SINGLE: [], PACKED: []}
    print(f"{'':29}{'posts/s':>9}{'us of CPU:':>14}{'process':>9}{'server':>9}{'broker':>9}{'cores':>8}{'load':>7}")
    for _ in range(turns):
        for name, span, pack in (
            (LOOP, await bench.idle("loop", "single", records), 1),
            (BARE, await bench.idle("bare", "single", records), 1),
            (SINGLE, await bench.worker("single", records), 1),
            (PACKED, await bench.worker("packed", -(-records // PACK)), PACK),
        ):
            posts = min(records, span.records * pack)
            rates[name].append(posts / span.seconds)
            print(row(name, posts, span), flush=True)
    return rates


def row(name: str, posts: int, span: Span) -> str:
    """Return the row of a run: posts/s, CPU of each process, cores that all of them had."""
    each = (1e6 * span.cpu[part] / posts if part in span.cpu else None for part in ("process", "server", "broker"))
    cpu = "".join(f"{'' if us is None else f'{us:.0f}':>9}" for us in each)
    cores = sum(span.cpu.values()) / span.seconds
    return f"{name:29}{posts / span.seconds:9,.0f}{'':14}{cpu}{cores:8.2f}{os.getloadavg()[0]:7.1f}"


def judged(rates: dict[str, list[float]], told: Latency) -> bool:
    """Print medians and latencies beside their bounds; returns whether all hold."""
    middle = {name: median(row) for name, row in rates.items()}
    ratio, packed = middle[SINGLE] / middle[BARE], middle[PACKED]
    times, since_post, hooked = sorted(told.from_append), sorted(told.from_post), sorted(told.to_webhook)
    p99 = rank(times, 0.99)
    print(
        f"median worker / bare agent   {ratio:9.2f}   at least {RATIO}\n"
        f"median of {PACK} posts a record{packed:12,.0f}   at least {PACKED_RATE:,} posts/s\n"
        f"campaigns found              {len(told.found):9}   at least {CAMPAIGNS}, in {len(times)} incidents "
        f"(incidents.max_opened = {MAX_OPENED:,})\n"
        f"from the post that crossed the bound to the record of the incident, by the broker's clock:\n"
        f"  p50 {rank(times, 0.5)} ms, p99 {p99} ms, most {times[-1]} ms   p99 below {P99_MS:,} ms\n"
        f"to its first webhook at the receiver, signed, notifier and receiver on the same cores:\n"
        f"  p50 {rank(hooked, 0.5)} ms, p99 {rank(hooked, 0.99)} ms, most {hooked[-1]} ms   p99 below {P99_MS:,} ms\n"
        f"  longest pause between two appends {told.pause_ms} ms, last post sent {told.late_ms} ms late, "
        f"{told.retries} retries\n"
        f"  from the time in the post itself: p50 {rank(since_post, 0.5)} ms, p99 {rank(since_post, 0.99)} ms, "
        f"most {since_post[-1]} ms"
    )
    is_fast = ratio >= RATIO and packed >= PACKED_RATE
    return is_fast and len(told.found) >= CAMPAIGNS and max(p99, rank(hooked, 0.99)) < P99_MS


def rank(times: Sequence[int], share: float) -> int:
    """Return the time that a share of the sorted times does not exceed."""
    return times[min(len(times) - 1, int(share * len(times)))]


def chosen(posts: int) -> tuple[str, list[Line]]:
    """Return the name of what is applied, and its lines."""
    if RECORDING.is_file():
        return RECORDING.name.split(".")[0], list(read_lines([str(RECORDING)]))[:posts]
    return "a simulated stream (no recording is here)", list(simulate(1, posts))


async def measured(bench: Bench, wanted: argparse.Namespace) -> bool:
    name, lines = chosen(wanted.posts)
    print(f"{name}, {len(lines):,} posts; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    rates = await throughput(bench, lines, wanted.turns)
    told = await bench.latency(PER_S * wanted.seconds, wanted.campaigns)
    print(row(f"worker at {PER_S:,} posts/s", told.span.records, told.span), flush=True)
    return judged(rates, told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3, help="runs of each kind (default: 3)")
    parser.add_argument("--posts", type=int, default=POSTS, help=f"of the recording, at most (default: {POSTS})")
    parser.add_argument("--seconds", type=int, default=90, help="of posts with campaigns among them (default: 90)")
    parser.add_argument("--campaigns", type=int, default=240, help="among them (default: 240)")
    judge(measured, parser.parse_args())


if __name__ == "__main__":
    main()
