"""The one tree of errors.

TurfwatchError
├── UserError            a mistake of the caller: the command prints one line and exits 2
│   ├── ChoiceError      several things fit what was asked for, and one is wanted
│   ├── ConfigError      a setting that is unknown, missing or out of range
│   ├── RecordingError   a recording that cannot be read at all
│   ├── TopicError       a topic that is missing, differs, was made anew or is mostly poison
│   └── StateError       state that does not fit: other settings, other schema, a stream in use
├── LineError            one bad line: counted, written to the rejects, never ends a run
├── ServerError          the Redis or Valkey server failed or answered what it must not
│   └── FenceError       another writer has moved the stream on
└── BrokerError          Kafka failed, cannot be reached or refused what was sent
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BrokerError",
    "ChoiceError",
    "ConfigError",
    "FenceError",
    "LineError",
    "RecordingError",
    "ServerError",
    "StateError",
    "TopicError",
    "TurfwatchError",
    "UserError",
]


class TurfwatchError(Exception):
    """Whatever turfwatch raises on purpose."""


class UserError(TurfwatchError):
    """The caller can put it right; the message says how."""


class ChoiceError(UserError):
    """Several things fit what was asked for; ``choices`` are these, each in a line."""

    def __init__(self, message: str, choices: Sequence[str]) -> None:
        super().__init__(message)
        self.choices = choices


class ConfigError(UserError):
    """A setting is unknown, missing or out of range."""


class RecordingError(UserError):
    """A recording cannot be read: missing, a folder, not a recording."""


class TopicError(UserError):
    """A topic is not what a worker needs: missing, different, made anew, mostly poison."""


class StateError(UserError):
    """The stored state does not fit what was asked."""


class LineError(TurfwatchError):
    """One line was refused.

    ``reason`` is a short fixed word that metrics count by; ``detail`` says which field and why.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ServerError(TurfwatchError):
    """The state server failed, or answered what it must not."""


class BrokerError(TurfwatchError):
    """Kafka failed, cannot be reached, or refused what was sent."""


class FenceError(ServerError):
    """The stream's position moved under this writer: somebody else owns it now."""
