"""``turfwatch explain``: why an incident was opened, and what would have kept it silent."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pipeline import loop
from pipeline.cli.explained import explained
from pipeline.cli.replay import span
from pipeline.cli.session import Loaded, files, redis_option, server
from pipeline.cli.show import console
from pipeline.config import detection_hash
from pipeline.errors import ChoiceError
from pipeline.explain import explain as explain_lines
from pipeline.post import Limits
from pipeline.recordings.read import read_lines, recording_hash
from pipeline.replay import MAX_BATCH
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from pipeline.config import Settings


@click.command()
@files
@click.option(
    "--incident", metavar="ID", help="Which one: its id or how that begins. Not needed where there is but one."
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="What goes to standard output.")
@click.option("--stream", help="Name of the stream, where the replay was given one: ids depend on it.")
@click.option("--sort-window", callback=span, help="As the replay was given it, such as 2h.")
@redis_option
@click.option("--batch", type=click.IntRange(1, MAX_BATCH), default=MAX_BATCH, help="Lines a call; changes no result.")
@click.pass_obj
def explain(loaded: Loaded, /, **options: Any) -> None:
    """Replay recordings and explain an incident: evidence, why then, the gate, what would silence it, its life."""
    loop.run(_explain(loaded[0], **options))


async def _explain(
    settings: Settings,
    *,
    paths: tuple[str, ...],
    incident: str | None,
    output: str,
    stream: str | None,
    sort_window: int,
    url: str | None,
    batch: int,
) -> None:
    name = stream or f"replay-{recording_hash(paths, str(sort_window), detection_hash(settings))}"
    lines = read_lines(paths, limits=Limits.of(settings.limits), sort_window_ms=sort_window)
    async with server(settings, url, None, "everysec") as client:
        try:
            found = await explain_lines(client, name, settings, lines, incident, batch_lines=batch)
        except ChoiceError as error:
            for choice in error.choices:
                click.echo(safe(choice), err=True)
            raise
    if output == "json":
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    else:
        out = console()
        for part in explained(found):
            out.print(part)
