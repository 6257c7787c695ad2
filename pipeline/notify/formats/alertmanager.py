"""Alertmanager, by ``POST /api/v2/alerts``: an incident is an alert, to be routed, grouped and silenced there.

An alert is its labels: with another label it is another alert, and the one before goes on firing. So the labels are
what never changes of an incident (``alertname``, ``incident_id``, ``stream``, ``replay``), and its severity, since
routes look at labels only. A severity never falls while an incident is open (pipeline/incidents/life.py): each event
after the opening ends the alerts of the severities below its own in the same body, and what ends an incident ends them
all. Nothing has to be remembered for that. Kind, status and counts change too, and are annotations; the name tells
campaigns from bursts, which never turn into each other: ``TurfwatchCampaign``, ``TurfwatchBurst``, ``TurfwatchDigest``.

An alert lasts ``lasts_s`` from when it was posted, so whatever is lost or comes too late, nothing fires for ever. What
`keeps_firing` is posted again before that, alone: what ended would be told anew now and then. A digest is told once and
ends by itself. A verdict of false or benign ends the alert, until a later event of the incident; the alert of a true
one goes on, with the verdict in its annotations. An incident that was suppressed when it was first seen has no alert,
and its body is an empty list.

Whatever annotations are made into is out of our hands, so all that others wrote is inert in them. Alertmanager knows no
limit of length but that of its receivers; ours are below. The form is that of api/v2/openapi.yaml in its repository.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pipeline.incidents.public import DigestEvent, IncidentEvent, VerdictEvent, rfc3339, subject
from pipeline.notify.formats.form import Form
from pipeline.notify.formats.message import to_message
from pipeline.notify.formats.text import fit, inert_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.severity import Severity
    from pipeline.incidents.public import Event
    from pipeline.notify.formats.form import Sending
    from pipeline.notify.formats.message import Message

LABEL: Final = 128
ANNOTATION: Final = 1000
REASONS: Final = 3000

_SEVERITIES: Final[tuple[Severity, ...]] = ("info", "warning", "critical")
_ENDS: Final = frozenset(("false", "benign"))


def render_alertmanager(events: Sequence[Event], sending: Sending) -> bytes:
    """Return the alerts of events; of the same alert in several of them the last one counts."""
    alerts = [alert for event in events for alert in _alerts(event, sending)]
    latest = {tuple(alert["labels"].items()): alert for alert in alerts}
    return msgspec.json.encode(list(latest.values()))


ALERTMANAGER: Final = Form("alertmanager", render_alertmanager, is_kept_alive=True)


def keeps_firing(event: Event) -> bool:
    """Whether an incident has an alert as of its latest event, which is to be posted again before it ends."""
    if isinstance(event, VerdictEvent):
        return event.data.status == "open" and event.data.verdict not in _ENDS
    return isinstance(event, IncidentEvent) and event.data.status == "open"


def _alerts(event: Event, sending: Sending) -> list[dict[str, Any]]:
    message = to_message(event)
    if isinstance(event, DigestEvent):
        held = {each.severity for each in event.data.incidents}
        highest: Severity = next((each for each in reversed(_SEVERITIES) if each in held), "info")
        return [_alert(event, message, highest, sending, fires=True)]
    severity = event.data.severity
    if keeps_firing(event):
        firing = _alert(event, message, severity, sending, fires=True)
        before = () if sending.is_again or event.type == "incident.opened" else _told(event)
        return [firing, *(_alert(event, message, each, sending, fires=False) for each in before if each != severity)]
    if event.type == "incident.suppressed" and event.data.revision == 1:
        return []
    return [_alert(event, message, each, sending, fires=False) for each in _told(event)]


def _told(event: IncidentEvent | VerdictEvent) -> tuple[Severity, ...]:
    """Return the severities that an incident may have been told with: a burst has one, a campaign is told from warning.

    Only what was suppressed may have been more severe before than it is now.
    """
    severity = event.data.severity
    if event.data.kind == "keyword-burst" or severity == "info":
        return (severity,)
    return ("critical", "warning") if severity == "critical" or event.type == "incident.suppressed" else ("warning",)


def _alert(event: Event, message: Message, severity: Severity, sending: Sending, *, fires: bool) -> dict[str, Any]:
    data = event.data
    began = event.timestamp if isinstance(event, DigestEvent) else event.data.detected_at
    ends = sending.now + (1000 * sending.lasts_s if fires else 0)
    labels = {
        "alertname": _name(event),
        "incident_id": fit(inert_name(subject(event)), LABEL),
        "replay": "true" if data.replay else "false",
        "severity": severity,
        "stream": fit(inert_name(data.stream), LABEL),
    }
    alert = {
        "labels": labels,
        "annotations": _annotations(event, message),
        "startsAt": rfc3339(min(_milliseconds(began), sending.now)),
        "endsAt": rfc3339(ends),
    }
    return alert | ({"generatorURL": message.links[0][1]} if message.links else {})


def _name(event: Event) -> str:
    if isinstance(event, DigestEvent):
        return "TurfwatchDigest"
    return "TurfwatchBurst" if event.data.kind == "keyword-burst" else "TurfwatchCampaign"


def _annotations(event: Event, message: Message) -> dict[str, str]:
    share = REASONS // max(1, len(message.points))
    told = {
        "title": message.title,
        "summary": message.summary,
        "kind": "digest" if isinstance(event, DigestEvent) else event.data.kind,
        "reasons": "\n".join(fit(each, share) for each in message.points),
        "quote": message.quote,
        **{name.lower().replace(" ", "_"): value for name, value in message.facts if name != "Stream"},
    }
    bounded = {name: value if name == "reasons" else fit(value, ANNOTATION) for name, value in told.items() if value}
    return bounded | {f"{_identifier(label)}_url": url for label, url in message.links}


def _identifier(label: str) -> str:
    name = "".join(each if each.isascii() and each.isalnum() else "_" for each in label)
    return f"_{name}" if name[0].isdigit() else name


def _milliseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)
