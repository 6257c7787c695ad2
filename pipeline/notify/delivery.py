"""A delivery as it waits in Redis: MessagePack that the scripts read, too."""

from __future__ import annotations

import zlib
from typing import Any

import msgpack
import msgspec

from pipeline.incidents.public import Event, decode_event, encode_event, subject
from pipeline.notify.signing import webhook_id
from pipeline.state.script import packed


class Delivery(msgspec.Struct, frozen=True):
    """An event on its way to an endpoint; ``event`` is its JSON. Times in ms of the clock.

    ``delivery_id`` is the webhook-id: the same at every attempt, and when the event comes again.
    """

    delivery_id: str
    not_before: int
    queued_at: int
    subject: str
    event_type: str
    event: bytes

    @property
    def told(self) -> Event:
        """The event. Raises msgspec.MsgspecError for one of a form that this version does not know."""
        return decode_event(self.event)


def new_delivery(event: Event, endpoint: str, now: int, not_before: int) -> Delivery:
    """Return the delivery of an event to an endpoint."""
    name = subject(event)
    return Delivery(
        delivery_id=webhook_id(name, event.data.revision, endpoint),
        not_before=not_before,
        queued_at=now,
        subject=name,
        event_type=event.type,
        event=encode_event(event),
    )


def pack_delivery(delivery: Delivery) -> bytes:
    """Return the stored form; its first two items are what the scripts look at."""
    return packed(
        [
            delivery.delivery_id,
            delivery.not_before,
            delivery.queued_at,
            delivery.subject,
            delivery.event_type,
            zlib.compress(delivery.event, 1),
        ]
    )


def unpack_delivery(raw: bytes) -> Delivery:
    """Return the delivery of its stored form."""
    row: list[Any] = msgpack.unpackb(raw, raw=True)
    name, not_before, queued_at, about, event_type, event = row
    return Delivery(name.decode(), not_before, queued_at, about.decode(), event_type.decode(), zlib.decompress(event))
