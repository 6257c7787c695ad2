"""Incidents of the log as they are read on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from pipeline.cli.explained import life_table, texts
from pipeline.cli.show import STYLE, cut, plain, shown_p, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from pipeline.incidents.fold import Standing
    from pipeline.incidents.history import Happened
    from pipeline.incidents.precision import Precision
    from pipeline.incidents.public import IncidentData, VerdictEvent


def standing_table(rows: Sequence[Standing]) -> Table:
    """A row an incident, its summary below what identifies it: beside it there is no room in most terminals."""
    table = Table(show_lines=True)
    for name in ("told", "incident", "severity", "status", "verdict"):
        table.add_column(name, no_wrap=True)
    table.add_column("stream, kind and summary", overflow="fold", ratio=1)
    for row in rows:
        table.add_row(
            plain(row.told_at[:16].replace("T", " ")),
            plain(row.incident_id),
            Text(row.severity, style=STYLE[row.severity]),
            row.status,
            row.verdict.verdict if row.verdict else "",
            plain(row.stream).append(f", {row.kind}\n").append_text(plain(cut(row.summary))),
        )
    return table


def precision_lines(rows: Sequence[Precision]) -> Text:
    """How many of those answered were campaigns, a line a kind."""
    if not rows:
        return Text("none of them is answered: turfwatch incidents verdict ID true|false|benign")
    text = Text("true ones among those answered, benign ones counted as not true:")
    for row in rows:
        answered = row.true + row.false + row.benign
        text.append(f"\n  {row.kind:22} {row.true} of {answered} ({row.precision:.0%})")
        text.append(f", {row.false} false, {row.benign} benign")
    return text


def story(row: Standing, life: Sequence[Happened], answers: Sequence[VerdictEvent]) -> Iterator[RenderableType]:
    """Yield all that was told of an incident."""
    yield _head(row)
    if row.event is None:
        yield Text("  only a digest or an answer has told it so far: nothing more is known")
    else:
        yield from _details(row.event.data)
    if answers:
        yield _title("Answers")
    for event in answers:
        yield plain(f"  {_time(event.timestamp)}  ").append_text(verdict_line(event.data))
    yield _title("Its life")
    yield life_table(life)


def _head(row: Standing) -> Text:
    text = plain(f"{row.incident_id}  {row.summary}", "bold")
    text.append(f"\n  {row.kind}, {row.severity}, {row.status}")
    if row.into:
        text.append_text(plain(f" into {row.into}: ask for that one to read on"))
    if row.event and row.event.data.suppressed:
        text.append(f": {row.event.data.suppressed.reason}, ").append_text(plain(row.event.data.suppressed.text))
    when = f"detected {_time(row.detected_at)}, last told {_time(row.told_at)}"
    return text.append("\n  ").append_text(plain(f"stream {row.stream}, {when}"))


def _details(data: IncidentData) -> Iterator[Text]:
    text = plain(f"  score {data.score:g}, first post {_time(data.first_post_at)}, last {_time(data.last_post_at)}")
    text.append(f"\n  {data.accounts.members} members, {data.accounts.joiners} joiners, {data.posts} posts: ")
    text.append_text(plain(", ".join(data.accounts.sample)))
    for what, counts in (("platforms", data.platforms), ("communities", data.communities)):
        if counts:
            text.append(f"\n  {what}: ").append_text(plain(", ".join(f"{name} {n}" for name, n in counts.items())))
    if data.keywords:
        text.append("\n  keywords: ").append_text(plain(" ".join(data.keywords)))
    yield text
    yield _title("Evidence")
    for signal in data.evidence:
        text = Text("  - ").append_text(plain(signal.text))
        if signal.p_value is not None:
            text.append(f" (p {shown_p(signal.p_value)})", "dim")
        yield text
    yield _title("Texts")
    yield from texts(data.templates)
    if data.links:
        yield _title("Links")
    for name, link in data.links.items():
        yield plain(f"  {name:10} {link}")


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold underline")


def _time(rfc: str) -> str:
    return rfc[:19].replace("T", " ")
