"""The topic of dead letters: newest first, one by its place, and back to where they came from."""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import LineError, TopicError, UserError
from pipeline.live.letters import Letter, decode_letter
from pipeline.live.log import Record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pipeline.live.log import Log
    from pipeline.live.sender import Sender
    from pipeline.sections import KafkaSection

_CHUNK: Final = 250
"""Records read at once on the way back from the end."""

_PLACE: Final = re.compile(r"([0-9]{1,9}):([0-9]{1,18})")


class Found(msgspec.Struct, frozen=True):
    """A record of the topic: its letter, or why it is none."""

    record: Record
    letter: Letter | LineError

    @property
    def place(self) -> str:
        """Where it lies in the topic of dead letters, partition:offset."""
        return f"{self.record.partition}:{self.record.offset}"

    @property
    def reason(self) -> str:
        """Why it was refused; no-letter for what somebody else has written."""
        return self.letter.reason


def newest(log: Log, kafka: KafkaSection, reason: str | None = None) -> Iterator[Found]:
    """Yield what the topic holds now, newest first, of one reason or of all. Raises TopicError."""
    topic = kafka.dead_letters
    rows = [_backwards(log, topic, partition, *bounds) for partition, bounds in log.bounds(topic).items()]
    for record in heapq.merge(*rows, key=lambda record: (-record.at, record.partition)):
        found = _found(record)
        if reason in (None, found.reason):
            yield found


def at_place(log: Log, kafka: KafkaSection, place: str) -> Found:
    """Return what lies at partition:offset. Raises UserError for what is no place, TopicError where nothing lies."""
    parsed = _PLACE.fullmatch(place)
    if parsed is None:
        raise UserError(f"{place!r} is no place such as 0:17; `turfwatch dead-letters list` shows them")
    partition, offset = int(parsed[1]), int(parsed[2])
    first, end = log.bounds(kafka.dead_letters).get(partition, (0, 0))
    if first <= offset < end:
        for record in log.read(kafka.dead_letters, partition, offset, offset + 1):
            return _found(record)
    raise TopicError(f"nothing lies at {place} of {kafka.dead_letters} any more, or yet")


def unfit(found: Found, topics: Collection[str]) -> str | None:
    """Return why something cannot be sent again, None where it can; ``topics`` are those that we read."""
    if isinstance(found.letter, LineError):
        return "no letter"
    if found.letter.topic not in topics:
        # Whoever can write to the dead letters must not write to any topic through us.
        return "it came from a topic that is not read here"
    if found.letter.is_whole:
        return None
    if found.letter.withheld:
        return "its text was withheld"
    return f"cut to {len(found.letter.data):,} of {found.letter.length:,} bytes"


def resend(sender: Sender, letter: Letter) -> None:
    """Send a whole letter back to its topic with its key; without one, to its partition. Raises TopicError."""
    partition = letter.partition if letter.key is None else None
    try:
        sender.send(letter.topic, letter.data, letter.key, partition=partition)
    except ValueError as error:
        raise TopicError(f"{letter.topic}: {error}") from None


def _found(record: Record) -> Found:
    try:
        return Found(record, decode_letter(record.value, record.headers))
    except LineError as error:
        return Found(record, error)


def _backwards(log: Log, topic: str, partition: int, first: int, end: int) -> Iterator[Record]:
    while end > first:
        start = max(first, end - _CHUNK)
        # Read to its end before the next partition is: the log reads one at a time.
        yield from reversed(list(log.read(topic, partition, start, end)))
        end = start
