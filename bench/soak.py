"""Two million simulated posts: time and memory for every 200,000, which must stay flat."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from pipeline import loop
from pipeline.config import load_settings
from pipeline.embedded import embedded_server
from pipeline.engine import Engine
from pipeline.incidents.burst import KIND
from pipeline.incidents.public import IncidentEvent
from pipeline.recordings.read import read_lines
from pipeline.replay import run
from pipeline.simulate.stream import simulate, write_recording
from pipeline.state.client import connect

EVERY = 200_000


async def main(posts: int, folder: str) -> None:
    settings, _ = load_settings(environment={})
    # Written first: the simulator remembers the accounts it made up, and is not what is measured.
    recording = Path(folder) / "soak.jsonl.gz"
    write_recording(recording, simulate(1, posts, posts_per_hour=20_000))
    async with embedded_server() as url, connect(url, 10) as client:
        engine = Engine(client, "soak", settings)
        await engine.start()
        start, reached, incidents, bursts = time.perf_counter(), EVERY, 0, 0
        print("      posts   us a post   server MiB   worker MiB at most")
        async for step in run(engine, read_lines([str(recording)]), "soak"):
            told = [event for event in step.events if isinstance(event, IncidentEvent)]
            kinds = [event.data.kind for event in told if event.type == "incident.opened"]
            bursts += kinds.count(KIND)
            incidents += len(kinds) - kinds.count(KIND)
            if step.done >= reached:
                each = 1e6 * (time.perf_counter() - start) / EVERY
                used = (await client.info("memory"))["used_memory"] / 2**20
                worker = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(f"{step.done:11,} {each:11.1f} {used:12.1f} {worker:12.0f}", flush=True)
                reached += EVERY
                start = time.perf_counter()
        print(f"{incidents} incidents opened, {bursts} bursts")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        loop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000, temporary))
