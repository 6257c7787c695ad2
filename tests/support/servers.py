"""Servers for tests: embedded Valkey, Redis of the system, a cluster of three nodes on loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from redis import Redis
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEADLINE_S = 60.0


def required(binary: str) -> str:
    """Return a server's path; without it skip, but fail where servers are required."""
    if found := shutil.which(binary):
        return found
    reason = f"{binary} is not installed; `make servers` installs it"
    if os.environ.get("TURFWATCH_REQUIRE_SERVERS"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(port: int, ready: str = "PONG") -> None:
    """Wait for a server; `ready` is what PING or, for a cluster, CLUSTER INFO must show."""
    deadline = time.monotonic() + _DEADLINE_S
    with Redis(port=port, decode_responses=True) as client:
        while time.monotonic() < deadline:
            with contextlib.suppress(RedisError, OSError):
                answer = "PONG" if client.ping() else ""
                if ready != "PONG":
                    answer = str(client.cluster("info"))
                if all(word in answer for word in ready.split()):
                    return
    raise AssertionError(f"no server on port {port}")


@contextlib.contextmanager
def running(binary: str, *options: str, port: int | None = None, folder: Path | None = None) -> Iterator[int]:
    """Run a server on loopback; yields its port."""
    chosen = port or free_port()
    with tempfile.TemporaryDirectory(prefix="tw-test-") as temporary:
        command = [
            binary,
            "--port",
            str(chosen),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(folder or temporary),
        ]
        server = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        try:
            wait_until(chosen)
            yield chosen
        finally:
            server.kill()
            server.wait()


@contextlib.contextmanager
def cluster(binary: str) -> Iterator[int]:
    """Run three nodes that share the slots; yields the port of one."""
    with contextlib.ExitStack() as stack:
        ports = []
        for _ in range(3):
            port = free_port()
            bus = str(free_port())
            stack.enter_context(running(binary, "--cluster-enabled", "yes", "--cluster-port", bus, port=port))
            ports.append((port, bus))
        first = Redis(port=ports[0][0])
        stack.callback(first.close)
        for number, (port, bus) in enumerate(ports):
            with Redis(port=port) as node:
                start = number * 16384 // 3
                node.cluster("ADDSLOTS", *range(start, (number + 1) * 16384 // 3))
            if number:
                first.cluster("MEET", "127.0.0.1", port, bus)
        for port, _ in ports:
            wait_until(port, "'ok' 16384")
        yield ports[0][0]


class DurableServer:
    """A Redis whose every write is on disk before it answers."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self.start()

    def start(self) -> None:
        options = ("--save", "", "--appendonly", "yes", "--appendfsync", "always", "--bind", "127.0.0.1")
        self.process = subprocess.Popen(
            [required("redis-server"), "--port", str(self.port), "--dir", str(self._folder), *options],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self.port)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def pause(self) -> None:
        """Let it answer nobody, as behind a broken line."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)
