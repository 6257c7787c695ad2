"""``turfwatch replay --to-kafka``: a recording for workers."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from pipeline.cli.session import reject_writer
from pipeline.cli.show import moment
from pipeline.cli.summary import counted, print_read, progress
from pipeline.errors import UserError
from pipeline.live.log import reading
from pipeline.live.produce import Progress, produce
from pipeline.live.sender import sending
from pipeline.post import Limits
from pipeline.recordings.read import ReadStats, read_lines
from pipeline.recordings.source import STDIN
from pipeline.sections import STREAM
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from pipeline.config import Settings

_UNFIT = {
    "output": "--output",
    "members": "--members",
    "suppressed": "--suppressed",
    "url": "--redis",
    "state": "--state",
    "fsync": "--fsync",
    "resume": "--resume",
    "batch": "--batch",
    "report": "--report",
}
_ENDINGS = re.compile(r"(\.(jsonl|ndjson|json))?(\.(gz|zst))?$")


def send(
    context: click.Context,
    settings: Settings,
    pack: int,
    *,
    paths: tuple[str, ...],
    stream: str | None,
    speed: float | None,
    sort_window: int,
    rejects: Path | None,
    strict: bool,
    **_unfit: object,
) -> None:
    """Send recordings to the topic of the posts; options of a replay that only the engine obeys are refused."""
    for name, option in _UNFIT.items():
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option} is not for --to-kafka: workers detect and keep the state")
    name = stream_name(paths, stream)
    stats, step = ReadStats(), Progress()
    started = time.monotonic()
    with reading(settings.kafka) as log:
        log.bounds(settings.kafka.posts)
    with (
        reject_writer(rejects) as on_reject,
        sending(settings.kafka, packed=pack > 1) as sender,
        progress() as bar,
    ):
        lines = read_lines(
            paths,
            limits=Limits.of(settings.limits),
            sort_window_ms=sort_window,
            on_reject=on_reject,
            strict=strict,
            stats=stats,
        )
        task = bar.add_task("sending", total=None, at="", rate="")
        for step in produce(sender, settings.kafka, name, lines, Limits.of(settings.limits), pack=pack, speed=speed):
            rate = step.lines / (time.monotonic() - started)
            bar.update(task, completed=step.lines, at=moment(step.at), rate=f"{rate:,.0f}")
    seconds = time.monotonic() - started
    click.echo(
        f"{counted(sender.sent.lines)} in {sender.sent.records:,} record{'' if sender.sent.records == 1 else 's'} "
        f"to stream {safe(name)} of topic {settings.kafka.posts} in {seconds:.1f} s, "
        f"{sender.sent.lines / seconds:,.0f} lines/s",
        err=True,
    )
    print_read(stats)
    if step.ahead:
        click.echo(f"{counted(step.ahead)} dated ahead of the clock: workers take the time of their coming", err=True)


def stream_name(paths: tuple[str, ...], given: str | None) -> str:
    """Return the name given or that of the one file without its endings. Raises UserError where there is none."""
    if given is None and (len(paths) > 1 or STDIN in paths):
        raise UserError("--stream NAME is needed: only a single file gives the stream its name")
    name = _ENDINGS.sub("", Path(paths[0]).name) if given is None else given
    if not re.fullmatch(STREAM, name):
        raise UserError(f"{safe(name)!r} is no name of a stream: 1 to 128 characters, no braces; see --stream")
    return name
