"""A notifier in a process of its own, and a receiver in this one that notes when each incident's first webhook came."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, TYPE_CHECKING, Any, Final

from pipeline.errors import BrokerError
from pipeline.notify.signing import new_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

READS: Final = b"partitions 0 from"
"""What a notifier says when it reads."""


READS_S: Final = 60


class Hook(ThreadingHTTPServer):
    """Takes everything, or answers nobody. ``came``: ms of the first webhook of each incident and revision."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *, hangs: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.came: dict[tuple[str, int], int] = {}
        self.hangs = hangs
        self.lock = threading.Lock()

    def section(self, name: str, folder: Path, *lines: str) -> str:
        """Return the table that names it as an endpoint."""
        (folder / f"{name}.secret").write_text(new_secret())
        rows = [
            f"[endpoints.{name}]",
            f'url = "http://127.0.0.1:{self.server_address[1]}/"',
            f'secrets = ["file:{folder / name}.secret"]',
            'networks = ["127.0.0.0/8"]',
            *lines,
        ]
        return "\n".join(rows) + "\n"


class _Answering(BaseHTTPRequestHandler):
    server: Hook
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        at = time.time_ns() // 1_000_000
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.hangs:
            threading.Event().wait()
        with self.server.lock:
            self.server.came.setdefault((body["data"].get("incident_id", ""), body["data"]["revision"]), at)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def receiving(*, hangs: bool = False) -> Iterator[Hook]:
    """Run a receiver."""
    with Hook(hangs=hangs) as hook:
        threading.Thread(target=hook.serve_forever, daemon=True).start()
        yield hook
        hook.shutdown()


@contextlib.contextmanager
def notifying(environment: Mapping[str, str], url: str, config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a notifier that reads already. Raises BrokerError where it ends before."""
    with tempfile.TemporaryFile() as said:
        command = [sys.executable, "-m", "pipeline.cli", "--config", str(config), "notify", "--redis", url]
        process = subprocess.Popen(command, env=dict(environment), stderr=said)
        try:
            _wait_until_it_reads(process, said)
            yield process
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))
            raise
        finally:
            process.kill()
            process.wait()


def _wait_until_it_reads(process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    end = time.monotonic() + READS_S
    while process.poll() is None and time.monotonic() < end:
        said.seek(0)
        if READS in said.read():
            return
        time.sleep(0.1)
    raise BrokerError(f"no notifier that reads within {READS_S} s")
