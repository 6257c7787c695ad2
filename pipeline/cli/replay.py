"""``turfwatch replay``: the main job."""

from __future__ import annotations

import re
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline import loop
from pipeline.cli.burst_table import SHOWN, burst_table
from pipeline.cli.report_options import report_options, reporting
from pipeline.cli.session import Loaded, files, redis_option, reject_writer, server
from pipeline.cli.show import (
    console,
    held_line,
    incident_reasons,
    incident_table,
    moment,
    plain,
    suppressed_table,
    verdict_line,
)
from pipeline.cli.summary import counted, print_read, progress
from pipeline.config import Settings, detection_hash
from pipeline.engine import Engine
from pipeline.errors import StateError, UserError
from pipeline.incidents.burst import KIND
from pipeline.incidents.links import links_of
from pipeline.incidents.public import DigestEvent, IncidentEvent, VerdictEvent, decode_event, encode_event, publish
from pipeline.post import Limits
from pipeline.recordings.read import ReadStats, read_lines, recording_hash
from pipeline.recordings.source import STDIN
from pipeline.replay import MAX_BATCH, USUAL_BATCH, lines_done, run
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.incidents.public import Event

MAX_PACK = 10_000

_SPAN = re.compile(r"(\d+)([smhd])")
_UNIT_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_SPEED = re.compile(r"(\d+(?:\.\d+)?)x")


def span(_context: click.Context, _parameter: click.Parameter, value: str | None) -> int:
    """Parse a span such as 90s, 15m, 2h into ms."""
    if value is None:
        return 0
    if found := _SPAN.fullmatch(value):
        return int(found[1]) * _UNIT_MS[found[2]]
    raise click.BadParameter(f"{value!r} is no span such as 90s, 15m, 2h or 1d")


def pace(_context: click.Context, _parameter: click.Parameter, value: str) -> float | None:
    """Parse max, 1x, 10x."""
    if value == "max":
        return None
    if (found := _SPEED.fullmatch(value)) and float(found[1]) > 0:
        return float(found[1])
    raise click.BadParameter(f"{value!r} is no speed such as max, 1x or 10x")


@click.command()
@files
@click.option("--output", type=click.Choice(["table", "jsonl"]), default="table", help="What goes to standard output.")
@click.option("--members", is_flag=True, help="List all member accounts, not a sample.")
@click.option("--suppressed", is_flag=True, help="List as well what something explains, with the reason.")
@click.option("--speed", default="max", callback=pace, help="max (default), or event time over wall time: 1x, 10x.")
@click.option("--stream", help="Name of the stream (default: replay-<hash of files and settings>).")
@redis_option
@click.option("--state", type=click.Path(path_type=Path), help="Folder in which the embedded server keeps its state.")
@click.option("--fsync", type=click.Choice(["everysec", "always"]), default="everysec", help="How safe --state is.")
@click.option("--resume", is_flag=True, help="Go on where a killed replay stopped; needs --state or --redis.")
@click.option("--sort-window", callback=span, help="Put right what is out of order by less, such as 2h.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Write refused lines, each with its cause, here.")
@click.option("--strict", is_flag=True, help="End at the first bad line.")
@click.option(
    "--batch", type=click.IntRange(1, MAX_BATCH), default=USUAL_BATCH, help="Lines a call; changes no result."
)
@report_options
@click.option("--to-kafka", is_flag=True, help="Send the lines to the topic of the posts, for workers to apply.")
@click.option("--pack", type=click.IntRange(1, MAX_PACK), help="With --to-kafka: lines a record, 1 by default.")
@click.pass_context
def replay(context: click.Context, /, *, to_kafka: bool, pack: int | None, **options: Any) -> None:
    """Replay recordings and show the incidents in them. - reads standard input."""
    loaded: Loaded = context.obj
    if to_kafka:
        from pipeline.cli.send import send  # noqa: PLC0415 - the client of Kafka takes long to import

        send(context, loaded[0], pack or 1, **options)
    elif pack is not None:
        raise click.UsageError("--pack is only for --to-kafka")
    else:
        loop.run(_replay(loaded[0], **options))


