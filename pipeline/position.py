"""Where a stream stands: in which record of which partition, and how many of its lines are done."""

from __future__ import annotations

import msgspec

from pipeline.errors import StateError


class Position(msgspec.Struct, frozen=True, order=True):
    """A place in a topic: ``lines`` of the record at ``offset`` are done, 0 where all before it are and none of it.

    Within one partition positions compare in the order of the stream.
    """

    topic: str
    partition: int
    offset: int
    lines: int

    def encode(self) -> bytes:
        """Return the stored form."""
        return f"{self.topic}:{self.partition}:{self.offset}:{self.lines}".encode()


def decode_position(stored: bytes) -> Position | None:
    """Return a stored position, None for b"", the position of a new stream. Raises StateError for what is none."""
    if not stored:
        return None
    try:
        topic, partition, offset, lines = stored.decode().rsplit(":", 3)
        return Position(topic, int(partition), int(offset), int(lines))
    except ValueError:
        raise StateError(f"{stored!r} is no position of a stream") from None
