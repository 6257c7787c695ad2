"""Letters into the topic of the dead letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.live.letters import DeadLetter, encode_letter
from pipeline.live.outlet import Outgoing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.live.outlet import Outlet
    from pipeline.live.status import Status


class LetterBox:
    """Writes letters. ``withhold`` keeps what was refused out of them: it would name whom pseudonyms hide."""

    def __init__(self, outlet: Outlet, topic: str, status: Status, *, withhold: bool) -> None:
        self._outlet = outlet
        self._topic = topic
        self._status = status
        self._withhold = withhold
        self._written: dict[int, int] = {}

    async def write(self, letters: Sequence[DeadLetter]) -> None:
        """Write the letters of records that come in order; those of a record that comes again are there already."""
        fresh = [each for each in letters if each.offset > self._written.get(each.partition, -1)]
        await self.add(fresh)
        for each in fresh:
            self._written[each.partition] = each.offset

    async def add(self, letters: Sequence[DeadLetter]) -> None:
        """Write letters; all are there on return."""
        if not letters:
            return
        records = []
        for each in letters:
            value, headers = encode_letter(each, withhold=self._withhold)
            records.append(Outgoing(self._topic, None, value, headers))
            self._status.refuse(each.reason)
        await self._outlet.write(records)
        self._status.count("letters", len(records))

    def forget(self) -> None:
        """Forget what was written: partitions have changed hands, and offsets may come again."""
        self._written = {}
