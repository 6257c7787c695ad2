"""The topic of incidents: all that it holds of them, as far as it goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.incidents.fold import incidents_of
from pipeline.incidents.public import Event, decode_event

if TYPE_CHECKING:
    from pipeline.live.log import Log
    from pipeline.sections import KafkaSection


class Told(msgspec.Struct):
    """What was found: events in the order of their records; when, by Kafka (ms), each incident was told of last.

    ``foreign`` counts records that are none of ours.
    """

    events: list[Event] = []
    last: dict[str, int] = {}
    foreign: int = 0


def read_incidents(log: Log, kafka: KafkaSection) -> Told:
    """Return what the topic holds now. Raises TopicError."""
    found = Told()
    for partition, (first, end) in log.bounds(kafka.incidents).items():
        for record in log.read(kafka.incidents, partition, first, end):
            try:
                event = decode_event(record.value or b"")
            except (msgspec.MsgspecError, UnicodeError):
                found.foreign += 1
                continue
            found.events.append(event)
            for name in incidents_of(event):
                found.last[name] = max(record.at, found.last.get(name, 0))
    return found
