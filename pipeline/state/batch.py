"""Lines to script arguments: the costly part of a batch, pure, so that it can run while a script does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.post import Delete, Line, Post, Tick
from pipeline.state.rows import item_key, pack_author
from pipeline.text.features import features

if TYPE_CHECKING:
    from collections.abc import Sequence

STRIDE: Final = 9
"""Script arguments a line; lua/observe.lua says which."""

SAMPLE_CHARS: Final = 300
"""Characters of a text kept for evidence."""

_POST, _DELETE, _TICK, _CONTROL = range(4)
_REPOST, _LINK = 4, 8


class Batch(msgspec.Struct, frozen=True):
    """Prepared lines: ``STRIDE`` arguments each, in the order of the stream."""

    size: int
    args: list[bytes | int]

    def applied_until(self, position: bytes) -> int | None:
        """Return how many lines are applied once the stream stands at ``position``; None if it is not in here."""
        positions = self.args[STRIDE - 1 :: STRIDE]
        return positions.index(position) + 1 if position in positions else None

    def rest(self, applied: int) -> Batch:
        """Return what is left after the first ``applied`` lines."""
        return Batch(self.size - applied, self.args[applied * STRIDE :])


def prepare(lines: Sequence[tuple[bytes, Line]], slot_count: int) -> Batch:
    """Compute features and pack the arguments of at most 200 lines, each with the position after it."""
    posts = [line for _, line in lines if isinstance(line, Post)]
    found = features([post.text for post in posts], [bool(post.is_repost) for post in posts], slot_count)
    slots = found.slots.astype("<u4").tobytes()
    lanes = found.lanes.tobytes()
    hashes = found.text_hash.astype("<u4").tobytes()
    usable = found.usable.tolist()
    args: list[bytes | int] = []
    number = 0
    for position, line in lines:
        if isinstance(line, Post):
            signature = b""
            if usable[number]:
                signature = slots[64 * number : 64 * number + 64] + lanes[64 * number : 64 * number + 64]
            flags = _REPOST * bool(line.is_repost) + _LINK * (bool(line.urls) or "http" in line.text)
            args += (
                line.at,
                _POST + flags,
                item_key(line.platform, line.id),
                item_key(line.platform, line.author_id),
                hashes[4 * number : 4 * number + 4],
                signature,
                pack_author(line),
                line.text[:SAMPLE_CHARS].encode(),
                position,
            )
            number += 1
        elif isinstance(line, Delete):
            args += (line.at, _DELETE, item_key(line.platform, line.id), b"", b"", b"", b"", b"", position)
        else:
            kind = _TICK if isinstance(line, Tick) else _CONTROL
            args += (line.at, kind, b"", b"", b"", b"", b"", b"", position)
    return Batch(len(lines), args)
