"""``turfwatch config``: effective settings and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.table import Table

from pipeline.cli.show import console, plain
from pipeline.config import effective

if TYPE_CHECKING:
    from pipeline.cli.session import Loaded


@click.command()
@click.pass_obj
def config(loaded: Loaded) -> None:
    """Print every setting, its value and its origin; secrets are masked."""
    table = Table("setting", "value", "origin", "meaning")
    for name, value, origin, meaning in effective(*loaded):
        table.add_row(name, plain(value), origin, meaning)
    console().print(table)
