"""Exactly once in effect: a replay killed at random places and resumed tells the same bytes as an undisturbed one."""

from __future__ import annotations

import random
import subprocess
import tempfile
from pathlib import Path

import pytest
from redis import Redis
from support.command import command, environment, turfwatch
from support.servers import DurableServer

from pipeline.simulate.stream import simulate, write_recording

POSTS = 12_000

EVERYTHING = {"TURFWATCH_DETECTION_TRACES": "repost, reply, link"}
"""Every trace; the search for look-alikes is on as it is."""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("faults") / "simulated.jsonl.gz"
    write_recording(path, simulate(11, POSTS, share=0.1))
    return path


@pytest.fixture(scope="module")
def expected(simulated: Path) -> bytes:
    return turfwatch("replay", simulated, "--output", "jsonl", extra=EVERYTHING).stdout


def places(request: pytest.FixtureRequest, all_of_them: int, few: int) -> list[int]:
    """Positions at which to kill: so many lines have been applied."""
    count = all_of_them if request.config.getoption("--faults") else few
    return sorted(random.Random(count).sample(range(200, POSTS - 200), count))


def applied(client: Redis) -> int:
    """How many lines the only stream of a server has seen."""
    for key in client.scan_iter("tw:*:meta"):
        position = client.hget(key, "position")
        if position:
            return int(str(position).split(":")[2])
    return 0


def start(simulated: Path, server: DurableServer) -> subprocess.Popen[bytes]:
    # Small batches, so that kills fall into many different places.
    return subprocess.Popen(
        command("replay", simulated, "--redis", server.url, "--resume", "--output", "jsonl", "--batch", "17"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(EVERYTHING),
    )


def run_until(run: subprocess.Popen[bytes], server: DurableServer, place: int) -> None:
    with Redis(port=server.port, decode_responses=True) as client:
        while applied(client) < place:
            assert run.poll() is None, "the replay ended before it was to be killed"


@pytest.mark.parametrize("victim", ["replay", "server"])
def test_kills_change_nothing(request: pytest.FixtureRequest, simulated: Path, expected: bytes, victim: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = DurableServer(Path(folder))
        try:
            for place in places(request, *((10, 2) if victim == "replay" else (3, 1))):
                run = start(simulated, server)
                run_until(run, server, place)
                if victim == "replay":
                    run.kill()
                    run.wait()
                else:
                    server.kill()
                    assert run.wait() == 1
                    server.start()
            done = turfwatch(
                "replay", simulated, "--redis", server.url, "--resume", "--output", "jsonl", extra=EVERYTHING
            )
        finally:
            server.kill()

    assert done.returncode == 0, done.stderr
    assert done.stdout == expected


def test_an_embedded_replay_resumes_from_its_state_folder(simulated: Path, expected: bytes, tmp_path: Path) -> None:
    state = tmp_path / "state"
    run = subprocess.Popen(
        command("replay", simulated, "--state", state, "--fsync", "always", "--output", "jsonl"),
        stdout=subprocess.PIPE,
        env=environment(EVERYTHING),
    )
    assert run.stdout is not None
    assert run.stdout.readline()  # an incident is open: now in the middle of it
    run.kill()
    run.wait()
    run.stdout.close()

    # The guard ends the orphaned server and frees the folder; until then the folder is refused.
    done = turfwatch("replay", simulated, "--state", state, "--resume", "--output", "jsonl", extra=EVERYTHING)
    while done.returncode == 2 and b"another run" in done.stderr:
        done = turfwatch("replay", simulated, "--state", state, "--resume", "--output", "jsonl", extra=EVERYTHING)

    assert done.stdout == expected
