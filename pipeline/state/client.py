"""Connections to Redis or Valkey, one server or a cluster."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import AuthenticationError, RedisError

from pipeline.errors import ServerError, UserError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_CLUSTER = "redis+cluster://"
_RETRIES = 2


@contextlib.asynccontextmanager
async def connect(url: str, socket_timeout_s: float) -> AsyncIterator[Redis]:
    """Yield a client for ``redis://``, ``rediss://``, ``unix://`` or ``redis+cluster://`` URLs.

    Retries are few and short: every script is safe to repeat, and a stalled worker must show. Server trouble comes
    out as ServerError, a URL nobody can use as UserError; neither names the password.
    """
    shown = masked(url)
    try:
        if url.startswith(_CLUSTER):
            client: Any = RedisCluster.from_url(
                "redis://" + url.removeprefix(_CLUSTER),
                socket_timeout=socket_timeout_s,
                socket_connect_timeout=socket_timeout_s,
            )
        else:
            retry = Retry(ExponentialWithJitterBackoff(cap=0.5, base=0.02), _RETRIES)
            client = Redis.from_url(
                url, retry=retry, socket_timeout=socket_timeout_s, socket_connect_timeout=socket_timeout_s
            )
    except ValueError as error:
        raise UserError(f"{shown}: {error}") from None
    try:
        await client.ping()
        yield client
    except AuthenticationError as error:
        raise UserError(f"{shown}: {error}") from None
    except (RedisError, OSError) as error:
        raise ServerError(f"{shown}: {error}") from error
    finally:
        with contextlib.suppress(RedisError, OSError):
            await client.aclose()


def masked(url: str) -> str:
    """Return a URL without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return url.replace(f":{parts.password}@", ":***@")
