"""Figures of one run: text alone, the whole engine and where its time goes, bytes a post, a named peer beside it."""

from __future__ import annotations

import itertools
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from datasketch import MinHash, MinHashLSH

from pipeline import loop
from pipeline.config import load_settings
from pipeline.embedded import embedded_server
from pipeline.engine import Engine
from pipeline.post import Post
from pipeline.recordings.read import read_lines
from pipeline.replay import position, run
from pipeline.state.client import connect
from pipeline.state.store import SLOT_BYTES
from pipeline.text.features import features
from pipeline.text.keywords import keyword_tokens, keywords
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from pipeline.post import Line

DATA = Path(os.environ.get("TURFWATCH_DATA", Path(__file__).parents[2] / "shared" / "data"))
RECORDING = DATA / "koch-farms-2015.jsonl.gz"
BATCH = 200
PEER_POSTS = 5000
SETTINGS, _ = load_settings(environment={})


def best(repeats: int, work: object) -> float:
    """Least seconds of some repeats."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()  # type: ignore[operator] # a function without arguments
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def text_alone(posts: list[Post]) -> None:
    batches = [posts[at : at + BATCH] for at in range(0, len(posts), BATCH)]

    def everything() -> None:
        for batch in batches:
            found = features([p.text for p in batch], [bool(p.is_repost) for p in batch], 1 << 20)
            keywords(found.normalised, [keyword_tokens(p.urls or (), p.mentions or ()) for p in batch])

    whole = best(3, everything)
    only = best(3, lambda: [normalise(post.text) for post in posts])
    rate = len(posts) / whole
    print(f"text alone, keywords included  {rate:9,.0f} posts/s   ({only / whole:.0%} of it normalising)")


async def whole_engine(client: Redis) -> None:
    engine = Engine(client, "bench", SETTINGS)
    await engine.start()
    start = time.perf_counter()
    done = 0
    async for step in run(engine, read_lines([str(RECORDING)]), "bench"):
        done = step.done
    seconds = time.perf_counter() - start
    print(f"whole engine                   {done / seconds:9,.0f} posts/s   ({done:,} posts in {seconds:.1f} s)")
    await engine.store.drop()


async def where_time_goes(client: Redis, lines: list[Line]) -> None:
    """One step after the other, so that each is seen alone; bytes a post at the fullest moment of the index."""
    engine = Engine(client, "bench", SETTINGS)
    await engine.start()
    prepare = script = rest = slowest = 0.0
    for at in range(0, len(lines), BATCH):
        placed = [(position("bench", n), line) for n, line in enumerate(lines[at : at + BATCH], at)]
        start = time.perf_counter()
        batch = engine.prepare(placed)
        prepare += time.perf_counter() - start
        start = time.perf_counter()
        before = time.perf_counter()
        done = await engine.store.observe(batch)
        call = time.perf_counter() - before
        slowest, script = max(slowest, call), script + call
        if done.applied < len(batch) or await engine.store.due():
            await engine.start()
            await engine.apply(batch.rest(done.applied))
        rest += time.perf_counter() - start - call
    total = prepare + script + rest
    each = [f"{1e6 * part / len(lines):.1f} us {name}" for part, name in _parts(prepare, script, rest)]
    print(f"where the time of a post goes  {', '.join(each)}   (sum {1e6 * total / len(lines):.1f} us)")
    print(f"slowest call of {BATCH} posts        {1000 * slowest:9.1f} ms")
    await engine.store.drop()


def _parts(prepare: float, script: float, rest: float) -> list[tuple[float, str]]:
    return [(prepare, "text and packing"), (script, "script"), (rest, "evaluation and stops")]


async def bytes_a_post(client: Redis, lines: list[Line]) -> None:
    """The busiest hour of the recording, so that all of it lies within the horizon."""
    hour = max(range(0, len(lines) - 20_000, 5000), key=lambda at: lines[at].at - lines[at + 20_000].at)
    chosen = lines[hour : hour + 20_000]
    start = chosen[0].at // 5_400_000 * 5_400_000
    for number, line in enumerate(chosen):
        line.at = start + number * 4000 // len(chosen) * 1000
    engine = Engine(client, "bytes", SETTINGS)
    await engine.start()
    async for _ in run(engine, iter(chosen), "bytes"):
        pass
    total = 0
    for name in ("objects", "names", "authors", "seen", "crowd"):
        for parity in "01":
            total += await client.memory_usage(engine.store.keys[f"{name}:{parity}"], samples=0) or 0
    slots = 16 * SLOT_BYTES
    print(f"bytes a post in the horizon    {total / len(chosen) + slots:9,.0f}           (of it {slots} band slots)")
    table = await client.memory_usage(engine.store.keys["bands"], samples=0)
    print(f"band table                     {(table or 0) / 2**20:9.1f} MiB         (fixed by detection.band_slots)")
    await engine.store.drop()


async def viral(client: Redis) -> None:
    engine = Engine(client, "viral", SETTINGS)
    await engine.start()
    slowest = 0.0
    for at in range(0, 20_000, BATCH):
        posts = [
            Post(
                id=f"v{n}",
                platform="x",
                author_id=f"a{n}",
                text="one text that everybody posts on the same day",
                created_at="",
                at=1_767_258_000_000 + n * 100,
            )
            for n in range(at, at + BATCH)
        ]
        batch = engine.prepare([(position("v", at + n), post) for n, post in enumerate(posts)])
        start = time.perf_counter()
        await engine.apply(batch)
        slowest = max(slowest, time.perf_counter() - start)
    print(f"a text of 20,000 authors       {1000 * slowest:9.1f} ms          slowest call")
    await engine.store.drop()


async def peer(client: Redis, url: str, lines: list[Line]) -> None:
    """Datasketch's MinHashLSH with Redis storage on the same server: query and insert, as a clusterer would."""
    posts = [line for line in lines[:PEER_POSTS] if isinstance(line, Post)]
    engine = Engine(client, "peer", SETTINGS)
    await engine.start()
    start = time.perf_counter()
    async for _ in run(engine, iter(posts), "peer"):
        pass
    ours = len(posts) / (time.perf_counter() - start)
    storage = {"type": "redis", "basename": b"peer", "redis": {"unix_socket_path": url.removeprefix("unix://")}}
    index = MinHashLSH(threshold=0.5, num_perm=64, storage_config=storage)
    start = time.perf_counter()
    for number, post in enumerate(posts):
        text = normalise(post.text)
        sketch = MinHash(num_perm=64)
        sketch.update_batch([text[at : at + 5].encode() for at in range(max(1, len(text) - 4))])
        index.query(sketch)
        index.insert(f"{number}", sketch)
    theirs = len(posts) / (time.perf_counter() - start)
    print(
        f"first {len(posts):,} posts              {ours:9,.0f} posts/s   beside datasketch MinHashLSH on Redis "
        f"{theirs:,.0f} posts/s: {ours / theirs:.1f} times"
    )
    await engine.store.drop()


async def main() -> None:
    if not RECORDING.is_file():
        sys.exit(f"bench: {RECORDING} is not here; name the folder of the recordings with TURFWATCH_DATA")
    lines = list(read_lines([str(RECORDING)]))
    text_alone([line for line in lines if isinstance(line, Post)])
    async with embedded_server() as url, connect(url, 10) as client:
        await whole_engine(client)
        await where_time_goes(client, lines)
        await viral(client)
        await peer(client, url, lines)
        await bytes_a_post(client, list(itertools.islice(read_lines([str(RECORDING)]), None)))


if __name__ == "__main__":
    loop.run(main())
