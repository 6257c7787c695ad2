"""Nothing lost, nothing counted twice: workers, server and broker are killed, and the topic tells the same bytes."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from redis import Redis
from redis.exceptions import RedisError
from support.kafka import restartable_broker
from support.live import DEADLINE_S, Live, Worker, by_incident, posts_in
from support.servers import DurableServer

from pipeline.recordings.read import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.kafka import RestartableBroker

ROUNDS, FEW = 20, 2
WORKERS = 3
SEEDS = (21, 22, 23, 24)
POSTS = 4000
PACE_S = (0.5, 3.0)
"""Seconds between two faults: less than a worker takes to start, and more."""


class Crew:
    """Three workers, each started again whenever it has ended, as a supervisor would."""

    def __init__(self, live: Live, server: DurableServer) -> None:
        self._live = live
        self._server = server
        self.workers = [self._start(number) for number in range(WORKERS)]
        self.ended: list[str] = []

    def _start(self, number: int) -> Worker:
        return Worker({**self._live.environment, "TURFWATCH_WORKER_INSTANCE": f"w{number}"}, self._server.port)

    def kill(self, *numbers: int) -> None:
        for number in numbers:
            self.workers[number].kill()

    def tend(self) -> None:
        """Start again whoever has ended; what it said is kept."""
        for number, each in enumerate(self.workers):
            if each.process.poll() is not None:
                each.kill()
                self.ended.append(each.log)
                self.workers[number] = self._start(number)

    def stop(self) -> None:
        for each in self.workers:
            each.kill()


def disturb(draw: random.Random, crew: Crew, server: DurableServer, broker: RestartableBroker, kind: str) -> None:
    if kind == "one":
        crew.kill(draw.randrange(WORKERS))
    elif kind == "two":
        crew.kill(*draw.sample(range(WORKERS), 2))
    elif kind == "server":
        server.kill()
        server.start()
    else:
        broker.kill()
        broker.start()


def is_done(live: Live, redis: Redis) -> bool:
    try:
        return all(live.is_done(redis, stream) for stream in live.ends)
    except (RedisError, OSError):
        return False


def rounds(request: pytest.FixtureRequest) -> int:
    return ROUNDS if request.config.getoption("--faults") else FEW


@pytest.mark.timeout(3600)
def test_kills_lose_nothing_and_count_nothing_twice(
    request: pytest.FixtureRequest,
    simulated: Callable[[int, int], Path],
    expected: Callable[[Path, str], list[bytes]],
) -> None:
    paths = {f"town-{seed}": simulated(seed, POSTS) for seed in SEEDS}
    with restartable_broker() as broker, tempfile.TemporaryDirectory() as folder:
        server = DurableServer(Path(folder))
        try:
            for number in range(rounds(request)):
                draw = random.Random(number)
                live = Live(broker.address, kafka_partitions=4, worker_session_s=6, redis_socket_timeout_s=2)
                for stream, path in paths.items():
                    live.fill(stream, read_lines([str(path)]))
                crew = Crew(live, server)
                faults = ["one", "two", "server", "broker", "one"]
                draw.shuffle(faults)
                try:
                    with Redis(port=server.port) as redis:
                        end = time.monotonic() + DEADLINE_S
                        next_fault = time.monotonic() + 4
                        while not (is_done(live, redis) and not faults):
                            assert time.monotonic() < end, "\n---\n".join([*crew.ended, *(w.log for w in crew.workers)])
                            if faults and time.monotonic() >= next_fault:
                                disturb(draw, crew, server, broker, faults.pop())
                                next_fault = time.monotonic() + draw.uniform(*PACE_S)
                            crew.tend()
                            time.sleep(0.05)
                finally:
                    crew.stop()
                told = live.events()
                with Redis(port=server.port) as redis:
                    for stream, path in paths.items():
                        assert by_incident(told[stream]) == by_incident(expected(path, stream)), (number, stream)
                        assert live.posts(redis, stream) == posts_in(path), (number, stream)
                    redis.flushall()
        finally:
            server.kill()
