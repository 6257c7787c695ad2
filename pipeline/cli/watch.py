"""``turfwatch watch``: what is always followed in a stream."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import click
import msgspec
from rich.table import Table

from pipeline import loop
from pipeline.bursts.watch import ADD, REMOVE, Watch, WatchList, read_change, write_watch
from pipeline.cli.session import Loaded, redis_option, server
from pipeline.cli.show import console, moment, plain, safe
from pipeline.engine import Engine
from pipeline.errors import LineError, ServerError, UserError
from pipeline.incidents.public import rfc3339
from pipeline.post import Control, Limits, decode_line, encode_line

if TYPE_CHECKING:
    from pipeline.config import Settings

stream_option = click.option("--stream", required=True, help="Name of the stream.")


class Known(NamedTuple):
    """What the server keeps of a stream: whether it is there, its watermark (ms) and what is followed in it."""

    is_stored: bool
    watermark: int
    watches: list[Watch]


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
        known = _known(settings, stream, url)
        if known:
            WatchList(known.watches).added(wanted)
    except LineError as error:
        raise UserError(safe(error.detail)) from None
    if known and wanted in known.watches:
        click.echo(f"{safe(wanted.pattern)} is followed in stream {safe(stream)} already: nothing sent")
        return
    at = _send(settings, stream, ADD, value, known)
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
    known = _known(settings, stream, url)
    if known and pattern not in (each.pattern for each in known.watches):
        hint = "what was sent a moment ago is there once its worker has come to it"
        if pattern in settings.watch.patterns:
            hint = "it stands in watch.patterns of the configuration"
        raise UserError(f"{safe(pattern)} is not followed in stream {safe(stream)}: {hint}")
    at = _send(settings, stream, REMOVE, value.decode(), known)
    click.echo(f"{safe(pattern)} is no longer followed in stream {safe(stream)} from {moment(at)} UTC on")


@watch.command("list")
@stream_option
@click.option("--output", type=click.Choice(["table", "json"]), default="table", help="What is printed.")
@redis_option
@click.pass_obj
def list_watches(loaded: Loaded, stream: str, output: str, url: str | None) -> None:
    """List what is followed in a stream, as of the last line that a worker has applied, and by the configuration."""
    settings, origins = loaded
    if not (url or settings.redis.url):
        raise UserError("name the server with --redis URL or TURFWATCH_REDIS_URL")
    known = loop.run(_read(settings, stream, url))
    if not known.is_stored:
        raise UserError(f"no stream {safe(stream)!r} is stored there")
    configured = origins.get("watch.patterns", "default")
    rows = [("stream", each) for each in known.watches]
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


def _known(settings: Settings, stream: str, url: str | None) -> Known | None:
    """Return what is kept of a stream; None where no server is named, or it does not answer, which is told."""
    from pipeline.cli.send import stream_name  # noqa: PLC0415 - the client of Kafka takes long to import

    stream_name((), stream)
    if not (url or settings.redis.url):
        return None
    try:
        return loop.run(_read(settings, stream, url))
    except ServerError as error:
        click.echo(f"what is followed already is not known: {error}", err=True)
        return None


async def _read(settings: Settings, stream: str, url: str | None) -> Known:
    async with server(settings, url, None, "everysec") as client:
        store = Engine(client, stream, settings).store
        return Known(await store.origin() is not None, await store.watermark(), await store.watched())


def _send(settings: Settings, stream: str, action: str, value: str, known: Known | None) -> int:
    """Send a change to the stream's log; returns its event time in ms."""
    from pipeline.live.control import control_time, send_control  # noqa: PLC0415 - the same

    at = control_time(time.time_ns() // 1_000_000, known.watermark if known else None)
    raw = encode_line(Control(action=action, created_at=rfc3339(at), value=value))
    try:
        decode_line(raw, Limits.of(settings.limits))
    except LineError as error:
        raise UserError(f"a worker would refuse it: {safe(error.detail)}") from None
    send_control(settings.kafka, stream, raw)
    return at


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
