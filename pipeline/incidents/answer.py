"""An operator's answer to an incident, and the line that gives it."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from pipeline.errors import LineError

ACTION: Final = "verdict"
"""Action of the control line."""

MAX_AUTHOR: Final = 128
MAX_NOTE: Final = 2000
"""Characters of an operator's name and note."""

Verdict = Literal["true", "false", "benign"]
"""An operator's answer: a campaign, none, or one that harms nobody."""

_ID: Final = re.compile("inc_[0-9a-f]{16}")


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was answered; ``author`` and ``note`` are the operator's own words, "" for none."""

    verdict: Verdict
    author: str = ""
    note: str = ""


class _Value(msgspec.Struct, frozen=True, omit_defaults=True):
    incident_id: str
    verdict: Verdict
    author: Annotated[str, Meta(max_length=MAX_AUTHOR)] = ""


_value_decoder = msgspec.json.Decoder(_Value)
_stored_decoder = msgspec.json.Decoder(Answer)


def write_value(incident_id: str, verdict: Verdict, author: str = "") -> str:
    """Return the ``value`` of a control line. Raises LineError for what is not UTF-8."""
    try:
        return msgspec.json.encode(_Value(incident_id, verdict, author)).decode()
    except UnicodeEncodeError:
        raise LineError("bad-verdict", f"{author!r}: the author is not UTF-8") from None


def read_answer(value: str | None, note: str | None) -> tuple[str, Answer]:
    """Return the incident that a control line answers, and the answer. Raises LineError for what is none."""
    if value is None:
        raise LineError("bad-verdict", 'a value is missing, such as {"incident_id": "inc_…", "verdict": "true"}')
    try:
        said = _value_decoder.decode(value)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise LineError("bad-verdict", f"{value[:60]!r} is no verdict: {error}") from None
    if not _ID.fullmatch(said.incident_id):
        raise LineError("bad-verdict", f"{said.incident_id[:60]!r} is no id of an incident")
    if note is not None and len(note) > MAX_NOTE:
        raise LineError("bad-verdict", f"a note of {len(note):,} characters, at most {MAX_NOTE:,} are kept")
    return said.incident_id, Answer(said.verdict, said.author, note or "")


def read_change(action: str, value: str | None, note: str | None) -> tuple[str, str] | None:
    """Return the incident that a control line answers and the answer to be kept; None for another action."""
    if action != ACTION:
        return None
    name, answer = read_answer(value, note)
    return name, msgspec.json.encode(answer).decode()


def stored_answer(value: bytes) -> Answer:
    """Return an answer as it is kept, which was looked at before."""
    return _stored_decoder.decode(value)
