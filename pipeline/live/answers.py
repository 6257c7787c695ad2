"""An operator's answer to an incident as a line in its stream's log: the command and the console send the same."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import UserError
from pipeline.incidents.answer import ACTION, read_answer, write_value
from pipeline.incidents.burst import KIND
from pipeline.live.control import control_line, control_time, send_control
from pipeline.times import instant

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.incidents.answer import Answer, Verdict
    from pipeline.incidents.fold import Standing


def checked_answer(row: Standing, said: Verdict, author: str, note: str) -> Answer:
    """Return the answer as a worker would keep it. Raises UserError where there is nothing to answer, or LineError."""
    if row.kind == KIND:
        raise UserError(
            f"{row.incident_id} is a burst of a keyword, which says nothing of a campaign: nothing to answer"
        )
    return read_answer(write_value(row.incident_id, said, author), note)[1]


def is_answered_so(row: Standing, answer: Answer) -> bool:
    """Whether the last answer that was told is this one."""
    last = row.verdict
    return last is not None and (last.verdict, last.author, last.note) == msgspec.structs.astuple(answer)


def send_answer(settings: Settings, row: Standing, answer: Answer, watermark: int | None) -> int:
    """Send an answer and wait until it is safe; returns its event time (ms).

    ``watermark`` (ms) is that of the stream, None where nobody knows it: then the incident tells where its stream
    stood. Raises LineError where a worker would refuse it, TopicError or BrokerError.
    """
    reached = instant("timestamp", row.told_at) if watermark is None else watermark
    at = control_time(time.time_ns() // 1_000_000, reached)
    value = write_value(row.incident_id, answer.verdict, answer.author)
    send_control(settings.kafka, row.stream, control_line(settings, ACTION, value, at, answer.note or None))
    return at
