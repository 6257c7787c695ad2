"""A recording into the topic of the posts, as a replay would apply it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.live.packs import Pack, Packer
from pipeline.live.records import REPLAYED
from pipeline.live.sender import room
from pipeline.live.stamps import sent_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.live.sender import Sender
    from pipeline.post import Limits, Line
    from pipeline.sections import KafkaSection

_TOLD_EVERY: Final = 500
"""Lines between two signs of progress."""


class Progress(msgspec.Struct, frozen=True):
    """Lines handed over so far, the event time (ms) reached, and lines dated ahead of the clock."""

    lines: int = 0
    at: int = 0
    ahead: int = 0


def produce(
    sender: Sender,
    kafka: KafkaSection,
    stream: str,
    lines: Iterable[Line],
    limits: Limits,
    *,
    pack: int = 1,
    speed: float | None = None,
) -> Iterator[Progress]:
    """Send lines in their order, keyed by the stream, ``pack`` lines a record at most; all are safe at the end.

    Each record says that it is replayed.

    ``speed`` is event time over wall time, None as fast as it goes. A pack never waits for a line that is not due yet.
    Workers take what is dated ahead of the clock for as late as it comes: it is counted.
    Raises BrokerError, which says how many lines are safe, and RecordingError for a line that no record can hold.
    """
    key = stream.encode()
    packer = Packer(pack, room(kafka, key))

    def send(full: Pack | None) -> None:
        if full is not None:
            sender.send(kafka.posts, full.value, key, lines=full.lines, headers=[(REPLAYED, b"1")])

    pace = _Pace(speed)
    at = ahead = number = 0
    for number, line in enumerate(lines, 1):
        at = line.at
        wait = pace.wait(at)
        if wait > 0:
            send(packer.rest())
        if wait > 0 or number % _TOLD_EVERY == 0:
            yield Progress(number - 1, at, ahead)
        if wait > 0:
            time.sleep(wait)
        ahead += at > time.time() * 1000
        send(packer.take(sent_form(line, limits)))
    send(packer.rest())
    sender.finish()
    yield Progress(number, at, ahead)


class _Pace:
    """When a line is due: as long after the first as its event time says."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self._first: tuple[float, int] | None = None

    def wait(self, at: int) -> float:
        """Return seconds until a line of an event time is due; 0 or less, now."""
        if self._speed is None:
            return 0.0
        now = time.monotonic()
        started, first_at = self._first = self._first or (now, at)
        return started + (at - first_at) / 1000 / self._speed - now
