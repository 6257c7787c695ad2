"""A real Alertmanager on loopback, and a receiver of what it tells."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from support.eventually import eventually
from support.servers import free_port, required

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """
route:
  receiver: turfwatch
  group_by: [incident_id]
  group_wait: 50ms
  group_interval: 200ms
  repeat_interval: 400ms
receivers:
  - name: turfwatch
    webhook_configs:
      - url: {url}
        send_resolved: true
"""


class Receiver(ThreadingHTTPServer):
    """Keeps the notifications that come."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.came: list[dict[str, Any]] = []

    def of(self, incident_id: str) -> list[dict[str, Any]]:
        """Notifications of an incident."""
        return [each for each in list(self.came) if each["groupLabels"]["incident_id"] == incident_id]

    def firing(self, incident_id: str) -> list[str]:
        """Severities that fire as of the last notification of an incident."""
        last = self.of(incident_id)[-1:]
        return [alert["labels"]["severity"] for each in last for alert in each["alerts"] if alert["status"] == "firing"]


class _Answering(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Alertmanager:
    """One that runs; ``receiver`` is whom it tells."""

    def __init__(self, port: int, receiver: Receiver) -> None:
        self.receiver = receiver
        self._port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def alerts(self, incident_id: str) -> list[dict[str, Any]]:
        """Alerts of an incident that have not ended."""
        query = urlencode({"filter": f'incident_id="{incident_id}"'})
        found: list[dict[str, Any]] = json.loads(self._get(f"/api/v2/alerts?{query}")[1])
        return found

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            return self._get("/-/ready")[0] == 200
        return False

    def amtool(self, *words: str) -> str:
        """What the command of Alertmanager's users says."""
        command = [required("amtool"), f"--alertmanager.url={self.url}", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def _get(self, path: str) -> tuple[int, bytes]:
        with contextlib.closing(HTTPConnection("127.0.0.1", self._port, timeout=10)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()


@contextlib.contextmanager
def running_alertmanager(folder: Path, written: str = CONFIG) -> Iterator[Alertmanager]:
    """Run one that forgets what it knew, and its receiver, which a configuration names by ``{url}``."""
    binary = required("prometheus-alertmanager")
    port = free_port()
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        config = folder / "alertmanager.yml"
        config.write_text(written.replace("{url}", f"http://127.0.0.1:{receiver.server_address[1]}/"))
        options = [f"--config.file={config}", f"--storage.path={folder / 'data'}", "--cluster.listen-address="]
        process = subprocess.Popen(
            [binary, *options, f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL, cwd=folder
        )
        try:
            found = Alertmanager(port, receiver)
            assert eventually(found.is_ready)
            yield found
        finally:
            process.kill()
            process.wait()
            receiver.shutdown()
            thread.join()
