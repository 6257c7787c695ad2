"""Blocks of what was said, numbered, as long as somebody may want to read a post of them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.bursts.watch import WatchList


class KeptBlocks:
    """Blocks ``begin`` to ``end``, each with what the stream followed before it."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[bytes, WatchList]] = deque()
        self.begin = 0

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self._blocks)

    @property
    def end(self) -> int:
        """Number of the next block."""
        return self.begin + len(self._blocks)

    def add(self, block: bytes, followed: WatchList) -> int:
        """Keep a block; returns its number."""
        self._blocks.append((block, followed))
        return self.end - 1

    def __getitem__(self, number: int) -> bytes:
        """Return a block by its number."""
        return self._blocks[number - self.begin][0]

    def followed(self, now: WatchList) -> WatchList:
        """Return what was followed before the first block, ``now`` where there is none."""
        return self._blocks[0][1] if self._blocks else now

    def drop_before(self, number: int) -> None:
        """Forget the blocks before a number."""
        while self._blocks and self.begin < number:
            self._blocks.popleft()
            self.begin += 1
