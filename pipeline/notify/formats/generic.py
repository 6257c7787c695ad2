"""The public JSON itself (docs/incident.schema.json), for receivers of one's own; signed as Standard Webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.incidents.public import encode_event
from pipeline.notify.formats.form import Form, only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.incidents.public import Event
    from pipeline.notify.formats.form import Sending


def render_generic(events: Sequence[Event], _: Sending) -> bytes:
    """Return an event as it stands in the topic of the incidents, byte for byte."""
    return encode_event(only(events))


GENERIC: Final = Form("generic", render_generic, is_signed=True)
