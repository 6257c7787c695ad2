"""What a chat tells of an event, once for all chats: short, inert, the most telling first. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pipeline.incidents.public import DigestEvent, VerdictEvent
from pipeline.notify.formats.links import usable_links
from pipeline.notify.formats.text import inert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.detect.signal import Signal
    from pipeline.incidents.public import Event, HeldIncident, IncidentEvent

REASONS: Final = 3
LARGEST: Final = 5
PLACES: Final = 5
_LEAST_P = 1e-30

Tone = Literal["critical", "warning", "info", "good", "quiet"]
"""How a message looks: as severe as the incident, good where it is over, quiet where nothing is to be done."""

COLORS: Final[dict[Tone, str]] = {
    "critical": "#c62828",
    "warning": "#f9a825",
    "info": "#1565c0",
    "good": "#2e7d32",
    "quiet": "#757575",
}
_SAID: Final = {"true": "a campaign", "false": "no campaign", "benign": "harmless"}
_TONES: Final[dict[str, Tone]] = {
    "incident.resolved": "good",
    "incident.suppressed": "quiet",
    "incident.merged": "quiet",
}


class Message(msgspec.Struct, frozen=True):
    """All of it is inert: a format adds markup and cuts. ``title`` has no word of others; "" and () for nothing.

    ``points`` are sentences under the heading ``pointing``; ``quote`` is what somebody wrote, under ``quoting``;
    ``facts`` are at most ten names with their values, ``links`` labels with their URLs.
    """

    title: str
    tone: Tone
    summary: str
    footer: str
    facts: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    pointing: str = ""
    points: tuple[str, ...] = ()
    quoting: str = ""
    quote: str = ""

    @property
    def color(self) -> str:
        """Colour as ``#rrggbb``."""
        return COLORS[self.tone]


def to_message(event: Event) -> Message:
    """Return what is told of an event."""
    if isinstance(event, DigestEvent):
        return _digest(event)
    return _verdict(event) if isinstance(event, VerdictEvent) else _incident(event)


def _incident(event: IncidentEvent) -> Message:
    data = event.data
    template = data.templates[0] if data.templates else None
    suppressed = data.suppressed
    told: list[tuple[str, str]] = [
        ("Stream", data.stream),
        ("Accounts", _accounts(event)),
        ("Posts", str(data.posts)),
        ("Platforms", _places(data.platforms)),
        ("Communities", _places(data.communities)),
        ("Keywords", ", ".join(data.keywords)),
        ("Posted", f"{_minute(data.first_post_at)} to {_minute(data.last_post_at)} UTC"),
        ("Score", f"{data.score:g}"),
        ("Suppressed", f"{suppressed.reason}: {suppressed.text}" if suppressed else ""),
        ("Merged into", data.into or ""),
    ]
    return Message(
        title=_title(event, f"Incident {event.type.removeprefix('incident.')}: {data.kind}, {data.severity}"),
        tone=_TONES.get(event.type, data.severity),
        summary=inert(data.summary),
        footer=_footer(data.incident_id, data.revision, event.timestamp),
        facts=_facts(told),
        links=usable_links(data.links),
        pointing="Why",
        points=_lines([_reason(each) for each in data.evidence[:REASONS]]),
        quoting=f"One of the texts (posts: {template.posts}, accounts: {template.accounts})" if template else "",
        quote=inert((*template.samples, template.text)[0]) if template else "",
    )


def _digest(event: DigestEvent) -> Message:
    data = event.data
    told = [
        ("Stream", data.stream),
        ("Told one by one", f"at most {data.max_opened} in {data.window_s} s"),
        ("Held since", f"{_minute(data.held_since)} UTC"),
    ]
    severities = [each.severity for each in data.incidents]
    tones: tuple[Tone, ...] = ("critical", "warning", "info")
    return Message(
        title=_title(event, f"Digest: {data.total} incidents that the flood guard held back"),
        tone=next((each for each in tones if each in severities), "info"),
        summary=inert(data.summary),
        footer=_footer(data.digest_id, data.revision, event.timestamp),
        facts=_facts(told),
        links=usable_links(data.links),
        pointing="The largest of them",
        points=_lines([_held(each) for each in data.incidents[:LARGEST]]),
    )


def _verdict(event: VerdictEvent) -> Message:
    data = event.data
    told = [
        ("Verdict", f"{data.verdict}: {_SAID[data.verdict]}"),
        ("By", data.author),
        ("Stream", data.stream),
        ("Status", data.status),
        ("Keywords", ", ".join(data.keywords)),
    ]
    return Message(
        title=_title(event, f"Verdict {data.verdict}: {data.kind}, {data.severity}"),
        tone="good" if data.verdict != "true" else data.severity,
        summary=inert(data.summary),
        footer=_footer(data.incident_id, data.revision, event.timestamp),
        facts=_facts(told),
        links=usable_links(data.links),
        quoting="Note",
        quote=inert(data.note),
    )


def _title(event: Event, said: str) -> str:
    return f"[replay] {said}" if event.data.replay else said


def _footer(name: str, revision: int, timestamp: str) -> str:
    return inert(f"{name} · revision {revision} · {timestamp}")


def _facts(told: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Leave out what is not known, and what nothing is to be seen of."""
    shown = ((name, inert(value)) for name, value in told)
    return tuple((name, value) for name, value in shown if value)


def _lines(sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(inert, sentences)))


def _reason(signal: Signal) -> str:
    if signal.p_value is None:
        return signal.text
    bound = f"≤ {signal.p_value:.1g}" if signal.p_value >= _LEAST_P else f"< {_LEAST_P:g}"
    return f"{signal.text} (p {bound})"


def _held(held: HeldIncident) -> str:
    return f"{held.severity}, {held.kind}, {held.accounts} accounts: {held.summary} ({held.incident_id}, {held.status})"


def _accounts(event: IncidentEvent) -> str:
    accounts = event.data.accounts
    more = " or more" if accounts.truncated else ""
    joiners = f", {accounts.joiners} joiners" if accounts.joiners else ""
    return f"{accounts.members}{more} members{joiners}"


def _places(counts: Mapping[str, int]) -> str:
    """Return the largest of what is counted."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(ranked) - PLACES} more" if len(ranked) > PLACES else ""
    return ", ".join(f"{name} {count}" for name, count in ranked[:PLACES]) + more


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")
