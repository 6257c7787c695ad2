"""Every panel of every dashboard shows data of a live run that a real Prometheus has scraped, and every rule loads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
from redis import Redis
from support.command import turfwatch
from support.live import Live, Process, until, worker
from support.prometheus import prometheus
from support.receivers import notifier, receivers

from dashboards.every import PLANS, file_of
from pipeline.recordings.read import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OFTEN = "import pipeline.metrics.sample as sample; sample.OFTEN_S = sample.SELDOM_S = 0.2"

EMPTY: dict[tuple[str, str], str] = {
    ("Redis memory", "limit"): "a share of a limit, and this server has none",
    ("Memory of Redis", "limit"): "the limit itself",
    ("Oldest delivery waits, by endpoint", ""): "nothing waits long enough to be seen",
}
"""(panel, part of the expression) that may be without data here, each with its reason."""


def targets() -> dict[tuple[str, str, str], str]:
    """Expressions of all panels and annotations, with values for Grafana's variables."""
    found = {}
    for plan in PLANS:
        dashboard: dict[str, Any] = msgspec.json.decode(file_of(plan).read_bytes())
        for panel in dashboard["panels"]:
            for target in panel.get("targets", ()):
                found[plan.uid, panel["title"], target["refId"]] = plain(target["expr"])
    return found


def plain(expression: str) -> str:
    chosen = expression.replace("$__rate_interval", "20s").replace("$__range", "2m").replace("$__interval", "5s")
    return re.sub(r"\$(job|instance|stream)", ".+", chosen)


def may_be_empty(title: str, expression: str) -> bool:
    return any(title == panel and part in expression for panel, part in EMPTY)


def address(process: Process) -> str:
    found = re.search(r"health on (http://\S+)", process.log)
    assert found, process.log
    return urlsplit(found[1]).netloc


def test_every_panel_shows_data_and_every_rule_loads(
    brokers: str, redis_port: int, tmp_path: Path, simulated: Callable[[int, int], Path]
) -> None:
    live = Live(brokers, kafka_partitions=1)
    extra = {**live.environment, "TURFWATCH_REDIS_URL": f"redis://127.0.0.1:{redis_port}"}
    config = tmp_path / "turfwatch.toml"
    path = simulated(5, 8_000)
    with (
        receivers(tmp_path, good=(), bad=("--status", "400")) as there,
        Redis(port=redis_port) as redis,
        worker(live.environment, redis_port, OFTEN) as working,
    ):
        config.write_text(there["good"].section() + there["bad"].section())
        with notifier(config, live.environment, redis_port, code=OFTEN) as notifying:
            until(lambda: working.reads() and notifying.reads(), "both read")
            jobs = {"turfwatch-worker": address(working), "turfwatch-notifier": address(notifying)}
            with prometheus(tmp_path, jobs) as there_is:
                until(lambda: there_is.values("up") == [1, 1], "both are scraped")
                live.send([("town", b"no JSON")])
                live.fill("town", read_lines([str(path)]), pack=20)
                live.wait_done(redis, working)
                told = msgspec.json.decode(turfwatch("incidents", "list", "--output", "json", extra=extra).stdout)
                name = told["incidents"][0]["incident_id"]
                assert turfwatch("incidents", "verdict", name, "true", extra=extra).returncode == 0
                left = targets()

                def all_have_been_seen() -> bool:
                    for key, expression in list(left.items()):
                        if there_is.values(expression):
                            del left[key]
                    return all(may_be_empty(title, expression) for (_, title, _), expression in left.items())

                try:
                    until(all_have_been_seen, "all panels show data", 90)
                except AssertionError:
                    missing = {key: each for key, each in left.items() if not may_be_empty(key[1], each)}
                    assert missing == {}
                groups = there_is.get("api/v1/rules")["groups"]
                rules = [rule for group in groups for rule in group["rules"]]
                assert len(rules) > 40
                assert [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] == "err"] == []
                assert there_is.values('ALERTS{alertname="TurfwatchWatchdog",alertstate="firing"}') == [1]
