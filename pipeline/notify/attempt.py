"""One attempt: a body made, signed and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.notify.formats.form import Sending
from pipeline.notify.signing import ID_HEADER, signed_headers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.incidents.public import Event
    from pipeline.notify.attempts import Answer
    from pipeline.notify.endpoint import Endpoint
    from pipeline.notify.sender import Sender

HEADERS: Final = {"Content-Type": "application/json", "User-Agent": "turfwatch"}

LASTS_S: Final = 900
"""Seconds that an alert lasts which has to be told again and again."""


async def attempt(
    endpoint: Endpoint, sender: Sender, events: Sequence[Event], name: str, now: int, *, is_again: bool = False
) -> Answer:
    """Send events in the endpoint's format, with the id ``name``, at a time (ms); tells how it went.

    ``is_again``: nothing has happened since they were sent, they only have to be told again.
    """
    sending = Sending(now=now, key=endpoint.key, lasts_s=LASTS_S, is_again=is_again)
    body = endpoint.form.render(events, sending)
    signed = signed_headers(name, now // 1000, body, endpoint.keys) if endpoint.keys else {ID_HEADER: name}
    return await sender.post(endpoint.url, {**HEADERS, **signed}, body)
