"""``turfwatch notify``: incident events to the endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline import loop
from pipeline.cli.logs import log_to_stderr
from pipeline.cli.session import Loaded, redis_option
from pipeline.errors import ConfigError
from pipeline.state.client import connect

if TYPE_CHECKING:
    from pipeline.config import Settings


@click.command()
@redis_option
@click.option("--deliver", is_flag=True, help="Notify of replayed incidents, too.")
@click.pass_obj
def notify(loaded: Loaded, /, url: str | None, *, deliver: bool) -> None:
    """Send the events of the topic of the incidents to the endpoints that want them, until SIGTERM.

    What was queued is attempted until it is taken or is a dead letter (turfwatch deliveries). The first notifier begins
    with what comes from then on.
    """
    log_to_stderr()
    loop.run(_notify(loaded[0], url, deliver=deliver))


async def _notify(settings: Settings, url: str | None, *, deliver: bool) -> None:
    from pipeline.notify.app import notify as run  # noqa: PLC0415 - Faust takes a second to import

    chosen = url or (settings.redis.url.get_secret_value() if settings.redis.url else None)
    if chosen is None:
        raise ConfigError("a notifier needs a server that outlives it: give --redis URL, or set redis.url")
    async with connect(chosen, settings.redis.socket_timeout_s) as client:
        await run(settings, client, replayed=deliver)
