"""Prometheus and Alertmanager beside the parts of one machine, where they are installed, with the shipped rules."""

from __future__ import annotations

import contextlib
import json
import shutil
from typing import TYPE_CHECKING, Final

from pipeline.broker.ports import choose, is_free
from pipeline.live.child import FOLDER, child
from pipeline.shipped import shipped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pipeline.live.child import Child

PROMETHEUS: Final = ("prometheus",)
ALERTMANAGER: Final = ("prometheus-alertmanager", "alertmanager")
"""Names of the programs: Debian's first."""

PROMETHEUS_PORT: Final = 9090
ALERTMANAGER_PORT: Final = 9093
EVERY: Final = "5s"
LINKS: Final = {"turfwatch_docs": "docs", "turfwatch_grafana": "http://127.0.0.1:3000"}
"""Where the links of the shipped alerts lead."""

KEPT: Final = "24h"


def program(names: tuple[str, ...]) -> str | None:
    """Return the path of a program that has one of some names, None where none is installed."""
    return next((found for name in names if (found := shutil.which(name))), None)


def port_near(wanted: int) -> int:
    """Return a port, or another one that is free where it is taken, or 0."""
    return wanted if wanted and is_free(wanted) else choose().client


def prometheus_config(targets: Mapping[str, str], alertmanager: str | None) -> str:
    """Return its configuration, in JSON, which is YAML: addresses to be scraped by job, and where alerts go."""
    config: dict[str, object] = {
        "global": {"scrape_interval": EVERY, "evaluation_interval": EVERY, "external_labels": LINKS},
        "rule_files": [str(path) for folder in ("rules", "alerts") for path in shipped(f"prometheus/{folder}")],
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [address]}]} for job, address in targets.items()
        ],
    }
    if alertmanager:
        config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
    return json.dumps(config, indent=2)


ALERTMANAGER_CONFIG: Final = json.dumps({"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]})
"""It shows alerts and tells nobody: whom to tell is for a configuration of one's own."""


@contextlib.asynccontextmanager
async def monitoring(targets: Mapping[str, str]) -> AsyncIterator[list[tuple[str, str, Child]]]:
    """Run what is installed to watch targets, by job; yields what is called how, where it is, and its process."""
    running: list[tuple[str, str, Child]] = []
    async with contextlib.AsyncExitStack() as stack:
        address = None
        if path := program(ALERTMANAGER):
            address = f"127.0.0.1:{port_near(ALERTMANAGER_PORT)}"
            command = [path, f"--config.file={FOLDER}/config", f"--storage.path={FOLDER}/data"]
            command += [f"--web.listen-address={address}", "--cluster.listen-address="]
            process = await stack.enter_async_context(
                child("alertmanager", command, {}, {"config": ALERTMANAGER_CONFIG})
            )
            running.append(("Alertmanager", address, process))
        if path := program(PROMETHEUS):
            own = f"127.0.0.1:{port_near(PROMETHEUS_PORT)}"
            command = [path, f"--config.file={FOLDER}/config", f"--storage.tsdb.path={FOLDER}/data"]
            command += [f"--web.listen-address={own}", f"--storage.tsdb.retention.time={KEPT}"]
            files = {"config": prometheus_config(targets, address)}
            process = await stack.enter_async_context(child("prometheus", command, {}, files))
            running.append(("Prometheus", own, process))
        yield running
