"""Keyword bursts: what they cost beside an engine without them, memory with a vocabulary without end, and accuracy.

python -m bench.bursts [RECORDING...]
"""

from __future__ import annotations

import asyncio
import itertools
import random
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.bursts.baseline import Baseline, Stretches
from pipeline.bursts.follow import Follower
from pipeline.bursts.said import say
from pipeline.config import load_settings
from pipeline.embedded import embedded_server
from pipeline.engine import Engine
from pipeline.post import Post
from pipeline.recordings.read import read_lines
from pipeline.replay import run
from pipeline.simulate.stream import simulate
from pipeline.state.client import connect
from pipeline.state.keyword_bursts import rules_of
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from pipeline.post import Line

BATCH = 200
TURNS = 2
SIMULATED_POSTS = 60_000
DISTINCT = 10_000_000
NEW_WORDS = 20
POSTS_A_SECOND = 10
EXACT_CELLS = 1 << 22
START_MS = 1_767_225_600_000


async def seconds(url: str, lines: list[Line], *, follow: bool, name: str) -> float:
    """Return how long an engine takes for lines."""
    settings, _ = load_settings(options={"bursts.follow": follow}, environment={})
    async with connect(url, 10) as client:
        engine = Engine(client, name, settings)
        await engine.start("replay")
        begin = time.perf_counter()
        async for _ in run(engine, iter(lines), "bench"):
            pass
        taken = time.perf_counter() - begin
        await engine.store.drop()
    return taken


async def cost(name: str, lines: list[Line]) -> None:
    """Print posts/s of the engine with bursts on and off, in turns."""
    with_, without = [], []
    async with embedded_server(None, "everysec") as url:
        for turn in range(TURNS):
            without.append(await seconds(url, lines, follow=False, name=f"off{turn}"))
            with_.append(await seconds(url, lines, follow=True, name=f"on{turn}"))
    off, on = len(lines) / min(without), len(lines) / min(with_)
    print(
        f"{name:22} {len(lines):8,} lines: {off:7,.0f}/s without bursts, {on:7,.0f}/s with, ratio {on / off:.2f} "
        f"({1e6 * min(with_) / len(lines):.0f} us a line)",
        flush=True,
    )


def strange_posts(count: int) -> Iterator[Post]:
    """Posts of words that nobody has used before."""
    draw = random.Random(1)
    for number in range(count):
        words = " ".join(f"w{number * NEW_WORDS + n}" for n in range(NEW_WORDS))
        at = START_MS + number * 1000 // POSTS_A_SECOND
        author = f"a{draw.randrange(20_000)}"
        yield Post(id=f"p{number}", platform="x", author_id=author, text=words, created_at="", at=at)


def batched(posts: Iterable[Post]) -> Iterator[list[Post]]:
    """Yield posts in batches."""
    rows = iter(posts)
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


def vocabulary() -> None:
    """Print time a post and memory while more and more distinct keywords come."""
    follower = Follower("bench", rules_of(load_settings(environment={})[0]))
    posts = DISTINCT // (2 * NEW_WORDS - 1)
    step = posts // 8
    done, begin = 0, time.perf_counter()
    for batch in batched(strange_posts(posts)):
        said = say(batch, [normalise(post.text) for post in batch])
        follower.add(said, said.block(), ())
        follower.close(follower.watermark)
        done += len(batch)
        if done % step < BATCH:
            taken = (time.perf_counter() - begin) / step
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            keywords = done * (2 * NEW_WORDS - 1)
            print(f"{keywords:12,} distinct keywords: {1e6 * taken:5.1f} us a post, {memory:6.0f} MiB", flush=True)
            begin = time.perf_counter()


class Beside(Baseline):
    """A baseline that lets a larger one learn the same, to compare with."""

    def __init__(self, cells: int, more_cells: int) -> None:
        super().__init__(cells)
        self.exact = Baseline(more_cells)

    def merge(self, epochs: Stretches) -> None:
        """Let both add epochs."""
        super().merge(epochs)
        self.exact.merge(epochs)

    def hold(self, keywords: NDArray[np.uint64]) -> None:
        """Let keywords stand still in both."""
        super().hold(keywords)
        self.exact.hold(keywords)

    def merge_hours(self, hours: Stretches) -> None:
        """Let both learn hours."""
        super().merge_hours(hours)
        self.exact.merge_hours(hours)

    def settle(self, keyword: int, mean: float, share: float) -> None:
        """Let both take as usual what a keyword has come to."""
        super().settle(keyword, mean, share)
        self.exact.settle(keyword, mean, share)


def accuracy(name: str, lines: list[Line]) -> None:
    """Print by how many posts in ten minutes a keyword is taken for more usual than it is."""
    rules = rules_of(load_settings(environment={})[0])
    baseline = Beside(rules.cells, EXACT_CELLS)
    follower = Follower("bench", rules, baseline=baseline)
    keywords: set[int] = set()
    for batch in batched(line for line in lines if isinstance(line, Post)):
        said = say(batch, [normalise(post.text) for post in batch])
        keywords.update(said.keywords.hashes.tolist())
        follower.add(said, said.block(), ())
        follower.close(follower.watermark)
    hashes = np.fromiter(keywords, dtype=np.uint64, count=len(keywords))
    found, exact = (table.usual(hashes, follower.watermark) for table in (baseline, baseline.exact))
    if found is None or exact is None:
        return
    error = found.mean - exact.mean
    shares = " ".join(f"{part:.0%} {np.quantile(error, part):.4f}" for part in (0.5, 0.9, 0.99, 0.999))
    print(
        f"{name:22} {len(hashes):8,} distinct keywords in {baseline.size:,} cells: usual posts in ten minutes "
        f"too many by {shares}, most {error.max():.3f}; too few by {max(0.0, -error.min()):.1g}",
        flush=True,
    )


def main() -> None:
    """Run all of it; recordings are named as arguments."""
    vocabulary()  # first: what is measured is the most that the process ever held
    recordings = {Path(name).name.split(".")[0]: list(read_lines([name])) for name in sys.argv[1:]}
    recordings = recordings or {"simulated": list(simulate(7, SIMULATED_POSTS))}
    for name, lines in recordings.items():
        asyncio.run(cost(name, lines))
    for name, lines in recordings.items():
        accuracy(name, lines)


if __name__ == "__main__":
    main()
