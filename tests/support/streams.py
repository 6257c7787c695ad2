"""Streams that tests of workers share: simulated once, replayed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.embedded import server_binary
from support.command import turfwatch
from support.live import replayed
from support.servers import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, int], Path]:
    """A simulated stream of everything, by seed and ordinary posts."""
    known: dict[tuple[int, int], Path] = {}

    def make(seed: int, posts: int) -> Path:
        if (seed, posts) not in known:
            path = tmp_path_factory.mktemp("simulated") / f"everything-{seed}-{posts}.jsonl.gz"
            wanted = ("--scenario", "everything", "--seed", str(seed), "--posts", str(posts), "--out", path)
            done = turfwatch("simulate", *wanted)
            assert done.returncode == 0, done.stderr
            known[seed, posts] = path
        return known[seed, posts]

    return make


@pytest.fixture(scope="session")
def expected() -> Callable[[Path, str], list[bytes]]:
    """Events of a replay as a stream of some name, replayed once for all tests."""
    known: dict[tuple[Path, str], list[bytes]] = {}

    def find(path: Path, stream: str) -> list[bytes]:
        if (path, stream) not in known:
            known[path, stream] = replayed(path, stream)
        return known[path, stream]

    return find


@pytest.fixture
def redis_port() -> Iterator[int]:
    with running(server_binary(), "--hash-max-listpack-entries", "16") as port:
        yield port
