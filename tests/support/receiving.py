"""A receiver of webhooks in a process of its own, which a test may kill: what came is on disk before it answers."""

from __future__ import annotations

import argparse
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Receiver(ThreadingHTTPServer):
    """Writes what comes to a file; fails so many times first, answers with a status, or never."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, path: Path, status: int, fail: int, *, hang: bool) -> None:
        super().__init__(("127.0.0.1", port), Answering)
        self.path, self.status, self.fail, self.hang = path, status, fail, hang
        self.lock = threading.Lock()

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        with self.lock, self.path.open("a") as file:
            status = 500 if self.fail > 0 else self.status
            self.fail -= 1
            file.write(json.dumps({"status": status, "headers": headers, "body": body.decode()}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return status


class Answering(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.answer({name.lower(): value for name, value in self.headers.items()}, body)
        if self.server.hang:
            threading.Event().wait()
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--status", type=int, default=204)
    parser.add_argument("--fail", type=int, default=0)
    parser.add_argument("--hang", action="store_true")
    given = parser.parse_args()
    Receiver(given.port, given.path, given.status, given.fail, hang=given.hang).serve_forever()
