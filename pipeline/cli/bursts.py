"""``turfwatch bursts``: which keywords burst in a recording."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pipeline import loop
from pipeline.burst_list import Gatherer, Passed, rows
from pipeline.cli.burst_lines import burst_lines, followed, heading
from pipeline.cli.chart import steps_for
from pipeline.cli.replay import span
from pipeline.cli.session import Loaded, files, redis_option, reject_writer, server
from pipeline.cli.show import console, moment
from pipeline.cli.summary import counted, print_read, progress
from pipeline.config import detection_hash
from pipeline.engine import Engine
from pipeline.errors import UserError
from pipeline.post import Limits
from pipeline.recordings.read import ReadStats, read_lines, recording_hash
from pipeline.recordings.source import STDIN
from pipeline.replay import MAX_BATCH, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redis.asyncio import Redis

    from pipeline.burst_list import Gathered
    from pipeline.config import Settings
    from pipeline.post import Line


@click.command()
@files
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="How many, the most significant.")
@click.option("--output", type=click.Choice(["table", "json"]), default="table", help="What goes to standard output.")
@click.option("--stream", help="Name of the stream, where the replay was given one: ids depend on it.")
@redis_option
@click.option("--sort-window", callback=span, help="Put right what is out of order by less, such as 2h.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Write refused lines, each with its cause, here.")
@click.option("--strict", is_flag=True, help="End at the first bad line.")
@click.pass_obj
def bursts(loaded: Loaded, /, **options: Any) -> None:
    """Replay recordings and list the keywords that burst in them, with posts over time."""
    loop.run(_bursts(loaded[0], **options))


async def _bursts(
    settings: Settings,
    *,
    paths: tuple[str, ...],
    top: int,
    output: str,
    stream: str | None,
    url: str | None,
    sort_window: int,
    rejects: Path | None,
    strict: bool,
) -> None:
    if not settings.bursts.follow:
        raise UserError("keywords are not followed: set bursts.follow to true")
    if STDIN in paths:
        raise UserError("bursts needs files: standard input cannot be read again for the charts")
    name = stream or f"replay-{recording_hash(paths, str(sort_window), detection_hash(settings))}"
    limits, stats, passed, started = Limits.of(settings.limits), ReadStats(), Passed(), time.monotonic()
    with reject_writer(rejects) as on_reject:
        lines = read_lines(
            paths, limits=limits, sort_window_ms=sort_window, on_reject=on_reject, strict=strict, stats=stats
        )
        async with server(settings, url, None, "everysec") as client:
            found, posts = await _followed(client, name, settings, passed.through(lines), quiet=output == "json")
    again = read_lines(paths, limits=limits, sort_window_ms=sort_window)
    listed = rows(found[:top], again, passed.last or 0, words=settings.bursts.words) if found else []
    if output == "json":
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(listed)) + b"\n")
    else:
        out = console()
        if passed.first is not None:
            spanned = (moment(at)[:16] for at in (passed.first, passed.last))
            out.print(heading(len(listed), len(found), *spanned), soft_wrap=True)
        if posts:
            out.print(followed(posts), soft_wrap=True)
        if listed:
            out.print()
            for line in burst_lines(listed, steps_for(out.encoding)):
                out.print(line, no_wrap=True, overflow="ellipsis")
    if output == "table" or stats.rejects:
        click.echo(f"\n{counted(stats.lines)} in {time.monotonic() - started:.1f} s", err=True)
        print_read(stats)


async def _followed(
    client: Redis, stream: str, settings: Settings, lines: Iterator[Line], *, quiet: bool
) -> tuple[list[Gathered], dict[str, int]]:
    """Replay lines on fresh state, which is dropped at the end; returns all bursts, and the posts of each pattern."""
    gatherer, started = Gatherer(), time.monotonic()
    engine = Engine(client, stream, settings, burst_witness=gatherer, kept_as=f"bursts-{stream}")
    await engine.store.drop()
    try:
        await engine.start(origin="replay")
        with progress(quiet=quiet) as shown:
            task = shown.add_task("replaying", total=None, at="", rate="")
            async for step in run(engine, lines, "bursts", batch_lines=MAX_BATCH):
                rate = step.done / (time.monotonic() - started)
                shown.update(task, completed=step.done, at=moment(step.at), rate=f"{rate:,.0f}")
    finally:
        await engine.store.drop()
    keywords = engine.keywords
    if keywords is None:  # asked before
        return [], {}
    return gatherer.ranked(keywords.bursts), {**dict.fromkeys(settings.watch.patterns, 0), **keywords.watched}
