"""``turfwatch watch``: what is always followed in a stream."""

from __future__ import annotations

import click
import msgspec
from rich.table import Table

from pipeline.bursts.watch import ADD, REMOVE, Watch, WatchList, read_change, write_watch
from pipeline.cli.changes import known_of, send_change, stored, stream_option, time_of_change
from pipeline.cli.session import Loaded, redis_option
from pipeline.cli.show import console, moment, plain
from pipeline.errors import LineError, UserError
from pipeline.state.store import Store
from pipeline.text.shown import safe


@click.group()
def watch() -> None:
    """Follow words, tags and patterns in a stream, whether or not they come up suddenly."""


@watch.command()
@click.argument("pattern")
@stream_option
@click.option("--label", default="", help="What is shown in its place.")
@click.option("--posts", type=click.IntRange(1), help="Posts in a window from which it is a burst.")
@click.option("--significance", type=click.FloatRange(0, min_open=True), help="Significance from which it is a burst.")
@redis_option
@click.pass_obj
def add(
    loaded: Loaded,
    pattern: str,
    stream: str,
    label: str,
    posts: int | None,
    significance: float | None,
    url: str | None,
) -> None:
    """Follow PATTERN: a word, several in a row, a #tag, an @mention, a domain, glob:... or re:... (RE2)."""
    settings = loaded[0]
    wanted = Watch(pattern.strip(), label, posts, significance)
    if wanted.pattern.startswith("@") and settings.worker.ids == "hmac":
        raise UserError("with worker.ids = hmac names are replaced before anything is looked for: follow no @mention")
    try:
        value = write_watch(wanted)
        known = known_of(settings, stream, url, Store.watched)
        if known:
            WatchList(known.entries).added(wanted)
    except LineError as error:
        raise UserError(safe(error.detail)) from None
    if known and wanted in known.entries:
        click.echo(f"{safe(wanted.pattern)} is followed in stream {safe(stream)} already: nothing sent")
        return
    at = time_of_change(known.watermark if known else None)
    send_change(settings, stream, ADD, value, at)
    click.echo(f"{safe(wanted.pattern)} is followed in stream {safe(stream)} from {moment(at)} UTC on")
    if known and not known.is_stored:
        click.echo(f"no worker knows a stream {safe(stream)} yet: it begins with this", err=True)


@watch.command()
@click.argument("pattern")
@stream_option
@redis_option
@click.pass_obj
def remove(loaded: Loaded, pattern: str, stream: str, url: str | None) -> None:
    """Follow PATTERN no longer; it is told as `watch list` shows it."""
    settings, pattern = loaded[0], pattern.strip()
    value = msgspec.json.encode({"pattern": pattern}) if _is_utf8(pattern) else b"{}"
    try:
        read_change(REMOVE, value.decode())
    except LineError as error:
        raise UserError(safe(error.detail)) from None
    known = known_of(settings, stream, url, Store.watched)
    if known and pattern not in (each.pattern for each in known.entries):
        hint = "what was sent a moment ago is there once its worker has come to it"
        if pattern in settings.watch.patterns:
            hint = "it stands in watch.patterns of the configuration"
        raise UserError(f"{safe(pattern)} is not followed in stream {safe(stream)}: {hint}")
    at = time_of_change(known.watermark if known else None)
    send_change(settings, stream, REMOVE, value.decode(), at)
    click.echo(f"{safe(pattern)} is no longer followed in stream {safe(stream)} from {moment(at)} UTC on")


@watch.command("list")
@stream_option
@click.option("--output", type=click.Choice(["table", "json"]), default="table", help="What is printed.")
@redis_option
@click.pass_obj
def list_watches(loaded: Loaded, stream: str, output: str, url: str | None) -> None:
    """List what is followed in a stream, as of the last line that a worker has applied, and by the configuration."""
    settings, origins = loaded
    known = stored(settings, stream, url, Store.watched)
    configured = origins.get("watch.patterns", "default")
    rows = [("stream", each) for each in known.entries]
    rows += [(configured, each) for each in WatchList(map(Watch, settings.watch.patterns)).entries]
    if output == "json":
        click.echo(msgspec.json.encode([{**msgspec.structs.asdict(each), "origin": origin} for origin, each in rows]))
    elif rows:
        console().print(_table(rows))
    else:
        click.echo(f"nothing is followed in stream {safe(stream)}")


def _table(rows: list[tuple[str, Watch]]) -> Table:
    table = Table()
    for name in ("pattern", "label", "posts", "significance", "origin"):
        table.add_column(name, justify="right" if name in ("posts", "significance") else "left", overflow="fold")
    for origin, each in rows:
        bounds = ("-" if bound is None else f"{bound:,}" for bound in (each.posts, each.significance))
        table.add_row(plain(each.pattern), plain(each.label), *bounds, origin)
    return table


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
