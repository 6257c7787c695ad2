"""A worker on real Kafka: the same bytes as a replay, whatever is in the topic and whatever happens to the worker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from redis import Redis
from support.command import turfwatch
from support.live import Live, by_incident, replayed, worker
from support.servers import running

from pipeline.embedded import server_binary
from pipeline.recordings.read import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RECORDINGS = ("koch-farms-2015", "phosphorus-2015", "organic-dev")


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("simulated") / "everything.jsonl.gz"
    done = turfwatch("simulate", "--scenario", "everything", "--seed", "3", "--out", path)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def redis_port() -> Iterator[int]:
    with running(server_binary(), "--hash-max-listpack-entries", "16") as port:
        yield port


@pytest.fixture(scope="module")
def expected() -> Callable[[Path, str], list[bytes]]:
    """Events of a replay, replayed once for all tests."""
    known: dict[str, list[bytes]] = {}

    def find(path: Path, stream: str) -> list[bytes]:
        if stream not in known:
            known[stream] = replayed(path, stream)
        return known[stream]

    return find


@pytest.mark.timeout(600)
@pytest.mark.parametrize("pack", [1, 50])
def test_a_worker_tells_what_a_replay_tells(
    brokers: str,
    redis_port: int,
    recording: Callable[[str], Path],
    simulated: Path,
    expected: Callable[[Path, str], list[bytes]],
    pack: int,
) -> None:
    streams = {name: recording(name) for name in RECORDINGS} | {"simulated": simulated}
    live = Live(brokers, kafka_partitions=4)
    for stream, path in streams.items():
        live.fill(stream, read_lines([str(path)]), pack)

    with worker(live.environment, redis_port) as started, Redis(port=redis_port) as redis:
        live.wait_done(redis)
        assert started.stop() == 0
        told = live.events()

    for stream, path in streams.items():
        assert by_incident(told[stream]) == by_incident(expected(path, stream)), stream
