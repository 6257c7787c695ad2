"""``turfwatch lag``: how far the workers are behind the posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec
from rich.table import Table

from pipeline.cli.show import console, plain
from pipeline.live.lag import note

if TYPE_CHECKING:
    from pipeline.cli.session import Loaded
    from pipeline.live.lag import GroupLag


@click.command()
@click.option("--group", help="Consumer group (default: that of the workers, worker.group).")
@click.option("--output", type=click.Choice(["table", "json"]), default="table", help="What goes to standard output.")
@click.pass_obj
def lag(loaded: Loaded, group: str | None, output: str) -> None:
    """Show per partition of the posts what the workers have not taken yet."""
    from pipeline.live.offsets import read_lag  # noqa: PLC0415 - Kafka's client is slow to import

    settings = loaded[0]
    found = read_lag(settings.kafka, group or settings.worker.group)
    if output == "json":
        click.echo(msgspec.json.encode(found))
    else:
        console().print(_table(found))


def _table(found: GroupLag) -> Table:
    members = f"{found.members} member{'' if found.members == 1 else 's'}"
    title = f"group {found.group} on {found.topic}: {members}, {found.state}, {found.lag:,} records behind"
    table = Table(title=plain(title), title_justify="left")
    for name in ("partition", "start", "end", "committed", "lag", "waiting"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for each in found.partitions:
        table.add_row(
            str(each.partition),
            f"{each.start:,}",
            f"{each.end:,}",
            "-" if each.committed is None else f"{each.committed:,}",
            f"{each.lag:,}",
            "-" if each.waiting_s is None else f"{each.waiting_s:,.1f} s",
            plain(note(each)),
        )
    return table
