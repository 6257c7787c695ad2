"""``turfwatch inspect``: what a recording holds."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from pipeline.cli.session import Loaded, files, reject_writer
from pipeline.cli.show import console, moment, plain
from pipeline.inspect import OPTIONAL
from pipeline.inspect import inspect as inspect_files
from pipeline.post import Limits

_SHOWN = 8


@click.command()
@files
@click.option("--rejects", type=click.Path(path_type=Path), help="Write refused lines, each with its cause, here.")
@click.pass_obj
def inspect(loaded: Loaded, paths: tuple[str, ...], rejects: Path | None) -> None:
    """Count rows, span, authors, languages, optional fields and rejects."""
    with reject_writer(rejects) as on_reject:
        report = inspect_files(paths, Limits.of(loaded[0].limits), on_reject)
    table = Table(show_header=False)
    table.add_row("posts", f"{report.posts:,}")
    for name, count in sorted(report.other_lines.items()):
        table.add_row(f"{name} lines", f"{count:,}")
    table.add_row("span", f"{moment(report.first)} to {moment(report.last)} UTC")
    table.add_row("out of order", f"{report.out_of_order:,} lines")
    table.add_row("authors", f"{report.authors:,}")
    for title, counts in (("platforms", report.platforms), ("languages", report.languages)):
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
        table.add_row(title, plain(", ".join(f"{name} {count / report.posts:.1%}" for name, count in ranked)))
    for name in OPTIONAL:
        share = report.present[name] / report.posts if report.posts else 0.0
        table.add_row(f"with {name}", f"{share:.1%}")
    table.add_row("blank lines", f"{report.stats.skipped:,}")
    table.add_row("clamped times", f"{report.stats.clamped:,}")
    for reason, count in sorted(report.stats.rejects.items()):
        table.add_row(f"refused: {reason}", f"{count:,}")
    console().print(table)
