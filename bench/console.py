"""What open pages cost a running worker: with a console and ten pages on it, and without, in turns.

Each run is a process of its own over a topic that was filled before, as in `bench/live.py`. Five pages are the overview
and five an incident; each holds a stream of events and asks for its page again where it is told that something changed,
as browsers do. Exits 1 where a bound is missed. Linux, with Java and Maven.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

import aiohttp
import msgspec

from bench.live_runs import free_port, server
from bench.live_turns import in_turns, judge_in_turns

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator, Mapping

    from bench.live_child import Span
    from bench.live_runs import Bench

RATIO: Final = 0.95
PAGES: Final = 10
ANSWERS_S: Final = 60
"""Seconds within which a console answers."""

WITH: Final = f"worker with {PAGES} pages open"
WITHOUT: Final = "worker alone"


class Asked(msgspec.Struct):
    """What pages asked for: how many pages, and events that they were told; ``cpu_s`` of the console meanwhile."""

    pages: int = 0
    events: int = 0
    cpu_s: float = 0.0


async def browse(session: aiohttp.ClientSession, asked: Asked, *, incident: bool) -> None:
    """Be an open page: the overview, or that of the first incident that it is told of."""
    shown = ""
    await read(session, "/", asked)
    async with session.get("/events") as stream:
        async for line in stream.content:
            if not line.startswith(b"data:"):
                continue
            asked.events += 1
            name = msgspec.json.decode(line.removeprefix(b"data:")).get("incident_id", "")
            if incident and name and name == (shown := shown or name):
                await read(session, f"/incidents/{name}", asked)


async def read(session: aiohttp.ClientSession, path: str, asked: Asked) -> None:
    async with session.get(path) as answer:
        answer.raise_for_status()
        await answer.read()
        asked.pages += 1


@contextlib.asynccontextmanager
async def pages(environment: Mapping[str, str], url: str, asked: Asked) -> AsyncIterator[int]:
    """Run a console with all pages open on it; yields its process."""
    port = free_port()
    command = ("-m", "pipeline.cli", "console", "--redis", url, "--port", str(port))
    console = await asyncio.create_subprocess_exec(sys.executable, *command, env=dict(environment))
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", timeout=aiohttp.ClientTimeout(None)) as session:
            async with asyncio.timeout(ANSWERS_S):
                while not await answers(session):  # noqa: ASYNC110 - another process, which tells nobody
                    await asyncio.sleep(0.1)
            readers = [
                asyncio.create_task(browse(session, asked, incident=number >= PAGES // 2)) for number in range(PAGES)
            ]
            yield console.pid
            for reader in readers:
                reader.cancel()
            for ended in await asyncio.gather(*readers, return_exceptions=True):
                if isinstance(ended, Exception):
                    raise ended
    finally:
        console.terminate()
        await console.wait()


async def answers(session: aiohttp.ClientSession) -> bool:
    with contextlib.suppress(aiohttp.ClientError):
        async with session.get("/healthz") as answer:
            return answer.status == 200
    return False


async def measured(bench: Bench, wanted: argparse.Namespace) -> bool:
    asked = Asked()

    async def run(name: str, records: int, *, watched: bool) -> Span:
        """Measure a worker on a server of its own."""
        environment = bench.environment(name)
        async with server() as (url, pid):
            if not watched:
                return await bench.child("worker", environment, records, url, {"server": pid})
            async with pages(environment, url, asked) as console:
                span = await bench.child("worker", environment, records, url, {"server": pid, "console": console})
                asked.cpu_s += span.cpu["console"]
                return span

    ratios = await in_turns(bench, wanted, {WITH: partial(run, watched=True), WITHOUT: partial(run, watched=False)})
    middle = median(ratios.rates)
    print(f"{asked.pages:,} pages asked for, {asked.events:,} events told, {asked.cpu_s:.1f} s of CPU of consoles")
    print(f"median of posts/s with / without {middle:8.3f}   at least {RATIO}")
    return middle >= RATIO


if __name__ == "__main__":
    judge_in_turns(__doc__, measured)
