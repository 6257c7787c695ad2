"""An incident event as a short block for people who watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.cli.show import STYLE, held_line, plain, shown_p
from pipeline.incidents.burst import KIND
from pipeline.incidents.public import DigestEvent, VerdictEvent

if TYPE_CHECKING:
    from rich.text import Text

    from pipeline.incidents.public import Event

REASONS: Final = 3


def gap(event: Event) -> str:
    """Return what stands behind the news of an event: an empty line but for a burst, which is a line itself."""
    return "\n" if not isinstance(event, DigestEvent) and event.data.kind == KIND else "\n\n"


def news(event: Event) -> Text:
    """Return what happened when, how severe it is, and the first reasons. Texts of posts stand in it as data.

    What happened to a burst is a line: it says nothing of a campaign by itself.
    """
    at = event.timestamp[:19].replace("T", " ")
    what = event.type.removeprefix("incident.")
    text = plain(f"{at}  {what:10}")
    if isinstance(event, DigestEvent):
        text.append_text(plain(f"  {event.data.stream}\n  {event.data.summary}", "bold"))
        for held in event.data.incidents:
            text.append_text(held_line(held))
        return text
    if isinstance(event, VerdictEvent):
        answer = event.data
        by = f" by {answer.author}" if answer.author else ""
        text.append_text(plain(f"  {answer.verdict}{by}: {answer.kind}  {answer.stream}  {answer.incident_id}"))
        return text.append("\n  ").append_text(plain(answer.note)) if answer.note else text
    data = event.data
    if data.kind == KIND:
        return plain(f"{text.plain}  {data.kind}  {data.stream}  {data.summary}", STYLE[data.severity])
    text.append_text(plain(f"  {data.kind}  ")).append(data.severity, STYLE[data.severity])
    text.append_text(plain(f"  {data.score:.2f}  {data.stream}  {data.incident_id}"))
    text.append("\n  ").append_text(plain(data.summary, "bold"))
    if data.suppressed:
        text.append("\n  ").append_text(plain(f"suppressed: {data.suppressed.text}"))
    for signal in data.evidence[:REASONS]:
        text.append("\n  - ").append_text(plain(signal.text))
        if signal.p_value is not None:
            text.append(f" (p {shown_p(signal.p_value)})", "dim")
    return text
