"""An operator's change as a line of a stream's log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import LineError
from pipeline.incidents.public import rfc3339
from pipeline.live.log import reading
from pipeline.live.sender import sending
from pipeline.post import Control, Limits, decode_line, encode_line
from pipeline.recordings.jumps import JUMP_MS

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.sections import KafkaSection


def control_time(now: int, watermark: int | None) -> int:
    """Return the event time (ms) that a change is to have: the clock's, in a stream of long ago the stream's.

    Dated by the clock it would end all windows of a stream whose posts are of long ago.
    """
    return watermark if watermark and now - watermark > JUMP_MS else now


def control_line(settings: Settings, action: str, value: str, at: int, note: str | None = None) -> bytes:
    """Return the line of a change at an event time (ms). Raises LineError where a worker would refuse it."""
    try:
        raw = encode_line(Control(action=action, created_at=rfc3339(at), value=value, note=note))
    except UnicodeEncodeError:
        raise LineError("bad-text", "the note is not UTF-8") from None
    decode_line(raw, Limits.of(settings.limits))
    return raw


def send_control(kafka: KafkaSection, stream: str, raw: bytes) -> None:
    """Send a line to the stream and wait until it is safe. Raises TopicError or BrokerError."""
    with reading(kafka) as log:
        log.bounds(kafka.posts)
    with sending(kafka) as sender:
        # Always with its key: in a topic of one partition a record without belongs to the topic's own stream.
        sender.send(kafka.posts, raw, stream.encode())
        sender.finish()
