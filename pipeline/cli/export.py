"""``turfwatch export``: a stream of the log as a recording."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.summary import counted
from pipeline.errors import UserError
from pipeline.post import Limits
from pipeline.recordings.source import STDIN
from pipeline.recordings.write import recording_writer
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.cli.session import Loaded
    from pipeline.live.export import Exported
    from pipeline.recordings.write import Writer


@click.command()
@click.argument("stream")
@click.option("--out", default=STDIN, metavar="FILE", help="Where to: .jsonl, .gz or .zst; - for standard output.")
@click.pass_obj
def export(loaded: Loaded, stream: str, out: str) -> None:
    """Write what the topic of the posts holds of STREAM as a recording, to replay what workers have seen."""
    from pipeline.live.export import Exporter  # noqa: PLC0415 - the client of Kafka takes long to import
    from pipeline.live.export import export as exported  # noqa: PLC0415 - the same
    from pipeline.live.log import reading  # noqa: PLC0415 - the same

    settings = loaded[0]
    exporter = Exporter(Limits.of(settings.limits))
    with reading(settings.kafka) as log:
        lines = exported(log, settings.kafka, stream, exporter)
        first = next(lines, None)
        if first is None:
            _tell(exporter.found)
            raise UserError(f"topic {settings.kafka.posts} holds no line of stream {safe(stream)!r}")
        everything = itertools.chain([first], lines)
        if out == STDIN:
            _write(sys.stdout.buffer, everything)
            sys.stdout.buffer.flush()
        else:
            with recording_writer(Path(out)) as file:
                _write(file, everything)
    records = exporter.found.records
    click.echo(
        f"{counted(exporter.found.lines)} of {records:,} record{'' if records == 1 else 's'} of stream {safe(stream)}",
        err=True,
    )
    _tell(exporter.found)


def _write(file: Writer, lines: Iterable[bytes]) -> None:
    for line in lines:
        file.write(line + b"\n")


def _tell(found: Exported) -> None:
    for reason, count in sorted(found.refused.items()):
        click.echo(f"{counted(count)} left out: {reason}", err=True)
    if len(found.partitions) > 1:
        click.echo(
            f"the stream lies in {len(found.partitions)} partitions, written one after the other: "
            "replay it with --sort-window",
            err=True,
        )