async def _replay(
    settings: Settings,
    *,
    paths: tuple[str, ...],
    output: str,
    members: bool,
    suppressed: bool,
    speed: float | None,
    stream: str | None,
    url: str | None,
    state: Path | None,
    fsync: str,
    resume: bool,
    sort_window: int,
    rejects: Path | None,
    strict: bool,
    batch: int,
    report: Path | None,
    **of_report: Any,
) -> None:
    if resume and not (state or url or settings.redis.url):
        raise UserError("--resume needs the state of the run before: give --state DIR or --redis URL")
    if resume and STDIN in paths:
        raise UserError("--resume needs files: standard input cannot be read again")
    reporter = None if report is None else reporting(report, settings, paths, **of_report)
    topic = recording_hash(paths, str(sort_window))
    stats = ReadStats()
    events: list[Event] = []
    started = time.monotonic()
    with reject_writer(rejects) as on_reject:
        lines = read_lines(
            paths,
            limits=Limits.of(settings.limits),
            sort_window_ms=sort_window,
            on_reject=on_reject,
            strict=strict,
            stats=stats,
        )
        async with server(settings, url, state, fsync) as client:
            name = stream or f"replay-{recording_hash(paths, str(sort_window), detection_hash(settings))}"
            engine = Engine(
                client,
                name,
                settings,
                witness=reporter.looks if reporter else None,
                burst_witness=reporter.bursts if reporter else None,
            )
            done = await _begin(engine, topic, resume=resume)
            events += [decode_event(raw) for raw in await engine.store.events()]
            _print_events(events, output, settings.links.templates, members=members)
            with progress(quiet=output == "jsonl") as shown:
                task = shown.add_task("replaying", total=None, at="", rate="")
                passing = reporter.through(lines) if reporter else lines
                async for step in run(engine, passing, topic, done=done, batch_lines=batch, speed=speed):
                    _print_events(step.events, output, settings.links.templates, members=members)
                    events += step.events
                    rate = (step.done - done) / (time.monotonic() - started)
                    shown.update(task, completed=step.done, at=moment(step.at), rate=f"{rate:,.0f}")
            # The last event of an open incident may lag behind by what was not worth another one.
            standing = await engine.standing() if output == "table" or reporter else []
            replayed = await reporter.gather(engine, events, standing) if reporter else None
    events = [*events, *standing]
    if output == "table":
        told = [publish(event, replay=True, members=members, links={}) for event in events]
        _print_table(told, _bursts_command(paths, sort_window), suppressed=suppressed)
    if output == "table" or stats.rejects:
        click.echo(f"\n{counted(stats.lines)} in {time.monotonic() - started:.1f} s", err=True)
        print_read(stats)
    if reporter and replayed:
        again = read_lines(paths, limits=Limits.of(settings.limits), sort_window_ms=sort_window)
        await reporter.write(replayed, again)


async def _begin(engine: Engine, topic: str, *, resume: bool) -> int:
    """Take the stream up or start it anew; returns how many lines are done."""
    origin = await engine.store.origin()
    if origin not in (None, "replay"):
        raise StateError(f"stream {engine.store.stream!r} is live; choose another name with --stream")
    if not resume:
        await engine.store.drop()
    return lines_done(topic, await engine.start(origin="replay"))


def _print_events(events: list[Event], output: str, templates: Mapping[str, str], *, members: bool) -> None:
    if output != "jsonl":
        return
    for event in events:
        told = publish(event, replay=True, members=members, links=links_of(event, templates))
        sys.stdout.buffer.write(encode_event(told) + b"\n")
    sys.stdout.buffer.flush()


def _bursts_command(paths: tuple[str, ...], sort_window: int) -> str:
    """Return what shows all bursts; standard input cannot be read again."""
    if STDIN in paths:
        return ""
    window = ["--sort-window", f"{sort_window // 1000}s"] if sort_window else []
    return safe(shlex.join(["turfwatch", "bursts", *paths, *window]))


def _print_table(events: list[Event], bursts_command: str, *, suppressed: bool) -> None:
    latest = {event.data.incident_id: event for event in events if isinstance(event, IncidentEvent)}
    bursts = [event for event in latest.values() if event.data.kind == KIND]
    living = [event for event in latest.values() if event.data.into is None and event.data.kind != KIND]
    shown = [event for event in living if event.data.status != "suppressed"]
    explained = [event for event in living if event.data.status == "suppressed"]
    digests = [event for event in events if isinstance(event, DigestEvent)]
    held = [each for event in digests for each in event.data.incidents if each.incident_id not in latest]
    out = console()
    if shown:
        out.print(incident_table(shown))
    elif not held:
        out.print("no incident: no group of accounts posted the same texts again and again")
    answers = {event.data.incident_id: event.data for event in events if isinstance(event, VerdictEvent)}
    for event in shown:
        out.print(incident_reasons(event))
        if answer := answers.get(event.data.incident_id):
            out.print(plain("  answered: ").append_text(verdict_line(answer)))
    for each in held:
        out.print(held_line(each))
    if explained and suppressed:
        out.print()
        out.print(suppressed_table(explained))
    elif explained:
        out.print(f"\n{len(explained)} suppressed, --suppressed lists them")
    if bursts:
        out.print()
        out.print(burst_table(bursts, [*shown, *(explained if suppressed else ())]))
        if (more := len(bursts) - SHOWN) > 0:
            out.print(f"{more} more" + (f": {bursts_command}" if bursts_command else ""), soft_wrap=True)
