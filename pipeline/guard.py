"""Runs a server for as long as its standard input stays open, then ends it and removes its folder.

The pipe closes when the process that holds its other end dies, however it dies, so nothing is left behind after
``kill -9`` either. Run as a script: ``guard.py FOLDER COMMAND...``; it imports nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading

KILL_AFTER_S = 60.0
"""A server that has not ended by then will not."""


def guard(folder: str, command: list[str]) -> int:
    """Run the command until standard input ends or the command does; returns its exit code."""
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - the caller's own server

    def wait_for_end_of_input() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        with contextlib.suppress(ProcessLookupError):
            server.terminate()
            try:
                server.wait(KILL_AFTER_S)
            except subprocess.TimeoutExpired:
                server.kill()

    threading.Thread(target=wait_for_end_of_input, daemon=True).start()
    code = server.wait()
    shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(guard(sys.argv[1], sys.argv[2:]))
