"""``turfwatch worker``: the engine on the topic of the posts."""

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
@click.pass_obj
def worker(loaded: Loaded, /, url: str | None) -> None:
    """Watch the streams of the topic of the posts, with others of the same group, until SIGTERM."""
    log_to_stderr()
    loop.run(_worker(loaded[0], url))


async def _worker(settings: Settings, url: str | None) -> None:
    from pipeline.live.work import work  # noqa: PLC0415 - Faust takes a second to import, which no other command needs

    configured = settings.redis.url.get_secret_value() if settings.redis.url else None
    chosen = url or configured
    if chosen is None:
        raise ConfigError("a worker needs a server that outlives it: give --redis URL, or set redis.url")
    async with connect(chosen, settings.redis.socket_timeout_s) as client:
        await work(settings, client)
