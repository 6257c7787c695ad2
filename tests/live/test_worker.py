"""A worker tells what a replay tells, byte for byte, however its records are packed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from redis import Redis
from support.live import Live, by_incident, worker

from pipeline.recordings.read import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RECORDING = "phosphorus-2015"


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("pack", "more"), [(1, ()), (50, ("koch-farms-2015", "organic-dev"))])
def test_a_worker_tells_what_a_replay_tells(
    brokers: str,
    redis_port: int,
    recording: Callable[[str], Path],
    simulated: Callable[[int, int], Path],
    expected: Callable[[Path, str], list[bytes]],
    pack: int,
    more: tuple[str, ...],
) -> None:
    streams = {name: recording(name) for name in (RECORDING, *more)} | {"simulated": simulated(3, 20_000)}
    live = Live(brokers, kafka_partitions=4)
    for stream, path in streams.items():
        live.fill(stream, read_lines([str(path)]), pack)

    with worker(live.environment, redis_port) as started, Redis(port=redis_port) as redis:
        live.wait_done(redis, started)
        assert started.stop() == 0

    told = live.events()
    for stream, path in streams.items():
        assert by_incident(told[stream]) == by_incident(expected(path, stream)), stream
