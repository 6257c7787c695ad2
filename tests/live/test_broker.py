"""A broker of our own: it answers, it comes back after kill -9, and nothing is left of it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.command import environment
from support.eventually import DEADLINE_S, eventually
from support.kafka import create, read_all, require_kafka, restartable_broker, send

from pipeline.broker import jars, node, ports, probe
from pipeline.errors import BrokerError, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that nothing else uses."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(jars.jar_folder().parents[1]))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@contextlib.contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The start script, and the address that it tells."""
    process = subprocess.Popen(
        [ROOT / "deploy/kafka/start", *options], stdout=subprocess.PIPE, text=True, env=environment()
    )
    try:
        assert process.stdout
        told = re.match(r"Kafka answers on (127\.0\.0\.1:\d+)", process.stdout.readline())

        assert told
        yield process, told[1]
    finally:
        process.kill()
        process.communicate()


def test_records_are_there_again_after_kill_nine() -> None:
    with restartable_broker() as broker:
        create(broker.address, {"kept": 1})
        send(broker.address, "kept", [("key", b"one")])
        before = broker.address
        broker.kill()
        broker.start()
        send(broker.address, "kept", [("key", b"two")])

        assert broker.address == before
        assert [value for _, value, _, _ in read_all(broker.address, "kept")] == [b"one", b"two"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_broker_however_its_command_ends(temporary: Path, number: signal.Signals) -> None:
    require_kafka()
    port = str(ports.choose().client)
    with started("--port", port) as (process, address):
        [pid] = [int(path.read_text()) for path in temporary.glob("*/pid")]
        process.send_signal(number)
        code = process.wait(DEADLINE_S)

        assert address == f"127.0.0.1:{port}"
        assert code == (0 if number != signal.SIGKILL else -number)
        assert eventually(lambda: not alive(pid))
        assert eventually(lambda: list(temporary.iterdir()) == [])


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(UserError, match=f"port {port} of"):
            ports.choose(port)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"\0\0\0\x20\0\0\0\1\0\0\0\1", True),
        (b"\0\0\0\x20\0\0\0\1\0\0\0\0", False),
        (b"HTTP/1.1 400", False),
        (b"", False),
    ],
)
def test_only_metadata_with_a_broker_in_it_is_an_answer(answer: bytes, expected: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as threads:
        asked = threads.submit(probe.answers, server.getsockname()[1])
        connection, _ = server.accept()
        with connection:
            connection.recv(1024)
            connection.sendall(answer)

        assert asked.result() is expected


@given(st.none() | st.integers(1, 65_535))
def test_two_different_ports_are_chosen(client: int | None) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ports, "is_free", lambda _port: True)
        chosen = ports.choose(client)

        assert chosen.client != chosen.controller
        assert client in {None, chosen.client}


@pytest.mark.parametrize(("name", "package"), [("java", "default-jre-headless"), ("mvn", "maven")])
def test_a_missing_tool_is_named_with_its_packages(name: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(UserError, match=rf"{package}.*Debian.*Homebrew"):
        jars.tool(name)


def fake_maven(folder: Path, script: str) -> None:
    tool = folder / "bin" / "mvn"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o700)


def test_jars_that_cannot_be_fetched_leave_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_maven(tmp_path, "mkdir lib; echo '[ERROR] no way to the repository'; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")

    with pytest.raises(BrokerError, match="no way to the repository"):
        jars.fetched(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_jars_are_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_maven(tmp_path, f"echo called >>{tmp_path}/calls; mkdir lib; touch lib/one.jar")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    folders = {jars.fetched(tmp_path / "cache") for _ in range(2)}

    assert [path.name for folder in folders for path in folder.iterdir()] == ["one.jar"]
    assert (tmp_path / "calls").read_text() == "called\n"


def test_a_broker_that_does_not_start_says_what_it_said(tmp_path: Path, temporary: Path) -> None:
    require_kafka()
    folder = tmp_path / "kept"
    (folder / "log").mkdir(parents=True)
    (folder / "log" / "meta.properties").write_text("version=1\ncluster.id=other\nnode.id=7\n")

    with pytest.raises(BrokerError, match=r"(?s)did not start: it ended.*7"), node.running_broker(folder=folder):
        raise AssertionError("it started")
    assert [path.name for path in temporary.iterdir()] == ["kept"]


def test_a_server_that_ignores_the_end_is_killed(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    code = (
        "import sys; from pipeline import guard; guard.KILL_AFTER_S = 0.1;"
        "sys.exit(-guard.guard(sys.argv[1], ['/bin/sh', '-c', sys.argv[2]]))"
    )
    guardian = subprocess.Popen(
        [sys.executable, "-c", code, own, 'trap "" TERM; echo deaf; while :; do sleep 0.1; done'],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert guardian.stdout
    assert guardian.stdin
    assert guardian.stdout.readline() == b"deaf\n"
    guardian.stdin.close()

    assert guardian.wait(DEADLINE_S) == signal.SIGKILL
    assert not own.exists()
    guardian.stdout.close()
