"""Alertmanager as deployed: who is told of what, and what keeps quiet while something worse explains it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from support.alertmanager import Alertmanager, running_alertmanager
from support.deployed import DEPLOY, run
from support.servers import required

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = DEPLOY / "alertmanager" / "alertmanager.yml"
WORKER, NOTIFIER = {"job": "turfwatch-worker"}, {"job": "turfwatch-notifier"}


def test_alertmanager_takes_its_configuration() -> None:
    run(required("amtool"), "check-config", CONFIG)


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ("alertname=TurfwatchCampaign severity=critical replay=false", "analysts"),
        ("alertname=TurfwatchDigest severity=warning replay=false", "analysts"),
        ("alertname=TurfwatchCampaign severity=critical replay=true", "nobody"),
        ("alertname=TurfwatchWatchdog severity=info", "watchdog"),
        ("alertname=TurfwatchNoIncidents severity=info", "nobody"),
        ("alertname=TurfwatchLagGrowing severity=warning", "chat"),
        ("alertname=TurfwatchTargetDown severity=critical", "pager"),
    ],
)
def test_who_is_told_of_what(labels: str, receiver: str) -> None:
    told = run(required("amtool"), "config", "routes", "test", f"--config.file={CONFIG}", *labels.split())

    assert told.split() == [receiver]


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    with running_alertmanager(tmp_path_factory.mktemp("routes"), CONFIG.read_text()) as found:
        yield found


def fire(alertmanager: Alertmanager, name: str, severity: str, **labels: str) -> None:
    """Let an alert fire, as Prometheus does."""
    alert = {"labels": {"alertname": name, "severity": severity, **labels}, "startsAt": datetime.now(UTC).isoformat()}
    status, _ = ask(alertmanager, "POST", [alert])

    assert status == 200


def quiet(alertmanager: Alertmanager) -> set[str]:
    """Names of the alerts that something else keeps quiet, with what they are of."""
    _, body = ask(alertmanager, "GET", None)
    found = [each for each in json.loads(body) if each["status"]["inhibitedBy"]]
    return {
        f"{each['labels']['alertname']} {each['labels'].get('incident_id', each['labels'].get('job'))}"
        for each in found
    }


def ask(alertmanager: Alertmanager, method: str, body: object) -> tuple[int, bytes]:
    place = urlsplit(alertmanager.url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(method, "/api/v2/alerts", sent, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_what_something_worse_explains_keeps_quiet_and_nothing_else(alertmanager: Alertmanager) -> None:
    fire(alertmanager, "TurfwatchFreshnessBudgetBurning", "critical", **WORKER)
    fire(alertmanager, "TurfwatchFreshnessBudgetBurning", "warning", **WORKER)
    fire(alertmanager, "TurfwatchTargetDown", "critical", **NOTIFIER)
    fire(alertmanager, "TurfwatchDeliveriesWaitingLong", "warning", endpoint="ops", **NOTIFIER)
    fire(alertmanager, "TurfwatchLagGrowing", "warning", **WORKER)

    assert quiet(alertmanager) == {
        "TurfwatchFreshnessBudgetBurning turfwatch-worker",
        "TurfwatchDeliveriesWaitingLong turfwatch-notifier",
    }


def test_a_campaign_keeps_no_other_campaign_quiet(alertmanager: Alertmanager) -> None:
    fire(alertmanager, "TurfwatchCampaign", "critical", incident_id="inc_1", stream="town", replay="false")
    fire(alertmanager, "TurfwatchCampaign", "warning", incident_id="inc_2", stream="town", replay="false")

    assert [each for each in quiet(alertmanager) if each.startswith("TurfwatchCampaign")] == []
