"""Attempts over HTTP: no redirects, no proxies of the environment, and only to addresses that an endpoint may have."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import aiohttp

from pipeline.notify.addresses import refusal
from pipeline.notify.attempts import Answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from aiohttp.abc import AbstractResolver
    from aiohttp.connector import AddrInfoType

    from pipeline.notify.addresses import Network

READ_BYTES: Final = 4096
"""Bytes of an answer that are read: enough to let the connection be used again."""


class Sender:
    """Sends to one endpoint, one attempt at a time."""

    def __init__(self, session: aiohttp.ClientSession, refused: list[str]) -> None:
        self._session = session
        self._refused = refused

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Make an attempt; whatever goes wrong is told by the answer, which names neither URL nor headers."""
        self._refused.clear()
        try:
            async with self._session.post(url, headers=headers, data=body, allow_redirects=False) as response:
                await response.content.read(READ_BYTES)
                return Answer(response.status, retry_after=_retry_after(response.headers.get("Retry-After", "")))
        except TimeoutError:
            return Answer(trouble="no answer in time")
        except (aiohttp.InvalidURL, aiohttp.InvalidUrlClientError):
            return Answer(trouble="the URL cannot be used", refused=True)
        except (aiohttp.ClientError, OSError) as error:
            if self._refused:
                return Answer(trouble=f"leads to {self._refused[0]}", refused=True)
            return Answer(trouble=_in_words(error))


@contextlib.asynccontextmanager
async def open_sender(
    allowed: Sequence[Network], timeout_s: float, resolver: AbstractResolver | None = None
) -> AsyncIterator[Sender]:
    """Yield a sender for an endpoint that may lie in some networks besides public ones; ``resolver``: of host names."""
    refused: list[str] = []

    def checked_socket(address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, place = address
        if reason := refusal(str(place[0]), allowed):
            refused.append(reason)
            raise PermissionError(reason)
        return socket.socket(family=family, type=kind, proto=protocol)

    # Names are resolved anew for every connection, and what they resolve to is checked where it is connected to.
    connector = aiohttp.TCPConnector(
        socket_factory=checked_socket, use_dns_cache=False, resolver=resolver, limit=1, loop=asyncio.get_running_loop()
    )
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session:
        yield Sender(session, refused)


def _in_words(error: Exception) -> str:
    """Name a failure without the URL, which may be a secret."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    return (
        f"{type(cause).__name__}: {cause.strerror}"
        if isinstance(cause, OSError) and cause.strerror
        else type(cause).__name__
    )


def _retry_after(value: str) -> float | None:
    """Return the seconds of a Retry-After header, None for none and for what cannot be read."""
    if value.isascii() and value.isdigit():
        return float(value[:9])
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(value).astimezone(UTC) - datetime.now(UTC)).total_seconds())
    return None
