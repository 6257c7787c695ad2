"""Simulated streams of many seeds through the engine: what is found, what is opened falsely, a textbook rule beside it.

Each seed is a stream of its own of the scenario ``everything``. Exits 1 when a bound is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from pipeline.config import load_settings
from pipeline.embedded import embedded_server
from pipeline.engine import Engine
from pipeline.evaluate import Truth, evaluate
from pipeline.incidents.public import IncidentEvent
from pipeline.simulate.scenario import Performance
from pipeline.simulate.scenarios import DEFAULT_POSTS, draw_scenario
from pipeline.simulate.score import Score, score
from pipeline.simulate.textbook import is_false, textbook_alarms
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from pipeline.config import Settings


@dataclass
class Result:
    """A seed's score, and the textbook rule's alarms on the same stream."""

    seed: int
    lines: int
    score: Score
    textbook_true: int
    textbook_false: int


async def one_seed(client: Redis, settings: Settings, seed: int, posts: int) -> Result:
    performance = Performance(draw_scenario("everything", seed, posts), seed)
    lines = list(performance.lines())
    roles, truth = performance.roles(), Truth(without_ignored=False, drop_fields=())
    engine = Engine(client, f"seed-{seed}", settings)
    await engine.start(origin="replay")
    told = await evaluate(engine, iter(lines), truth, settings.incidents.quiet_s * 1000)
    events = [event for event in told if isinstance(event, IncidentEvent)]  # what a digest tells ends by itself
    await engine.store.drop()
    hired = {account for role in roles.campaigns.values() for account in role.accounts}
    alarms = textbook_alarms(lines)
    false = sum(is_false(alarm, hired) for alarm in alarms)
    return Result(seed, len(lines), score(roles, truth.times, events), len(alarms) - false, false)


def show(result: Result, *, details: bool) -> None:
    told = result.score
    found = [c for c in told.campaigns if c.posts_until is not None]
    kinds = Counter(kind for c in found for kind in c.kinds)
    posts = median(c.posts_until or 0 for c in found) if found else 0
    minutes = median(c.minutes_until or 0 for c in found) if found else 0
    roles = Counter(o.role for o in told.opened)
    print(
        f"{result.seed:4} {result.lines:7,} {len(found):3}/{len(told.campaigns):<3} {posts:6.0f} {minutes:8.1f} "
        f"{len(told.opened):6} {told.accused:4}/{told.joiners:<4} {result.textbook_true:5} {result.textbook_false:5}   "
        f"{_counts(kinds)}; opened: {_counts(roles) or 'none'}",
        flush=True,
    )
    if details:
        for c in told.campaigns:
            how = f"{','.join(c.kinds)} after {c.posts_until} posts" if c.found else f"MISSED, {c.most} at most"
            print(f"       {c.name:24} {c.kind:22} {c.accounts:3} accounts {c.posts:5} posts   {how}")
        for o in told.opened:
            print(f"       FALSE {o.kind:22} {o.role:16} {o.summary}")


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counter.items()))


def summary(results: Sequence[Result]) -> None:
    campaigns = [c for result in results for c in result.score.campaigns]
    print("\nkind                    found / all   of its kind   posts until   minutes   accounts (medians)")
    for kind in sorted({c.kind for c in campaigns}):
        these = [c for c in campaigns if c.kind == kind]
        found = [c for c in these if c.found]
        posts = median(c.posts_until or 0 for c in found) if found else 0
        minutes = median(c.minutes_until or 0 for c in found) if found else 0
        right = sum(kind in c.kinds for c in found)
        share = median(c.most / c.accounts for c in found) if found else 0
        print(f"{kind:22} {len(found):6} /{len(these):4} {right:13} {posts:13.0f} {minutes:9.1f} {share:10.0%}")
    opened = Counter(o.role.split("-")[0] for result in results for o in result.score.opened)
    print(f"organic copies opened: {_counts(opened) or 'none'}")


def broken(results: Sequence[Result], bounds: argparse.Namespace) -> list[str]:
    """Say which bounds do not hold."""
    campaigns = [c for result in results for c in result.score.campaigns]
    found = sum(c.found for c in campaigns) / max(1, len(campaigns))
    opened = sum(len(result.score.opened) for result in results) / len(results)
    accused = sum(result.score.accused for result in results) / max(1, sum(r.score.joiners for r in results))
    textbook = sum(result.textbook_false for result in results) / len(results)
    checks = [
        (found >= bounds.found, f"{found:.1%} of the campaigns found, {bounds.found:.0%} is the bound"),
        (opened <= bounds.opened, f"{opened:.2f} organic copies opened a stream, {bounds.opened:g} is the bound"),
        (accused <= bounds.accused, f"{accused:.1%} of the joiners accused, {bounds.accused:.0%} is the bound"),
        (
            textbook >= bounds.textbook,
            f"{textbook:.1f} false textbook alarms a stream, {bounds.textbook:g} at least show that copies are many",
        ),
    ]
    print("".join(f"\n{'ok' if holds else 'BROKEN':7} {text}" for holds, text in checks))
    return [text for holds, text in checks if not holds]


async def main(arguments: argparse.Namespace) -> int:
    settings, _ = load_settings(options={"detection.look_alikes": True}, environment={})
    print("seed   lines  found    posts  minutes opened  joiners textbook        incidents by kind")
    print("                    (medians until)  false  accused true false")
    results = []
    async with embedded_server() as url, connect(url, 10) as client:
        for seed in arguments.seeds:
            results.append(await one_seed(client, settings, seed, arguments.posts))
            show(results[-1], details=arguments.details)
    summary(results)
    return 1 if broken(results, arguments) else 0


def seeds(text: str) -> list[int]:
    """Read ``1-20`` or ``3,5,9``."""
    first, _, last = text.partition("-")
    return list(range(int(first), int(last) + 1)) if last else [int(seed) for seed in text.split(",")]


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("seeds", nargs="?", type=seeds, default=seeds("1-20"), help="1-20, or 3,5,9")
    options.add_argument("--posts", type=int, default=DEFAULT_POSTS, help="ordinary posts a stream")
    options.add_argument("--details", action="store_true", help="name every campaign and every false incident")
    options.add_argument("--found", type=float, default=1.0, help="least share of campaigns found")
    options.add_argument("--opened", type=float, default=0.0, help="most false incidents a stream")
    options.add_argument("--accused", type=float, default=0.0, help="most joiners among members, as a share of them")
    options.add_argument("--textbook", type=float, default=20, help="least false alarms of the textbook rule a stream")
    return options


if __name__ == "__main__":
    sys.exit(asyncio.run(main(parser().parse_args())))
