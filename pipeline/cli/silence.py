"""``turfwatch silence``: whom and what endpoints are not told of for a while."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import msgspec
from rich.table import Table

from pipeline import loop
from pipeline.cli.changes import login_name
from pipeline.cli.deliveries import needed
from pipeline.cli.replay import span
from pipeline.cli.session import Loaded, redis_option, server
from pipeline.cli.show import console, moment, plain
from pipeline.errors import UserError
from pipeline.notify.notifier import clock
from pipeline.notify.silences import MOST_CHARS, Silence, Silences, new_silence_id, read_matcher
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from pipeline.config import Settings


@click.group()
def silence() -> None:
    """Tell nobody of some incidents for a while. They are found and kept all the same."""


@silence.command()
@click.argument("matchers", nargs=-1, required=True, metavar="FIELD=VALUE...")
@click.option("--for", "lasts", callback=span, metavar="SPAN", help="How long, such as 90m, 8h, 2d.")
@click.option("--until", metavar="TIME", help="Or until when, RFC 3339 such as 2026-12-24T18:00:00Z.")
@click.option("--reason", required=True, help="Why, for whoever wonders.")
@click.option("--author", default="", help="Who says so (default: the name you are logged in with).")
@redis_option
@click.pass_obj
def add(
    loaded: Loaded,
    matchers: tuple[str, ...],
    lasts: int,
    until: str | None,
    reason: str,
    author: str,
    url: str | None,
) -> None:
    """Silence what all of FIELD=VALUE fit; in VALUE * stands for any letters.

    FIELD is incident, stream, kind, severity, keyword, platform or endpoint.
    What was told before is still told to have ended, and what waits already is sent.
    """
    now = clock()
    end = _end(now, lasts, until)
    found = Silence(
        silence_id=new_silence_id(),
        matchers=tuple(map(read_matcher, matchers)),
        author=_short(author or login_name() or "unknown", "--author"),
        reason=_short(reason, "--reason"),
        start=now,
        end=end,
    )
    loop.run(_add(loaded[0], found, now, needed(loaded[0], url)))
    click.echo(f"{found.silence_id} holds until {moment(end)} UTC")


@silence.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that have ended, too.")
@click.option("--output", type=click.Choice(["table", "json"]), default="table", help="What is printed.")
@redis_option
@click.pass_obj
def list_(loaded: Loaded, output: str, url: str | None, *, everything: bool) -> None:
    """List silences, the one that ends first first."""
    now = clock()
    rows = [each for each in loop.run(_read(loaded[0], needed(loaded[0], url))) if everything or each.end > now]
    if output == "json":
        click.echo(msgspec.json.encode(rows))
    elif rows:
        console().print(_table(rows, now))
    else:
        click.echo("nothing is silenced")


@silence.command()
@click.argument("silence_id")
@redis_option
@click.pass_obj
def expire(loaded: Loaded, silence_id: str, url: str | None) -> None:
    """End the silence SILENCE_ID now."""
    if not loop.run(_expire(loaded[0], silence_id, needed(loaded[0], url))):
        raise UserError(f"no silence {safe(silence_id)} holds; turfwatch silence list shows them")
    click.echo(f"{silence_id} has ended")


def _end(now: int, lasts: int, until: str | None) -> int:
    if bool(lasts) == (until is not None):
        raise click.UsageError("say how long: --for SPAN, or --until TIME")
    if until is None:
        return now + lasts
    try:
        given = datetime.fromisoformat(until)
    except ValueError:
        raise click.UsageError(f"--until {until!r} is no RFC 3339 time") from None
    if given.tzinfo is None:
        raise click.UsageError(f"--until {until!r} has no offset from UTC, such as Z or +01:00")
    end = round(given.astimezone(UTC).timestamp() * 1000)
    if end <= now:
        raise click.UsageError(f"--until {until!r} is over already")
    return end


def _short(text: str, option: str) -> str:
    if not text.strip() or len(text) > MOST_CHARS:
        raise click.UsageError(f"{option} has 1 to {MOST_CHARS} characters")
    return text.strip()


async def _add(settings: Settings, found: Silence, now: int, url: str) -> None:
    async with server(settings, url, None, "everysec") as client:
        await Silences(client).add(found, now)


async def _read(settings: Settings, url: str) -> list[Silence]:
    async with server(settings, url, None, "everysec") as client:
        return await Silences(client).all()


async def _expire(settings: Settings, silence_id: str, url: str) -> bool:
    async with server(settings, url, None, "everysec") as client:
        return await Silences(client).expire(silence_id, clock())


def _table(rows: list[Silence], now: int) -> Table:
    table = Table()
    for title in ("silence", "what", "author", "reason", "until"):
        table.add_column(title, overflow="fold")
    for each in rows:
        ended = "" if each.end > now else " (ended)"
        what = "\n".join(map(str, each.matchers))
        table.add_row(each.silence_id, *map(plain, (what, each.author, each.reason)), f"{moment(each.end)}{ended}")
    return table
