"""``turfwatch incidents``: what the log holds of them, and an operator's answers."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING, get_args

import click
import msgspec

from pipeline.cli.changes import known_of, login_name
from pipeline.cli.incident_text import precision_lines, standing_table, story
from pipeline.cli.replay import span
from pipeline.cli.session import Loaded, redis_option
from pipeline.cli.show import console, moment
from pipeline.detect.assess import Kind
from pipeline.errors import ChoiceError, LineError, UserError
from pipeline.explain import fits
from pipeline.incidents.answer import Verdict
from pipeline.incidents.burst import KIND
from pipeline.incidents.fold import each_once, fold
from pipeline.incidents.history import answers_of, life
from pipeline.incidents.model import Status
from pipeline.incidents.offer import offers
from pipeline.incidents.precision import precision
from pipeline.state.store import Store
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.incidents.fold import Standing
    from pipeline.live.incident_log import Told


@click.group()
def incidents() -> None:
    """Look at the incidents in the log, and answer whether they were what they seemed."""


@incidents.command("list")
@click.option("--stream", help="Only of this stream.")
@click.option("--status", type=click.Choice(get_args(Status)), help="Only those that stand so.")
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Only of this kind; else all but bursts of keywords.")
@click.option("--since", callback=span, metavar="SPAN", help="Only those told of within it, such as 7d.")
@click.option("--output", type=click.Choice(["table", "json"]), default="table", help="What is printed.")
@click.pass_obj
def list_incidents(
    loaded: Loaded, stream: str | None, status: Status | None, kind: Kind | None, since: int, output: str
) -> None:
    """List incidents as they stand, last told first, and how many of those that were answered were campaigns."""
    told = _told(loaded[0])
    begin = time.time_ns() // 1_000_000 - since if since else 0
    rows = [
        row
        for row in fold(told.events).values()
        if stream in (None, row.stream)
        and status in (None, row.status)
        and (row.kind == kind if kind else row.kind != KIND)
        and told.last[row.incident_id] >= begin
    ]
    rows.sort(key=lambda row: (row.told_at, row.incident_id), reverse=True)
    found = precision((row.kind, row.verdict.verdict) for row in rows if row.verdict)
    if output == "json":
        click.echo(msgspec.json.encode({"incidents": rows, "precision": found}))
    elif rows:
        out = console()
        out.print(standing_table(rows))
        out.print(precision_lines(found))
    else:
        click.echo("no incident")


@incidents.command()
@click.argument("name", metavar="ID")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="What is printed.")
@click.pass_obj
def show(loaded: Loaded, name: str, output: str) -> None:
    """Show all that was told of one incident: ID, or how that begins."""
    told = _told(loaded[0])
    row = choose(fold(told.events), name)
    events = each_once(told.events)
    happened = life(row.incident_id, events)
    answers = answers_of(row.incident_id, events)
    if output == "json":
        click.echo(msgspec.json.encode({"incident": row, "life": happened, "answers": answers}))
        return
    out = console()
    for part in story(row, happened, answers):
        out.print(part)


@incidents.command()
@click.argument("name", metavar="ID")
@click.argument("said", type=click.Choice(get_args(Verdict)))
@click.option("--note", default="", help="Why.")
@click.option("--author", help="Who says so (default: your login name).")
@redis_option
@click.pass_obj
def verdict(loaded: Loaded, name: str, said: Verdict, note: str, author: str | None, url: str | None) -> None:
    """Answer the incident ID: true, a campaign; false, none; benign, one that harms nobody. The last answer counts."""
    from pipeline.live.answers import (  # noqa: PLC0415 - the client of Kafka takes long to import
        checked_answer,
        is_answered_so,
        send_answer,
    )

    settings = loaded[0]
    row = choose(fold(_told(settings).events), name)
    shown = f"{row.incident_id} of stream {safe(row.stream)}"
    try:
        answer = checked_answer(row, said, login_name() if author is None else author, note)
        if is_answered_so(row, answer):
            click.echo(f"{shown} is answered so already: nothing sent")
            return
        known = known_of(settings, row.stream, url, Store.watched)
        at = send_answer(settings, row, answer, known.watermark if known and known.is_stored else None)
    except LineError as error:
        raise UserError(safe(error.detail)) from None
    click.echo(f"{shown} is answered: {said}, at {moment(at)} UTC")
    found = offers(row.event) if said == "benign" and row.event else []
    if found:
        click.echo("what would suppress the like of it from now on, for good or with --for 30d:")
    for kind, each in found:
        command = ["turfwatch", "allow", "add", kind, each, "--stream", row.stream]
        click.echo(f"  {safe(shlex.join(command))}")


def choose(rows: dict[str, Standing], wanted: str) -> Standing:
    """Return the incident whose id is wanted, or the only one whose id begins so."""
    if found := rows.get(wanted):
        return found
    fitting = [row for name, row in sorted(rows.items()) if fits(name, wanted)]
    if len(fitting) == 1 and wanted:
        return fitting[0]
    if fitting:
        for row in fitting:
            click.echo(safe(f"{row.incident_id}  {row.status}, {row.kind}: {row.summary}"), err=True)
        names = [row.incident_id for row in fitting]
        raise ChoiceError(f"{len(fitting)} incidents begin with {safe(wanted)!r}: give more of the id", names)
    raise UserError(f"the log holds no incident {safe(wanted)}: `turfwatch incidents list` shows those that it does")


def _told(settings: Settings) -> Told:
    from pipeline.live.incident_log import read_incidents  # noqa: PLC0415 - the client of Kafka takes long to import
    from pipeline.live.log import reading  # noqa: PLC0415 - the same

    with reading(settings.kafka) as log:
        told = read_incidents(log, settings.kafka)
    if told.foreign:
        click.echo(
            f"{told.foreign:,} records of {settings.kafka.incidents} are no events of ours: passed over", err=True
        )
    return told
