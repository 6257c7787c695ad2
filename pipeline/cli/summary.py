"""What is said of a run over recordings, while it lasts and after it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from pipeline.recordings.read import ReadStats


def print_read(stats: ReadStats) -> None:
    """Say on standard error what was not taken as it stood."""
    if not stats.lines and not stats.rejects:
        click.echo("the recording is empty", err=True)
    if stats.clamped:
        click.echo(
            f"{counted(stats.clamped)} far ahead of their neighbours in time, taken for as late as these", err=True
        )
    for reason, count in sorted(stats.rejects.items()):
        click.echo(f"{counted(count)} refused: {reason}", err=True)


def counted(lines: int) -> str:
    """Return a number of lines in words."""
    return f"{lines:,} line{'' if lines == 1 else 's'}"


def progress(*, quiet: bool = False) -> Progress:
    """Return the bar of a run, for tasks with ``at`` and ``rate``; nothing where nobody looks."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.completed:,} posts"),
        TextColumn("{task.fields[rate]} posts/s"),
        TextColumn("at {task.fields[at]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=quiet or not sys.stderr.isatty(),
    )
