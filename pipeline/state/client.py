"""Connections to Redis or Valkey, one server or a cluster."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import AuthenticationError, RedisClusterException, RedisError

from pipeline.errors import ServerError, UserError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_CLUSTER = "redis+cluster://"
_RETRIES = 2

_NO_PORT = re.compile(r"^([^:/?#\[]*):(?!\d{1,5}(?:[/?#]|$)).*", re.DOTALL)
"""What stands where the port is to be and is none: a password, if the host behind it was forgotten."""

_IN_QUERY = re.compile(r"([?&]\w*password=).*", re.DOTALL | re.IGNORECASE)
"""All that follows: the password may hold what ends a value."""

_UNEXPECTED = re.compile(r"unexpected keyword argument '(\w+)'")


@contextlib.asynccontextmanager
async def connect(url: str, socket_timeout_s: float) -> AsyncIterator[Redis]:
    """Yield a client for ``redis://``, ``rediss://``, ``unix://`` or ``redis+cluster://`` URLs.

    Retries are few and short: every script is safe to repeat, and a stalled worker must show. Server trouble comes
    out as ServerError, a URL nobody can use as UserError; neither names the password.
    """
    shown = masked(url)
    options: dict[str, Any] = {"socket_timeout": socket_timeout_s, "socket_connect_timeout": socket_timeout_s}
    try:
        if url.startswith(_CLUSTER):
            # The client's own ten retries: a cluster that elects a new primary is down for a while.
            client: Any = RedisCluster.from_url("redis://" + url.removeprefix(_CLUSTER), **options)
        else:
            retry = Retry(ExponentialWithJitterBackoff(cap=0.5, base=0.02), _RETRIES)
            client = Redis.from_url(url, retry=retry, **options)
    except TypeError as error:
        raise _unknown_option(shown, error) from None
    except ValueError as error:
        # A password with an unescaped slash ends up in the message as a port.
        raise UserError(f"{shown}: {'no valid URL' if shown != url else error}") from None
    try:
        try:
            await client.ping()
        except OSError as error:
            raise ServerError(f"{shown}: {error}") from error
        except TypeError as error:  # the client gives all options of a URL to its connection, unread
            raise _unknown_option(shown, error) from None
        yield client  # an OSError from here on is a file's or standard output's: the client wraps its own
    except (RedisError, RedisClusterException) as error:
        if _is_refusal(error):
            raise UserError(f"{shown}: user or password is missing or wrong: {error}") from None
        raise ServerError(f"{shown}: {error}") from error
    finally:
        with contextlib.suppress(RedisError, OSError):
            await client.aclose()


def _unknown_option(shown: str, error: TypeError) -> Exception:
    """Return the error for an option that the client refuses; any other is not the user's and stays as it is."""
    found = _UNEXPECTED.search(str(error))
    return UserError(f"{shown}: an option of the URL is unknown: {found[1]}") if found else error


def _is_refusal(error: BaseException | None) -> bool:
    """Whether authentication failed: since its release 8 the client wraps that in a failure to connect."""
    while error is not None and not isinstance(error, AuthenticationError):
        error = error.__cause__
    return error is not None


def masked(url: str) -> str:
    """Return a URL without its password, be it before the host or in the query, the URL valid or not."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        scheme, rest = "", url
    user, at, host = rest.rpartition("@")
    if at:
        name, colon, _ = user.partition(":")
        rest = f"{name}{colon and ':***'}@{host}"
    else:
        rest = _NO_PORT.sub(r"\1:***", rest)
    return scheme + mark + _IN_QUERY.sub(r"\1***", rest)
