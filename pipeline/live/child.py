"""Commands in processes of their own, each behind a guard: they end with this process, however that one ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections import deque
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pipeline import guard
from pipeline.errors import TurfwatchError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

STOP_S: Final = 15.0
"""Seconds that a command gets to end; a worker bounds its draining at 9."""

FOLDER: Final = "{folder}"

_LINE_BYTES: Final = 2**22
_REASON: Final = "turfwatch: "
_KEPT_LINES: Final = 20
_SIGNALLED: Final = 256 - 64


class Child:
    """A command that runs; what it says on standard error is read line by line."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self._name = name
        self._process = process
        self._last: deque[str] = deque(maxlen=_KEPT_LINES)

    async def said(self) -> AsyncIterator[str]:
        """Yield what it says until it ends. Raises TurfwatchError with its reason where it ends by itself."""
        if self._process.stderr is not None:
            async for line in self._process.stderr:
                text = line.decode(errors="replace").rstrip()
                self._last.append(text)
                yield text
        code = await self._process.wait()
        raise TurfwatchError(f"the {self._name} ended: {reason(self._last, code)}")

    async def stop(self) -> None:
        """End it by SIGTERM, and after a deadline by SIGKILL."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(STOP_S):
                # Drained meanwhile: whoever has a full pipe before him cannot end.
                await self._process.communicate()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()


def reason(said: Sequence[str], code: int) -> str:
    """Return why a command has ended, from its last lines and its exit code."""
    for line in reversed(said):
        if line.startswith(_REASON):
            return line.removeprefix(_REASON)
    if code < 0 or code >= _SIGNALLED:  # the guard's exit code is the remainder of a negative one
        return f"killed by signal {-code % 256}"
    return f"exit code {code}{f': {said[-1]}' if said else ''}"


def ours(arguments: Sequence[str]) -> list[str]:
    """Return the command line of a command of turfwatch."""
    return [sys.executable, "-P", "-m", "pipeline.cli", *arguments]


@contextlib.asynccontextmanager
async def child(
    name: str, command: Sequence[str], variables: Mapping[str, str], files: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Child]:
    """Run a command with more variables than this process has; on leaving it is ended.

    ``name`` says what it is, to people. ``files`` are written to a folder of its own, which goes with it and for which
    FOLDER stands in the command.
    """
    folder = tempfile.mkdtemp(prefix=f"turfwatch-{name}-")
    try:
        for path, text in files.items():
            (Path(folder) / path).write_text(text)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", guard.__file__, folder),
            *(word.replace(FOLDER, folder) for word in command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **variables, "TMPDIR": folder},
            limit=_LINE_BYTES,
            start_new_session=True,  # Ctrl-C is for this process, which then ends the worker in order
        )
        running = Child(name, process)
        try:
            yield running
        finally:
            await running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
