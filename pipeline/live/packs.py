"""Lines into records: JSON Lines, so many lines and bytes at most. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Pack(msgspec.Struct, frozen=True):
    """The value of a record and how many lines it holds."""

    value: bytes
    lines: int


class Packer:
    """Takes lines one by one and gives packs in their order."""

    def __init__(self, most_lines: int, most_bytes: int) -> None:
        self._most_lines = most_lines
        self._most_bytes = most_bytes
        self._held: list[bytes] = []
        self._bytes = 0

    def take(self, line: bytes) -> Pack | None:
        """Take a line; returns the pack that is full now. Raises RecordingError for a line that no record can hold."""
        if len(line) > self._most_bytes:
            raise RecordingError(
                f"a line of {len(line):,} bytes, a record holds {self._most_bytes:,}: raise kafka.record_bytes"
            )
        full = self.rest() if self._held and self._bytes + len(line) > self._most_bytes else None
        self._held.append(line)
        self._bytes += len(line) + 1
        return self.rest() if len(self._held) == self._most_lines else full

    def rest(self) -> Pack | None:
        """Return what is held, None where nothing is."""
        if not self._held:
            return None
        pack = Pack(b"\n".join(self._held), len(self._held))
        self._held, self._bytes = [], 0
        return pack


def packed(lines: Sequence[bytes], most_bytes: int) -> Iterator[bytes]:
    """Yield lines as values of records, in one where they fit, none longer than ``most_bytes``, which each line is."""
    packer = Packer(len(lines), most_bytes)
    for line in lines:
        if pack := packer.take(line):
            yield pack.value
    if pack := packer.rest():
        yield pack.value
