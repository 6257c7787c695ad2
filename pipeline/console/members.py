"""Who takes part in which incident, read from the server one after the other, so that search finds accounts."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final, NoReturn

from redis.exceptions import RedisClusterException, RedisError

from pipeline.incidents.burst import KIND
from pipeline.post import item_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.console.book import Entry
    from pipeline.console.follow import Follower
    from pipeline.console.kept import Kept, Reader
    from pipeline.console.search import Account

PAUSE_S: Final = 0.5
"""Seconds between two incidents, at least: the server has others to serve."""

PAUSES: Final = 20
"""How much longer a pause is than the reading before it took."""

MOST_ACCOUNTS: Final = 500_000
"""Accounts that are remembered in all; those that were looked at first are forgotten first."""


class Members:
    """Accounts by incident, as of the last change of it that was looked at."""

    def __init__(self) -> None:
        self._accounts: dict[str, Sequence[Account]] = {}
        self._seen: dict[str, int] = {}
        self._held = 0

    def of(self, name: str) -> Sequence[Account]:
        """Return the members and joiners of an incident, as far as they are known."""
        return self._accounts.get(name, ())

    def keep(self, entry: Entry, kept: Kept) -> None:
        """Remember what was read of an incident; where nothing is kept any more, what was known before stays."""
        name = entry.standing.incident_id
        self._seen[name] = entry.change
        if kept.facts is None:
            return
        accounts = accounts_of(kept)
        self._held += len(accounts) - len(self._accounts.pop(name, ()))
        self._accounts[name] = accounts
        while self._held > MOST_ACCOUNTS and len(self._accounts) > 1:
            self._held -= len(self._accounts.pop(next(iter(self._accounts))))

    async def run(self, follower: Follower, reader: Reader) -> NoReturn:
        """Look at what changed, the latest first, until cancelled."""
        while True:
            book = follower.book
            waiting = (each for each in book.latest() if self._is_new(each))
            if (entry := next(waiting, None)) is None:
                self._seen = {name: change for name, change in self._seen.items() if book.entry(name)}
                await follower.moved(book.changes)
                continue
            begin = time.monotonic()
            # Pages tell of trouble; here it is tried again.
            with contextlib.suppress(RedisError, RedisClusterException):
                self.keep(entry, await reader.incident(entry.standing.stream, entry.standing.incident_id))
            await asyncio.sleep(max(PAUSE_S, PAUSES * (time.monotonic() - begin)))

    def _is_new(self, entry: Entry) -> bool:
        row = entry.standing
        return row.kind != KIND and self._seen.get(row.incident_id) != entry.change


def accounts_of(kept: Kept) -> list[Account]:
    """Return members, then joiners, with the names that posts told."""
    if kept.facts is None:
        return []
    names = kept.activity.names if kept.activity else {}
    return [
        (row.platform, row.author_id, names.get(int.from_bytes(item_key(row.platform, row.author_id), "little")))
        for row in (*kept.facts.members, *kept.facts.joiners)
    ]
