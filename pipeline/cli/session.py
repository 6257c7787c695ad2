"""What commands share: which server, which files, which rejects."""

from __future__ import annotations

import contextlib
from typing import IO, TYPE_CHECKING

import click
import msgspec

from pipeline.config import Origin, Settings
from pipeline.embedded import embedded_server
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from redis.asyncio import Redis

    from pipeline.recordings.read import Reject

Loaded = tuple[Settings, dict[str, Origin]]

files = click.argument("paths", metavar="FILE...", nargs=-1, required=True)
redis_option = click.option("--redis", "url", metavar="URL", help="Server to use instead of an embedded one.")


@contextlib.asynccontextmanager
async def server(settings: Settings, url: str | None, state: Path | None, fsync: str) -> AsyncIterator[Redis]:
    """Yield a client: of the URL given, of the one configured, or of an embedded server."""
    configured = settings.redis.url.get_secret_value() if settings.redis.url else None
    chosen = url or (None if state else configured)
    timeout = settings.redis.socket_timeout_s
    if chosen:
        async with connect(chosen, timeout) as client:
            yield client
        return
    async with (
        embedded_server(state, "always" if fsync == "always" else "everysec") as embedded,
        connect(embedded, timeout) as client,
    ):
        yield client


@contextlib.contextmanager
def reject_writer(path: Path | None) -> Iterator[Callable[[Reject], None] | None]:
    """Yield what writes rejects as JSON Lines to a file, None without one."""
    if path is None:
        yield None
        return
    try:
        file: IO[bytes] = path.open("wb")
    except OSError as error:
        raise click.UsageError(f"--rejects {path}: {error.strerror}") from None
    with file:
        yield lambda reject: _write(file, reject)


def _write(file: IO[bytes], reject: Reject) -> None:
    file.write(msgspec.json.encode(reject) + b"\n")
