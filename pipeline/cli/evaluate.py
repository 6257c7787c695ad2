"""``turfwatch evaluate``: incidents against the truth."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich.table import Table

from pipeline import loop
from pipeline.cli.session import Loaded, files, redis_option, server
from pipeline.cli.show import console, plain
from pipeline.engine import Engine
from pipeline.evaluate import Overall, RecordingResult, Truth, judge, overall
from pipeline.evaluate import evaluate as evaluate_lines
from pipeline.inspect import OPTIONAL
from pipeline.post import Limits
from pipeline.recordings.read import read_lines, recording_hash

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from pipeline.config import Settings

_DROPPABLE = sorted(set(OPTIONAL) - {"campaign"})


@click.command()
@files
@click.option("--output", type=click.Choice(["table", "json"]), default="table", help="What goes to standard output.")
@click.option("--drop-field", "drop_fields", multiple=True, type=click.Choice(_DROPPABLE), help="Blank a field.")
@click.option("--without-ignored", is_flag=True, help="Leave out posts labelled ignore.")
@redis_option
@click.pass_obj
def evaluate(loaded: Loaded, /, **options: Any) -> None:
    """Replay labelled recordings, each on fresh state, and compare incidents with the labels."""
    loop.run(_evaluate(loaded[0], **options))


async def _evaluate(
    settings: Settings,
    *,
    paths: tuple[str, ...],
    output: str,
    drop_fields: tuple[str, ...],
    without_ignored: bool,
    url: str | None,
) -> None:
    async with server(settings, url, None, "everysec") as client:
        results = [
            await _one(settings, client, path, Truth(without_ignored=without_ignored, drop_fields=drop_fields))
            for path in paths
        ]
    if output == "json":
        sys.stdout.buffer.write(
            msgspec.json.format(msgspec.json.encode({"recordings": results, "overall": overall(results)})) + b"\n"
        )
    else:
        for result in results:
            _print(result)
        if len(results) > 1:
            _print_overall(overall(results))


async def _one(settings: Settings, client: Redis, path: str, truth: Truth) -> RecordingResult:
    engine = Engine(client, f"evaluate-{recording_hash([path])}", settings)
    await engine.store.drop()
    await engine.start(origin="replay")
    started = time.monotonic()
    lines = read_lines([path], limits=Limits.of(settings.limits))
    quiet_s = max(settings.incidents.quiet_s, settings.incidents.flood_window_s)
    events = await evaluate_lines(engine, lines, truth, quiet_s * 1000)
    seconds = time.monotonic() - started
    await engine.store.drop()
    return judge(path, truth, events, seconds)


def _print(result: RecordingResult) -> None:
    out = console()
    out.print(
        plain(f"\n{result.file}", "bold").append(
            f"  {result.posts:,} posts, {result.organic_posts:,} organic, {result.seconds} s"
        )
    )
    if result.campaigns:
        table = Table()
        for name in ("campaign", "found", "posts until", "of", "minutes", "accounts", "of", "precision"):
            table.add_column(name, justify="left" if name in ("campaign", "found") else "right")
        for c in result.campaigns:
            cells = (
                c.posts_until,
                c.posts,
                c.minutes_until,
                c.accounts_found,
                c.accounts,
                c.account_precision,
            )
            table.add_row(plain(c.name), "yes" if c.found else "no", *("-" if x is None else str(x) for x in cells))
        out.print(table)
    out.print(_judged(result, len(result.false_incidents)))
    for false in result.false_incidents:
        out.print(plain(f"  {false.incident_id} {false.kind}, {false.accounts} accounts: {false.samples[:1]}"))


def _print_overall(result: Overall) -> None:
    out = console()
    out.print(plain("\nall recordings", "bold").append(f"  {result.organic_posts:,} organic posts"))
    out.print(_judged(result, result.false_incidents))


def _judged(result: RecordingResult | Overall, false: int) -> str:
    precision = "-" if result.account_precision is None else str(result.account_precision)
    return (
        f"{result.incidents} incidents above info, account precision {precision}\n"
        f"{false} false incidents, {result.false_per_million:g} a million organic posts"
    )
