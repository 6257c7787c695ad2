"""What running commands tell on standard error."""

from __future__ import annotations

import logging
from typing import Final

from pipeline.cli.show import safe

_LIBRARIES: Final = ("aiokafka", "faust", "kafka", "mode", "pipeline.live.faust_app")
"""The last is how Faust names the news of an app after the module of its class."""


class _Safe(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return the record in one line: what libraries tell may hold data of posts."""
        return safe(super().format(record))


def log_to_stderr() -> None:
    """Tell our own news, and of the libraries what is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Safe("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    # What crashed an app is raised, and the command tells it in one line.
    handler.addFilter(lambda record: "Crashed reason=" not in str(record.msg))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
