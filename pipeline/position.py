"""Where a stream stands: the line applied last, by topic, partition, offset of its record and place in that record."""

from __future__ import annotations

import msgspec

from pipeline.errors import StateError


class Position(msgspec.Struct, frozen=True, order=True):
    """A line of a topic. ``line`` counts from 1 within its record; offsets count from 0.

    Two positions compare by the order of the stream where topic and partition are the same.
    """

    topic: str
    partition: int
    offset: int
    line: int

    def encode(self) -> bytes:
        """Return the stored form."""
        return f"{self.topic}:{self.partition}:{self.offset}:{self.line}".encode()


def decode_position(stored: bytes) -> Position | None:
    """Return a stored position, None for b"", the position of a new stream. Raises StateError for what is none."""
    if not stored:
        return None
    try:
        topic, partition, offset, line = stored.decode().rsplit(":", 3)
        return Position(topic, int(partition), int(offset), int(line))
    except ValueError:
        raise StateError(f"{stored!r} is no position of a stream") from None
