"""``turfwatch route``: foreign topics into the topic of posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.logs import log_to_stderr
from pipeline.loop import run

if TYPE_CHECKING:
    from pipeline.cli.session import Loaded


@click.command()
@click.pass_obj
def route(loaded: Loaded) -> None:
    """Send posts of foreign Kafka topics to streams, after the rules of the configuration, until told to end.

    route.topics names the topics that are read; each table [[route.rules]] names a stream and which posts go there.
    Ctrl-C or SIGTERM ends it, when what was taken is sent.
    """
    from pipeline.live.route import run_route  # noqa: PLC0415 - Faust takes most of a second to import

    log_to_stderr()
    run(run_route(loaded[0]))
