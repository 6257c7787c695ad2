"""``turfwatch dead-letters``: what was refused, why, and back to where it came from."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import click
import msgspec
from rich.table import Table

from pipeline.cli.show import console, cut, moment, plain
from pipeline.errors import LineError, UserError
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.cli.session import Loaded
    from pipeline.config import Settings
    from pipeline.live.dead_letters import Found

_STARTS = 400
"""Bytes of a letter of which a list shows the text."""

reason_option = click.option("--reason", help="Only what was refused for this, such as not-json.")


@click.group("dead-letters")
def dead_letters() -> None:
    """Look at what workers refused, and send it again."""


@dead_letters.command("list")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Letters at most.")
@reason_option
@click.option("--output", type=click.Choice(["table", "json"]), default="table", help="What is printed.")
@click.pass_obj
def list_letters(loaded: Loaded, limit: int, reason: str | None, output: str) -> None:
    """List dead letters, newest first."""
    from pipeline.live.dead_letters import newest  # noqa: PLC0415 - the client of Kafka takes long to import
    from pipeline.live.log import reading  # noqa: PLC0415 - the same

    kafka = loaded[0].kafka
    with reading(kafka) as log:
        letters = list(itertools.islice(newest(log, kafka, reason), limit))
    if output == "json":
        click.echo(msgspec.json.encode([_row(found) for found in letters]))
    elif letters:
        console().print(_table(letters))
    else:
        click.echo("no dead letter" + (f" with reason {safe(reason)}" if reason else ""))


@dead_letters.command()
@click.argument("place")
@click.pass_obj
def show(loaded: Loaded, place: str) -> None:
    """Show one dead letter whole: PLACE is partition:offset, as the list has it."""
    from pipeline.live.dead_letters import at_place  # noqa: PLC0415 - the client of Kafka takes long to import
    from pipeline.live.log import reading  # noqa: PLC0415 - the same

    kafka = loaded[0].kafka
    with reading(kafka) as log:
        found = at_place(log, kafka, place)
    click.echo(f"{'time':10} {moment(found.record.at)} UTC")
    for name, value in found.record.headers:
        click.echo(f"{safe(name):10} {safe(_text(value or b''))}")
    click.echo()
    for line in (found.record.value or b"").splitlines():
        click.echo(safe(_text(line)))


@dead_letters.command()
@click.argument("places", metavar="PLACE...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that are whole, with --reason those refused for it.")
@reason_option
@click.pass_obj
def retry(loaded: Loaded, places: tuple[str, ...], everything: bool, reason: str | None) -> None:  # noqa: FBT001 - a flag of the command
    """Send letters back to the topic they came from. Those that were cut or withheld cannot be."""
    if bool(places) == everything or (reason and not everything):
        raise click.UsageError("name PLACE..., or give --all, with --reason R for some of them")
    _retry(loaded[0], places, reason)


def _retry(settings: Settings, places: tuple[str, ...], reason: str | None) -> None:
    from pipeline.live.dead_letters import at_place, newest, resend, unfit  # noqa: PLC0415 - the same as above
    from pipeline.live.log import reading  # noqa: PLC0415 - the same
    from pipeline.live.sender import sending  # noqa: PLC0415 - the same

    kafka = settings.kafka
    topics = {kafka.posts, *settings.route.topics}
    sent: dict[str, int] = {}
    refused = 0
    with reading(kafka) as log, sending(kafka) as sender:
        chosen: Iterable[Found] = newest(log, kafka, reason)
        if places:
            # All or none of what was named: nobody has to find out which part was sent.
            chosen = [at_place(log, kafka, place) for place in dict.fromkeys(places)]
            if bad := [f"{found.place} ({why})" for found in chosen if (why := unfit(found, topics))]:
                raise UserError(f"cannot be sent again: {', '.join(bad)}; nothing was sent")
        for found in chosen:
            if why := unfit(found, topics):
                click.echo(f"not sent: {found.place} ({why})", err=True)
                refused += 1
            elif not isinstance(found.letter, LineError):
                resend(sender, found.letter)
                sent[found.letter.topic] = sent.get(found.letter.topic, 0) + 1
        sender.finish()
    for topic, count in sorted(sent.items()):
        click.echo(f"{count:,} sent to {safe(topic)}")
    if not sent:
        click.echo("nothing sent" if refused else "no dead letter to send")


def _table(letters: list[Found]) -> Table:
    table = Table()
    for name in ("time", "place", "reason", "origin", "bytes"):
        table.add_column(name, no_wrap=True, justify="right" if name == "bytes" else "left")
    table.add_column("text", overflow="fold", ratio=1)
    for found in letters:
        letter = found.letter
        if isinstance(letter, LineError):
            origin, length, text = "-", len(found.record.value or b""), _start(found)
        else:
            origin = f"{letter.topic}:{letter.partition}:{letter.offset}:{letter.line}"
            length, text = letter.length, "(withheld)" if letter.withheld else _start(found)
        when = moment(found.record.at)
        table.add_row(when, found.place, plain(found.reason), plain(origin), f"{length:,}", plain(cut(text)))
    return table


def _row(found: Found) -> dict[str, object]:
    row: dict[str, object] = {"place": found.place, "time": found.record.at, "reason": found.reason}
    if isinstance(found.letter, LineError):
        return {**row, "detail": found.letter.detail, "text": _start(found)}
    letter = found.letter
    return {
        **row,
        "detail": letter.detail,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "line": letter.line,
        "key": None if letter.key is None else _text(letter.key),
        "length": letter.length,
        "sha256": letter.sha256,
        "whole": letter.is_whole,
        "withheld": letter.withheld,
        "text": _start(found),
    }


def _start(found: Found) -> str:
    return _text((found.record.value or b"")[:_STARTS])


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
