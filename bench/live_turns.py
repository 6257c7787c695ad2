"""Two kinds of runs in turns on one broker, and how a benchmark of that ends."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

import msgspec

from bench.live import PACK, POSTS, chosen, row
from bench.live_runs import judge

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bench.live_child import Span
    from bench.live_runs import Bench


class Ratios(msgspec.Struct, frozen=True):
    """Of neighbouring runs, the first kind over the second: posts/s, and the worker's CPU of a post.

    The CPU is steadier where others use the machine, too.
    """

    rates: list[float]
    works: list[float]


async def in_turns(
    bench: Bench, wanted: argparse.Namespace, kinds: Mapping[str, Callable[[str, int], Awaitable[Span]]]
) -> Ratios:
    """Fill a topic and print runs of both kinds in turns over it; each is told the topic's name and its records."""
    name, lines = chosen(wanted.posts)
    print(f"{name}, {len(lines):,} posts, {PACK} a record; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    bench.fill("packed", lines, PACK)
    records = -(-len(lines) // PACK)
    print(f"{'':29}{'posts/s':>9}{'us of CPU:':>14}{'process':>9}{'server':>9}{'broker':>9}{'cores':>8}{'load':>7}")
    first, second = kinds
    found = Ratios([], [])
    for turn in range(wanted.turns):
        rates, cpu = {}, {}
        # Who goes first changes, so that what the machine does meanwhile hits both.
        for kind in (first, second) if turn % 2 else (second, first):
            span = await kinds[kind]("packed", records)
            posts = min(len(lines), span.records * PACK)
            rates[kind], cpu[kind] = posts / span.seconds, span.cpu["process"] / posts
            print(row(kind, posts, span), flush=True)
        found.rates.append(rates[first] / rates[second])
        found.works.append(cpu[first] / cpu[second])
    print("posts/s with / without, turn by turn: " + ", ".join(f"{each:.3f}" for each in found.rates))
    print("CPU of a post with / without:         " + ", ".join(f"{each:.3f}" for each in found.works))
    return found


def judge_in_turns(doc: str | None, measured: Callable[[Bench, argparse.Namespace], Awaitable[bool]]) -> None:
    """Be the command of a benchmark: exits 1 where what is measured says that a bound is missed."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=7, help="runs of each kind (default: 7)")
    parser.add_argument("--posts", type=int, default=POSTS, help=f"of the recording, at most (default: {POSTS})")
    judge(measured, parser.parse_args())
