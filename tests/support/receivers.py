"""Receivers of webhooks and the settings that name them."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standardwebhooks import Webhook

from pipeline.notify.signing import new_secret
from support import receiving
from support.live import Process
from support.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Receiver:
    """A receiver that a test may kill and start again, and what came to it."""

    def __init__(self, folder: Path, name: str, *options: str, networks: str = "127.0.0.0/8") -> None:
        self.name = name
        self.port = free_port()
        self.secret = new_secret()
        self.path = folder / f"{name}.jsonl"
        self.path.touch()
        self.place = f"/hook-{self.secret[6:16]}"
        self._networks = networks
        self._folder = folder
        self._options = options
        self.start()

    def start(self) -> None:
        arguments = [sys.executable, receiving.__file__, str(self.port), str(self.path), *self._options]
        self.process = subprocess.Popen(arguments)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def section(self, *lines: str) -> str:
        """The table of the configuration that names it; its URL and its secret lie in files."""
        (self._folder / f"{self.name}.secret").write_text(self.secret)
        (self._folder / f"{self.name}.url").write_text(f"http://127.0.0.1:{self.port}{self.place}")
        rows = [
            f"[endpoints.{self.name}]",
            f'url = "file:{self._folder / self.name}.url"',
            f'secrets = ["file:{self._folder / self.name}.secret"]',
            f'networks = ["{self._networks}"]',
            *lines,
        ]
        return "\n".join(rows) + "\n"

    def came(self) -> list[dict[str, Any]]:
        """All attempts in the order of their coming."""
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def verified(self) -> list[dict[str, Any]]:
        """What was taken, each verified by an independent implementation, the first time that it came."""
        taken: dict[str, dict[str, Any]] = {}
        bodies: dict[str, str] = {}
        for each in self.came():
            body = Webhook(self.secret).verify(each["body"], each["headers"])
            name = each["headers"]["webhook-id"]
            assert bodies.setdefault(name, each["body"]) == each["body"]  # the same at every attempt
            if each["status"] < 300:
                taken.setdefault(name, body)
        return list(taken.values())


@contextlib.contextmanager
def receivers(folder: Path, **options: Sequence[str]) -> Iterator[dict[str, Receiver]]:
    """Run receivers, each with its name and the options of `support.receiving`."""
    running = {name: Receiver(folder, name, *each) for name, each in options.items()}
    try:
        yield running
    finally:
        for each in running.values():
            each.kill()


class Notifier(Process):
    """A `turfwatch notify` over the endpoints of a file."""

    def __init__(self, path: Path, settings: Mapping[str, str], redis_port: int, *options: str, code: str = "") -> None:
        arguments: tuple[str | Path, ...] = (
            "--config",
            path,
            "notify",
            "--redis",
            f"redis://127.0.0.1:{redis_port}",
            *options,
        )
        super().__init__(arguments, settings, code)


@contextlib.contextmanager
def notifier(
    path: Path, settings: Mapping[str, str], redis_port: int, *options: str, code: str = ""
) -> Iterator[Notifier]:
    started = Notifier(path, settings, redis_port, *options, code=code)
    try:
        yield started
    finally:
        started.kill()


def in_order(events: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Revisions of each incident or digest in the order of their coming."""
    found: dict[str, list[int]] = {}
    for event in events:
        data = event["data"]
        found.setdefault(data.get("incident_id") or data["digest_id"], []).append(data["revision"])
    return found
