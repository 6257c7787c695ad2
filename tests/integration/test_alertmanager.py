"""A real Alertmanager takes what we post: it fires, is silenced, escalates, resolves, and nothing fires for ever."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from support.alertmanager import Alertmanager, running_alertmanager
from support.eventually import eventually

from pipeline.incidents.public import DigestData, DigestEvent, Event, IncidentEvent, VerdictData, VerdictEvent
from pipeline.notify.addresses import read_networks
from pipeline.notify.formats.all import FORMS
from pipeline.notify.formats.form import Sending
from pipeline.notify.sample import sample_event
from pipeline.notify.sender import open_sender

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = read_networks(["127.0.0.0/8"])
DETECTED = "2026-01-02T03:04:05.678Z"
HOUR_S = 3600


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    with running_alertmanager(tmp_path_factory.mktemp("alertmanager")) as found:
        yield found


def told(incident_id: str, kind: str, severity: str = "warning", **changes: Any) -> IncidentEvent:
    """An event of a live incident."""
    sample = sample_event(DETECTED)
    data = msgspec.structs.replace(
        sample.data, incident_id=incident_id, severity=severity, replay=False, stream="town.news", **changes
    )
    return msgspec.structs.replace(sample, type=f"incident.{kind}", data=data)


def post(alertmanager: Alertmanager, *events: Event, lasts_s: int = HOUR_S, is_again: bool = False) -> None:
    """Send events as the dispatcher does."""

    async def send() -> int:
        now = int(datetime.now(UTC).timestamp() * 1000)
        body = FORMS["alertmanager"].render(events, Sending(now, lasts_s=lasts_s, is_again=is_again))
        async with open_sender(HERE, 10) as sender:
            headers = {"Content-Type": "application/json"}
            answer = await sender.post(f"{alertmanager.url}/api/v2/alerts", headers, body)
            return answer.status

    assert asyncio.run(send()) == 200


def severities(alertmanager: Alertmanager, incident_id: str) -> list[str]:
    """Severities with which an incident fires."""
    return sorted(each["labels"]["severity"] for each in alertmanager.alerts(incident_id))


def test_an_incident_fires_escalates_to_one_alert_and_resolves(alertmanager: Alertmanager) -> None:
    name, receiver = "inc_1", alertmanager.receiver
    post(alertmanager, told(name, "opened"))

    assert eventually(lambda: receiver.firing(name) == ["warning"])
    first = receiver.of(name)[0]
    assert first["status"] == "firing"
    assert first["commonLabels"] == {
        "alertname": "TurfwatchCampaign",
        "incident_id": name,
        "replay": "false",
        "severity": "warning",
        "stream": "town.news",
    }
    assert first["commonAnnotations"]["kind"] == "coordinated-network"
    assert first["alerts"][0]["startsAt"] == DETECTED

    escalated = told(name, "escalated", "critical", revision=2)
    post(alertmanager, escalated)

    assert eventually(lambda: receiver.firing(name) == ["critical"])
    assert severities(alertmanager, name) == ["critical"]

    post(alertmanager, escalated, is_again=True)
    repeats(alertmanager, name, 2)

    assert [each["status"] for each in receiver.of(name)[-1]["alerts"]] == ["firing"], "what ended is told once"
    assert severities(alertmanager, name) == ["critical"]

    post(alertmanager, told(name, "resolved", "critical", revision=3, status="resolved"))

    assert eventually(lambda: statuses(alertmanager, name)[-1] == "resolved")
    assert severities(alertmanager, name) == []


def test_a_silence_stops_an_incident_until_it_expires(alertmanager: Alertmanager) -> None:
    receiver = alertmanager.receiver
    quiet, loud = "inc_quiet", "inc_loud"
    post(alertmanager, told(quiet, "opened"), told(loud, "opened"))

    assert eventually(lambda: len(receiver.of(quiet)) >= 2), "it is told again after the repeat interval"

    silence = alertmanager.amtool(
        "silence", "add", f"incident_id={quiet}", "--comment=seen", "--author=operator", "--duration=1h"
    )
    silent_from(alertmanager, quiet, loud)
    before = len(receiver.of(quiet))
    post(alertmanager, told(quiet, "escalated", "critical", revision=2))
    repeats(alertmanager, loud, 3)

    assert len(receiver.of(quiet)) == before
    assert severities(alertmanager, quiet) == ["critical"]

    alertmanager.amtool("silence", "expire", silence)

    assert eventually(lambda: receiver.firing(quiet) == ["critical"])


def repeats(alertmanager: Alertmanager, incident_id: str, count: int) -> None:
    """Wait until an incident was told so many times more."""
    receiver = alertmanager.receiver
    least = len(receiver.of(incident_id)) + count

    assert eventually(lambda: len(receiver.of(incident_id)) >= least)


def silent_from(alertmanager: Alertmanager, quiet: str, loud: str) -> None:
    """Wait until what was under way when a silence began has come."""
    (found,) = alertmanager.alerts(quiet)

    assert eventually(lambda: alertmanager.alerts(quiet)[0]["status"]["state"] == "suppressed"), found
    repeats(alertmanager, loud, 2)


def test_what_is_not_posted_again_ends_by_itself(alertmanager: Alertmanager) -> None:
    digest = DigestData(1, "dig_1", "town.news", 1, 2, 60, DETECTED, 9, "9 incidents", [], {}, replay=False)
    post(alertmanager, DigestEvent("incident.digest", DETECTED, digest), told("inc_lost", "opened"), lasts_s=2)

    for name in ("dig_1", "inc_lost"):
        assert eventually(lambda: statuses(alertmanager, name)[:1] == ["firing"])  # noqa: B023 - asked at once
        assert eventually(lambda: statuses(alertmanager, name)[-1] == "resolved")  # noqa: B023 - asked at once
        assert alertmanager.alerts(name) == []


def statuses(alertmanager: Alertmanager, incident_id: str) -> list[str]:
    """What was told of an incident, one after the other."""
    return [each["status"] for each in alertmanager.receiver.of(incident_id)]


def test_a_verdict_of_false_ends_the_alert_and_one_of_true_does_not(alertmanager: Alertmanager) -> None:
    name, receiver = "inc_judged", alertmanager.receiver
    post(alertmanager, told(name, "opened"))
    true, false = (verdict(name, said) for said in ("true", "false"))
    post(alertmanager, true)

    assert eventually(lambda: receiver.firing(name) == ["warning"])
    assert [each["annotations"]["verdict"] for each in alertmanager.alerts(name)] == ["true: a campaign"]

    post(alertmanager, false)

    assert eventually(lambda: statuses(alertmanager, name)[-1] == "resolved")
    assert severities(alertmanager, name) == []


def verdict(incident_id: str, said: str) -> VerdictEvent:
    """An operator's answer."""
    data = told(incident_id, "opened").data
    told_last = {name: getattr(data, name) for name in VerdictData.__struct_fields__ if hasattr(data, name)}
    return VerdictEvent("incident.verdict", DETECTED, msgspec.convert({**told_last, "verdict": said}, VerdictData))


def test_an_incident_that_was_suppressed_at_once_is_no_alert(alertmanager: Alertmanager) -> None:
    post(alertmanager, told("inc_fans", "suppressed", status="suppressed"))

    assert alertmanager.alerts("inc_fans") == []
