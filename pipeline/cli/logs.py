"""What running commands tell on standard error."""

from __future__ import annotations

import logging
from typing import Final

from pipeline.text.shown import safe

_LIBRARIES: Final = ("aiokafka", "faust", "kafka", "mode", "pipeline.live.faust_app")
"""The last is how Faust names the news of an app after the module of its class."""

SELDOM_S: Final = 10.0
"""Seconds in which the same message is told once."""


class _Safe(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return the record in one line: what libraries tell may hold data of posts."""
        return safe(super().format(record))


class _Seldom(logging.Filter):
    """Lets a message through once in a while: a client that tries again tells the same thousands of times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether it was not told of late."""
        message = record.getMessage()
        if record.created - self._told.get(message, 0.0) < SELDOM_S:
            return False
        self._told = {text: at for text, at in self._told.items() if record.created - at < SELDOM_S}
        self._told[message] = record.created
        return True


def log_to_stderr() -> None:
    """Tell our own news, and of the libraries what is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Safe("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    # What crashed an app is raised, and the command tells it in one line.
    handler.addFilter(lambda record: "Crashed reason=" not in str(record.msg))
    handler.addFilter(_Seldom())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
