"""``turfwatch allow``: whom operators of a stream vouch for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec
from rich.table import Table

from pipeline.cli.changes import known_of, login_name, send_change, stored, stream_option, time_of_change
from pipeline.cli.replay import span
from pipeline.cli.session import Loaded, redis_option
from pipeline.cli.show import console, moment, plain
from pipeline.detect.allow import ADD, KINDS, MAX_ALLOWED, REMOVE, Allowed, read_entry, write_value
from pipeline.errors import LineError, UserError
from pipeline.incidents.public import rfc3339
from pipeline.state.store import Store
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from pipeline.cli.changes import Known
    from pipeline.config import Settings
    from pipeline.detect.allow import AllowKind

kind_argument = click.argument("kind", type=click.Choice(KINDS))


@click.group()
def allow() -> None:
    """Vouch for accounts, sites and texts in a stream: what they explain is suppressed."""


@allow.command()
@kind_argument
@click.argument("value")
@stream_option
@click.option(
    "--for", "lasting", callback=span, metavar="SPAN", help="How long, such as 12h or 30d (default: for good)."
)
@click.option("--note", default="", help="Why.")
@click.option("--author", help="Who says so (default: your login name).")
@redis_option
@click.pass_obj
def add(
    loaded: Loaded,
    kind: AllowKind,
    value: str,
    stream: str,
    lasting: int,
    note: str,
    author: str | None,
    url: str | None,
) -> None:
    """Vouch for VALUE: the id of an account, a link domain, or the cluster of a text as `incidents show` has it."""
    settings = loaded[0]
    _read(kind, value, None, "", note)
    known = known_of(settings, stream, url, Store.allowed)
    at = time_of_change(known.watermark if known else None)
    until = rfc3339(at + lasting) if lasting else None
    said, entry = _read(kind, value, until, login_name() if author is None else author, note)
    named = f"{kind} {safe(entry.value)}"
    if known and not _is_news(entry, known):
        click.echo(f"{named} is allowed in stream {safe(stream)} already: nothing sent")
        return
    send_change(settings, stream, ADD, said, at, note or None)
    end = f" until {moment(entry.until)}" if entry.until else ""
    click.echo(f"{named} is allowed in stream {safe(stream)} from {moment(at)}{end} UTC" + ("" if end else " on"))
    if known and not known.is_stored:
        click.echo(f"no worker knows a stream {safe(stream)} yet: it begins with this", err=True)


@allow.command()
@kind_argument
@click.argument("value")
@stream_option
@redis_option
@click.pass_obj
def remove(loaded: Loaded, kind: AllowKind, value: str, stream: str, url: str | None) -> None:
    """Vouch for VALUE no longer; it is told as `allow list` shows it."""
    settings = loaded[0]
    said, entry = _read(kind, value, None, "", "")
    named = f"{kind} {safe(entry.value)}"
    known = known_of(settings, stream, url, Store.allowed)
    if known and entry.key not in (each.key for each in known.entries):
        hint = "what was sent a moment ago is there once its worker has come to it"
        if entry.value in _configured(settings)[kind]:
            hint = f"it stands in allow.{kind}s of the configuration"
        raise UserError(f"{named} is not allowed in stream {safe(stream)}: {hint}")
    at = time_of_change(known.watermark if known else None)
    send_change(settings, stream, REMOVE, said, at)
    click.echo(f"{named} is no longer allowed in stream {safe(stream)} from {moment(at)} UTC on")


@allow.command("list")
@stream_option
@click.option("--output", type=click.Choice(["table", "json"]), default="table", help="What is printed.")
@redis_option
@click.pass_obj
def list_entries(loaded: Loaded, stream: str, output: str, url: str | None) -> None:
    """List who is vouched for in a stream, as of the last line that a worker has applied, and by the configuration."""
    settings, origins = loaded
    known = stored(settings, stream, url, Store.allowed)
    rows = [("stream", each) for each in known.entries if each.lives(known.watermark)]
    for kind, names in _configured(settings).items():
        rows += [(origins.get(f"allow.{kind}s", "default"), Allowed(kind, name)) for name in names]
    if output == "json":
        click.echo(msgspec.json.encode([_row(origin, each) for origin, each in rows]))
    elif rows:
        console().print(_table(rows))
    else:
        click.echo(f"nobody is allowed in stream {safe(stream)}")


def _read(kind: AllowKind, value: str, until: str | None, author: str, note: str) -> tuple[str, Allowed]:
    """Return the value of a control line and the entry that it makes. Raises UserError where it would be refused."""
    try:
        said = write_value(kind, value, until, author)
        return said, read_entry(said, note)
    except LineError as error:
        raise UserError(safe(error.detail)) from None


def _is_news(entry: Allowed, known: Known[Allowed]) -> bool:
    """Whether the list lacks an entry. Raises UserError where it is full."""
    living = {each.key: each for each in known.entries if each.lives(known.watermark)}
    before = living.get(entry.key)
    if before is None and len(living) >= MAX_ALLOWED:
        raise UserError(f"{MAX_ALLOWED:,} are allowed already: remove one first")
    return before is None or (before.until, before.note) != (entry.until, entry.note)


def _configured(settings: Settings) -> dict[AllowKind, list[str]]:
    return {"account": sorted(settings.allow.accounts), "domain": sorted(settings.allow.domains), "cluster": []}


def _row(origin: str, entry: Allowed) -> dict[str, object]:
    until = None if entry.until is None else rfc3339(entry.until)
    return {**msgspec.structs.asdict(entry), "until": until, "origin": origin}


def _table(rows: list[tuple[str, Allowed]]) -> Table:
    table = Table()
    for name in ("kind", "value", "until", "author", "note", "origin"):
        table.add_column(name, overflow="fold", no_wrap=name == "until")
    for origin, each in rows:
        table.add_row(each.kind, plain(each.value), moment(each.until), plain(each.author), plain(each.note), origin)
    return table
