"""What commands share that change a stream: what the server keeps of it, and a line in its log."""

from __future__ import annotations

import getpass
import time
from typing import TYPE_CHECKING, Generic, TypeVar

import click
import msgspec

from pipeline import loop
from pipeline.cli.session import server
from pipeline.engine import Engine
from pipeline.errors import LineError, ServerError, UserError
from pipeline.incidents.answer import MAX_AUTHOR
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pipeline.config import Settings
    from pipeline.state.store import Store

T = TypeVar("T")

stream_option = click.option("--stream", required=True, help="Name of the stream.")


class Known(msgspec.Struct, Generic[T], frozen=True):
    """What the server keeps of a stream: whether it is there, its watermark (ms) and the entries of a list of it."""

    is_stored: bool
    watermark: int
    entries: list[T]


def known_of(
    settings: Settings, stream: str, url: str | None, read: Callable[[Store], Awaitable[list[T]]]
) -> Known[T] | None:
    """Return what is kept of a stream; None where no server is named, or it does not answer, which is told."""
    from pipeline.cli.send import stream_name  # noqa: PLC0415 - the client of Kafka takes long to import

    stream_name((), stream)
    if not (url or settings.redis.url):
        return None
    try:
        return loop.run(_read(settings, stream, url, read))
    except ServerError as error:
        click.echo(f"what is kept of the stream is not known: {error}", err=True)
        return None


def stored(settings: Settings, stream: str, url: str | None, read: Callable[[Store], Awaitable[list[T]]]) -> Known[T]:
    """Return what is kept of a stream. Raises UserError where no server is named or it has no such stream."""
    if not (url or settings.redis.url):
        raise UserError("name the server with --redis URL or TURFWATCH_REDIS_URL")
    known = loop.run(_read(settings, stream, url, read))
    if not known.is_stored:
        raise UserError(f"no stream {safe(stream)!r} is stored there")
    return known


async def _read(
    settings: Settings, stream: str, url: str | None, read: Callable[[Store], Awaitable[list[T]]]
) -> Known[T]:
    async with server(settings, url, None, "everysec") as client:
        store = Engine(client, stream, settings).store
        return Known(await store.origin() is not None, await store.watermark(), await read(store))


def time_of_change(watermark: int | None) -> int:
    """Return the event time (ms) of a change made now in a stream that has come to an event time, None for unknown."""
    from pipeline.live.control import control_time  # noqa: PLC0415 - the client of Kafka takes long to import

    return control_time(time.time_ns() // 1_000_000, watermark)


def send_change(settings: Settings, stream: str, action: str, value: str, at: int, note: str | None = None) -> None:
    """Send a change with its event time (ms) to the stream's log. Raises UserError for one that would be refused."""
    from pipeline.live.control import control_line, send_control  # noqa: PLC0415 - the same

    try:
        raw = control_line(settings, action, value, at, note)
    except LineError as error:
        raise UserError(f"a worker would refuse it: {safe(error.detail)}") from None
    send_control(settings.kafka, stream, raw)


def login_name() -> str:
    """Return the name of whoever runs the command, "" where the system has none."""
    try:
        return getpass.getuser()[:MAX_AUTHOR]
    except (KeyError, OSError, ImportError):
        return ""
