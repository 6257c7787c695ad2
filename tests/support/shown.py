"""A console as an operator runs it: a process of its own."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from support.live import Process, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Shown(Process):
    """A `turfwatch console`."""

    @property
    def url(self) -> str:
        def found() -> str | None:
            assert self.process.poll() is None, self.log
            told = re.search(r"console on (http://\S+)", self.log)
            return told[1] if told else None

        return str(until(found, "the console says where it is"))


@contextlib.contextmanager
def console(settings: Mapping[str, str], redis_port: int) -> Iterator[Shown]:
    started = Shown(("console", "--redis", f"redis://127.0.0.1:{redis_port}"), settings)
    try:
        yield started
    finally:
        started.kill()
