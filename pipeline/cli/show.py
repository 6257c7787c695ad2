"""Posts' text on a terminal is data: shown, never obeyed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.text.shown import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.incidents.public import HeldIncident, IncidentEvent, VerdictData

_SAMPLE_CHARS = 120
_LEAST_P = 1e-30  # what is smaller says nothing more to a reader
STYLE = {"critical": "bold red", "warning": "yellow", "info": "dim"}
_NARROW = 130
_NUMBERS = ("score", "accounts", "posts")


def cut(text: str) -> str:
    """Return a sample short enough for a table, with an ellipsis where something is left out."""
    return text if len(text) <= _SAMPLE_CHARS else text[: _SAMPLE_CHARS - 1].rstrip() + "…"


def plain(text: str, style: str = "") -> Text:
    """Return post text as rich shows it: no markup, no control."""
    return Text(safe(text), style=style)


def incident_table(latest: Sequence[IncidentEvent]) -> Table:
    """One row an incident, as of its last event."""
    table = Table(title=f"{len(latest)} incident{'' if len(latest) == 1 else 's'}", title_justify="left")
    for name in ("opened", "kind", "severity", "score", "accounts", "posts"):
        table.add_column(name, justify="right" if name in _NUMBERS else "left", no_wrap=True)
    table.add_column("keywords", overflow="fold", min_width=16)
    table.add_column("sample", overflow="fold", ratio=1)
    for event in latest:
        data = event.data
        samples = [sample for template in data.templates[:1] for sample in template.samples[:1]]
        table.add_row(
            data.detected_at[:16].replace("T", " "),
            plain(data.kind),
            Text(data.severity, style=STYLE[data.severity]),
            f"{data.score:.2f}",
            str(data.accounts.members),
            str(data.posts),
            plain(" ".join(data.keywords[:1])),
            plain(cut(samples[0]) if samples else ""),
        )
    return table


def incident_reasons(event: IncidentEvent) -> Text:
    """The reasons of an incident, a line each."""
    data = event.data
    text = plain(f"\n{data.incident_id}  {data.summary}", "bold")
    text.append(f"\n  {data.status}, first post {data.first_post_at}, last {data.last_post_at}")
    if data.accounts.joiners:
        text.append(f"\n  {data.accounts.joiners} more accounts posted one of the texts and nothing else: not counted")
    for signal in data.evidence:
        text.append("\n  - ").append(plain(signal.text))
        if signal.p_value is not None:
            text.append(f" (p {shown_p(signal.p_value)})", "dim")
    for template in data.templates[:3]:
        text.append(f"\n  {template.posts:5} posts, {template.accounts:3} accounts: ").append(plain(template.text))
    if data.accounts.ids is not None:
        text.append("\n  members: ").append(plain(", ".join(data.accounts.ids)))
    return text


def shown_p(p_value: float) -> str:
    """Return a bound on p as it is read."""
    return f"<= {p_value:.1g}" if p_value >= _LEAST_P else f"< {_LEAST_P:g}"


def verdict_line(answer: VerdictData) -> Text:
    """What an operator answered."""
    by = f" by {answer.author}" if answer.author else ""
    return plain(f"{answer.verdict}{by}" + (f": {answer.note}" if answer.note else ""))


def held_line(held: HeldIncident) -> Text:
    """An incident that was over before a digest told it: nothing else was ever told of it."""
    return plain(f"\n{held.incident_id}  {held.summary}", "bold").append(
        f"\n  {held.status} while the flood guard held it back"
    )


def suppressed_table(latest: Sequence[IncidentEvent]) -> Table:
    """One row a suppressed incident, with what explains it."""
    table = Table(title=f"{len(latest)} suppressed", title_justify="left")
    for name in ("seen", "kind", "accounts", "posts"):
        table.add_column(name, justify="right" if name in _NUMBERS else "left", no_wrap=True)
    table.add_column("keywords", overflow="fold", min_width=16)
    table.add_column("reason", no_wrap=True)
    table.add_column("because", overflow="fold", ratio=1)
    for event in latest:
        data = event.data
        table.add_row(
            data.detected_at[:16].replace("T", " "),
            plain(data.kind),
            str(data.accounts.members),
            str(data.posts),
            plain(" ".join(data.keywords[:1])),
            plain(data.suppressed.reason if data.suppressed else ""),
            plain(data.suppressed.text if data.suppressed else ""),
        )
    return table


def moment(ms: int | None) -> str:
    """Return an event time for people, in UTC."""
    if ms is None:
        return "-"
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def console() -> Console:
    """The terminal; where it is a file or narrow, lines are kept wide enough to read.

    Letters that its encoding does not have are shown as escapes.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    found = Console(highlight=False, markup=False)
    return found if found.width >= _NARROW else Console(highlight=False, markup=False, width=_NARROW)
