"""Lua scripts on a server, and the form of what they are given."""

from __future__ import annotations

from hashlib import sha1
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgpack
from redis.exceptions import NoScriptError

from pipeline.timing import timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from pipeline.timing import Timings


class Script:
    """A Lua script made of files of a package's folder ``lua``, run by hash, sent whole where the server lacks it.

    ``calls`` is told how long each call takes, by the name of the last file.
    """

    def __init__(
        self, redis: Redis, parts: Sequence[str], package: str = "pipeline.state", calls: Timings | None = None
    ) -> None:
        folder = files(package) / "lua"
        self._redis: Any = redis  # its stubs allow text replies; ours are bytes
        self.text = "\n".join((folder / f"{part}.lua").read_text() for part in parts)
        self._sha = ""
        self._name = parts[-1]
        self._calls = calls

    async def __call__(self, keys: Sequence[str], args: Sequence[object]) -> Any:
        """Run the script; a server that lost its cache is given the text again."""
        with timed(self._calls, self._name):
            return await self._run(keys, args)

    async def _run(self, keys: Sequence[str], args: Sequence[object]) -> Any:
        if self._sha:
            try:
                return await self._redis.evalsha(self._sha, len(keys), *keys, *args)
            except NoScriptError:
                pass
        reply = await self._redis.eval(self.text, len(keys), *keys, *args)
        self._sha = sha1(self.text.encode(), usedforsecurity=False).hexdigest()
        return reply


def packed(value: object) -> bytes:
    """Return MessagePack of the old form, raw bytes as strings: the form that a server's Lua reads."""
    data: bytes = msgpack.packb(value, use_bin_type=False)
    return data
