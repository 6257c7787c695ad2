"""An incident event as a record of its topic. Pure but for the time of day in a header."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pipeline.incidents.links import links_of
from pipeline.incidents.public import encode_event, publish, rfc3339, subject
from pipeline.live.outlet import Outgoing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.incidents.public import Event


def told(stored: Event, topic: str, templates: Mapping[str, str], *, replay: bool) -> Outgoing:
    """Return the record of a stored event: key incident (or digest) id, headers event_id and published_at.

    ``templates`` are those of its links.
    """
    event = publish(stored, replay=replay, members=False, links=links_of(stored, templates))
    name = subject(event)
    headers = [
        ("event_id", f"{name}:{event.data.revision}".encode()),
        ("published_at", rfc3339(time.time_ns() // 1_000_000).encode()),
    ]
    return Outgoing(topic, name.encode(), encode_event(event), headers)
