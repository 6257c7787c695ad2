"""Options of a report; what writes it is imported where one is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.cli.report import Reporter
    from pipeline.config import Settings

_OPTIONS: Final = (
    click.option("--report", type=click.Path(path_type=Path), help="Write a page of all incidents to this file."),
    click.option("--lang", type=click.Choice(["en", "de"]), default="en", help="Language of the report: en, de."),
    click.option(
        "--pseudonyms/--names", default=True, help="How accounts are shown in it: by pseudonyms unless asked otherwise."
    ),
    click.option("--pseudonym-key-file", "key_file", type=click.Path(path_type=Path), help="File with their key."),
)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a report."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def reporting(path: Path, settings: Settings, paths: tuple[str, ...], **options: Any) -> Reporter:
    """Return what writes the report to a file. Raises UserError where it could not."""
    from pipeline.cli.report import Reporter  # noqa: PLC0415 - drawing networks takes long to import

    return Reporter(path, settings, paths, **options)
