"""The engine beside itself as of an earlier commit, in turns: posts/s of both, and what the slowest call costs now.

Each run is a process of its own with a server of its own; both read koch-farms-2015 with their own defaults. Exits 1
where the median ratio of pairs is below ``--least``, or a call costs the server more than ``--slowest`` ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from pipeline.config import load_settings
from pipeline.embedded import embedded_server
from pipeline.engine import Engine
from pipeline.recordings.read import read_lines
from pipeline.replay import run
from pipeline.state.client import connect

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("TURFWATCH_DATA", ROOT.parent / "shared" / "data"))
RECORDING = "koch-farms-2015"


async def measured(recording: str) -> dict[str, float]:
    """Replay by the engine on the path. A call costs what it takes of the server's CPU: others may run beside it."""
    settings, _ = load_settings(environment={})
    async with embedded_server() as url, connect(url, 60) as client:
        engine = Engine(client, "bench", settings)
        await engine.start()
        # The CPU clock of another process, as clock_getcpuclockid(3) names it on Linux.
        clock = ~int((await client.info("server"))["process_id"]) << 3 | 2
        observe: Any = engine.store.observe
        slowest = 0.0

        async def timed(batch: object) -> object:
            nonlocal slowest
            before = time.clock_gettime(clock)
            done = await observe(batch)
            slowest = max(slowest, time.clock_gettime(clock) - before)
            return done

        start, posts = time.perf_counter(), 0
        with patch.object(engine.store, "observe", timed):
            async for step in run(engine, read_lines([recording]), "bench"):
                posts = step.done
        seconds = time.perf_counter() - start
        return {"rate": posts / seconds, "server": time.clock_gettime(clock), "slowest": 1000 * slowest}


def one(tree: Path, recording: Path) -> dict[str, float]:
    """Measure the engine of a tree in a fresh process, with the packages of this one."""
    code = f"import sys, runpy; sys.path.insert(0, {str(tree)!r}); runpy.run_path({__file__!r}, run_name='measure')"
    command = [sys.executable, "-I", "-c", code, str(recording)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def told(name: str, found: dict[str, float]) -> None:
    print(
        f"{name:9} {found['rate']:9,.0f} posts/s   server {found['server']:5.2f} s   slowest call "
        f"{found['slowest']:5.1f} ms of the server's CPU",
        flush=True,
    )


def compare(commit: str, recording: Path, times: int) -> tuple[float, float]:
    """Return the ratio of the medians of posts/s, and the slowest call now: the least of its runs."""
    rates: dict[str, list[float]] = {commit: [], "now": []}
    slowest = []
    with tempfile.TemporaryDirectory(prefix="against-") as folder:
        tree = Path(folder) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), commit], check=True)
        try:
            for _ in range(times):
                for name, place in ((commit, tree), ("now", ROOT)):
                    found = one(place, recording)
                    told(name, found)
                    rates[name].append(found["rate"])
                    if name == "now":
                        slowest.append(found["slowest"])
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)
    return median(rates["now"]) / median(rates[commit]), min(slowest)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", help="what to compare with")
    parser.add_argument("--times", type=int, default=3, help="runs of each, in turns (default: 3)")
    parser.add_argument("--least", type=float, default=0.0, help="ratio of posts/s below which it exits 1")
    parser.add_argument("--slowest", type=float, default=0.0, help="ms of a call above which it exits 1; 0 for any")
    parser.add_argument("--recording", default=RECORDING, help=f"name of the recording (default: {RECORDING})")
    wanted = parser.parse_args()
    recording = DATA / f"{wanted.recording}.jsonl.gz"
    if not recording.is_file():
        sys.exit(f"bench: {recording} is not here; name the folder of the recordings with TURFWATCH_DATA")
    known = ["git", "-C", str(ROOT), "rev-parse", "--verify", "--quiet", f"{wanted.commit}^{{commit}}"]
    if subprocess.run(known, stdout=subprocess.DEVNULL, check=False).returncode:
        sys.exit(f"bench: {wanted.commit} is no commit of this repository")
    ratio, slowest = compare(wanted.commit, recording, max(1, wanted.times))
    print(f"ratio of medians {ratio:.2f}, slowest call {slowest:.1f} ms")
    too_slow = bool(wanted.slowest) and slowest > wanted.slowest
    sys.exit(1 if ratio < wanted.least or too_slow else 0)


if __name__ == "measure":
    try:
        from pipeline.loop import run as run_loop
    except ImportError:  # a commit from before commands had a loop of their own
        run_loop = asyncio.run
    print(json.dumps(run_loop(measured(sys.argv[1]))))
elif __name__ == "__main__":
    main()
