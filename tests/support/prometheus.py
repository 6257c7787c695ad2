"""A real Prometheus on loopback that scrapes processes of a test, with the shipped rules."""

from __future__ import annotations

import contextlib
import json
import subprocess
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pipeline.live.monitoring import EVERY, prometheus_config
from support.live import until
from support.servers import free_port, required

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Prometheus:
    """One that runs."""

    def __init__(self, port: int) -> None:
        self._port = port

    def get(self, path: str, **query: str) -> Any:
        """What its API answers, None while nobody answers."""
        try:
            url = f"http://127.0.0.1:{self._port}/{path}?{urlencode(query)}"
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except OSError:
            return None

    def values(self, expression: str) -> list[float]:
        """The numbers that an expression has now."""
        found = self.get("api/v1/query", query=expression)
        numbers = [float(each["value"][1]) for each in found["result"]] if found else []
        return [number for number in numbers if number == number]  # noqa: PLR0124 - a NaN is no number


@contextlib.contextmanager
def prometheus(folder: Path, targets: Mapping[str, str], every: str = "1s") -> Iterator[Prometheus]:
    """Run one that looks often."""
    port = free_port()
    config = folder / "prometheus.yml"
    config.write_text(prometheus_config(targets, None).replace(f'"{EVERY}"', f'"{every}"'))
    options = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'tsdb'}"]
    with subprocess.Popen(
        [required("prometheus"), *options, f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        found = Prometheus(port)
        try:
            until(lambda: found.get("api/v1/status/buildinfo"), "Prometheus answers")
            yield found
        finally:
            process.kill()
