"""``turfwatch state``: what is kept of a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.table import Table

from pipeline import loop
from pipeline.cli.session import Loaded, redis_option, server
from pipeline.cli.show import console, moment, plain
from pipeline.engine import Engine
from pipeline.errors import UserError
from pipeline.live.registry import Registry
from pipeline.state.streams import stored_streams

if TYPE_CHECKING:
    from pipeline.config import Settings


@click.group()
def state() -> None:
    """Look after stored state."""


@state.command("list")
@redis_option
@click.pass_obj
def list_streams(loaded: Loaded, url: str | None) -> None:
    """List the streams that a server keeps, with what feeds them and how far they are."""
    loop.run(_list(loaded[0], url))


async def _list(settings: Settings, url: str | None) -> None:
    _named(settings, url)
    table = Table("stream", "fed by", "event time", "open incidents", "MiB")
    async with server(settings, url, None, "everysec") as client:
        for found in await stored_streams(client):
            size = f"{found.size / 2**20:.1f}"
            table.add_row(plain(found.name), plain(found.origin), moment(found.watermark), str(found.incidents), size)
    console().print(table)


@state.command()
@click.option("--stream", help="Name of the stream.")
@click.option("--topic", help="Name of a topic: all of its streams, and what workers know of it.")
@redis_option
@click.confirmation_option(prompt="Delete all of this state?")
@click.pass_obj
def reset(loaded: Loaded, stream: str | None, topic: str | None, url: str | None) -> None:
    """Delete all state of a stream: its windows, networks, incidents and position.

    Workers read a stream of theirs again from its first record that the topic still has.
    """
    if (stream is None) == (topic is None):
        raise click.UsageError("name either a --stream or a --topic")
    loop.run(_reset(loaded[0], stream, url) if stream is not None else _reset_topic(loaded[0], topic or "", url))


def _named(settings: Settings, url: str | None) -> None:
    if not (url or settings.redis.url):
        raise UserError("name the server with --redis URL or TURFWATCH_REDIS_URL")


async def _reset(settings: Settings, stream: str, url: str | None) -> None:
    _named(settings, url)
    async with server(settings, url, None, "everysec") as client:
        store = Engine(client, stream, settings).store
        origin = await store.origin()
        if origin is None:
            raise UserError(f"no stream {stream!r} is stored there")
        await store.drop()
    click.echo(f"the state of stream {stream!r} is deleted")


async def _reset_topic(settings: Settings, topic: str, url: str | None) -> None:
    _named(settings, url)
    async with server(settings, url, None, "everysec") as client:
        registry = Registry(client, topic)
        if not await registry.is_known():
            raise UserError(f"no worker has read a topic {topic!r} with this server")
        streams = sorted(await registry.places())
        for stream in streams:
            await Engine(client, stream, settings).store.drop()
        await registry.forget()
    click.echo(f"the state of topic {topic!r} and of its {len(streams)} streams is deleted")
