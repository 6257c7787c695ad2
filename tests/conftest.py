"""Servers and recordings that tests share."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from support.kafka import broker
from support.servers import cluster, required, running
from support.streams import expected, redis_port, simulated

from pipeline.embedded import server_binary

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["expected", "redis_port", "simulated"]  # fixtures of every folder below

DATA = Path(os.environ.get("TURFWATCH_DATA", Path(__file__).parents[1].parent / "shared" / "data"))


settings.register_profile("untimed", deadline=None)  # how long an example takes on a busy machine says nothing
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Hear Ctrl-C even where the tests were started in the background, so that what they start hears it, too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="as many kills as the full proof asks for")


@pytest.fixture
def recording() -> object:
    def find(name: str) -> Path:
        path = DATA / f"{name}.jsonl.gz"
        if not path.is_file():
            pytest.skip(f"the recording {path} is not here; name its folder with TURFWATCH_DATA")
        return path

    return find


@pytest.fixture(scope="session", params=["embedded", "redis", "cluster"])
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every kind of server that turfwatch runs on."""
    if request.param == "embedded":
        with running(server_binary()) as port:
            yield f"redis://127.0.0.1:{port}"
        return
    binary = required("redis-server")
    with (running if request.param == "redis" else cluster)(binary) as port:
        yield f"redis{'+cluster' if request.param == 'cluster' else ''}://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def embedded_url() -> Iterator[str]:
    with running(server_binary()) as port:
        yield f"redis://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def brokers() -> Iterator[str]:
    """Host and port of a real Kafka."""
    with broker() as named:
        yield named
