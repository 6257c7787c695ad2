"""A receiver of turfwatch's webhooks: verifies signatures, takes each event once, prints what it tells.

    pip install standardwebhooks
    WEBHOOK_SECRET=whsec_... python receiver.py --port 8000

The endpoint that sends to it, in turfwatch.toml:

    [endpoints.mine]
    url = "http://127.0.0.1:8000/"
    secrets = ["env:WEBHOOK_SECRET"]
    networks = ["127.0.0.0/8"]

An event is taken when it is written down: whoever answers before may lose it, and whoever answers late gets it again.
Both have the same webhook-id, so what was written once is answered with 200 and not told twice.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

MOST_BYTES = 1_000_000


class Receiver(HTTPServer):
    """Takes one request at a time. ``path`` is the database of what was taken."""

    def __init__(self, port: int, secret: str, path: str) -> None:
        super().__init__(("127.0.0.1", port), Hook)
        self.webhook = Webhook(secret)
        self.taken = sqlite3.connect(path)
        self.taken.execute("CREATE TABLE IF NOT EXISTS taken (webhook_id TEXT PRIMARY KEY, event TEXT NOT NULL)")

    def take(self, webhook_id: str, event: dict[str, object]) -> bool:
        """Write an event down; returns whether it is new."""
        with self.taken:
            rows = self.taken.execute("INSERT OR IGNORE INTO taken VALUES (?, ?)", (webhook_id, json.dumps(event)))
        return rows.rowcount == 1


class Hook(BaseHTTPRequestHandler):
    """A request."""

    server: Receiver
    timeout = 10

    def do_POST(self) -> None:
        """Verify, take, answer."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self.answer(413)
            return
        body = self.rfile.read(int(length))
        try:
            # Of the bytes as they came: JSON that is written anew has another signature.
            event = self.server.webhook.verify(body, dict(self.headers.items()))
        except (WebhookVerificationError, ValueError):  # the package lets a ValueError out for a header of no form
            self.answer(401)
            return
        if self.server.take(self.headers["webhook-id"], event):
            data = event["data"]
            print(f"{event['type']}  {data['stream']}  {data['summary']}", flush=True)  # noqa: T201 - what it is for
        self.answer(200)

    def answer(self, status: int) -> None:
        """Answer without a body."""
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print events alone."""


def main() -> None:
    """Receive until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--taken", default="taken.sqlite", help="where what was taken is written down")
    given = parser.parse_args()
    if not (secret := os.environ.get("WEBHOOK_SECRET")):
        sys.exit("WEBHOOK_SECRET is not set: the secret of the endpoint, whsec_...")
    Receiver(given.port, secret, given.taken).serve_forever()


if __name__ == "__main__":
    main()
