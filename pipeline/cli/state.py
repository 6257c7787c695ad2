"""``turfwatch state``: what is kept of a stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from pipeline.cli.session import Loaded, redis_option, server
from pipeline.engine import Engine
from pipeline.errors import UserError

if TYPE_CHECKING:
    from pipeline.config import Settings


@click.group()
def state() -> None:
    """Look after stored state."""


@state.command()
@click.option("--stream", required=True, help="Name of the stream.")
@redis_option
@click.confirmation_option(prompt="Delete all state of this stream?")
@click.pass_obj
def reset(loaded: Loaded, stream: str, url: str | None) -> None:
    """Delete all state of a stream: its windows, networks, incidents and position."""
    asyncio.run(_reset(loaded[0], stream, url))


async def _reset(settings: Settings, stream: str, url: str | None) -> None:
    if not (url or settings.redis.url):
        raise UserError("name the server with --redis URL or TURFWATCH_REDIS_URL")
    async with server(settings, url, None, "everysec") as client:
        store = Engine(client, stream, settings).store
        origin = await store.origin()
        if origin is None:
            raise UserError(f"no stream {stream!r} is stored there")
        await store.drop()
    click.echo(f"the state of stream {stream!r} is deleted")
