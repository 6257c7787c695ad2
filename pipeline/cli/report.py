"""The report of a replay: gathered on the way, written to a file at the end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.burst_list import Gatherer, Passed
from pipeline.errors import UserError
from pipeline.page.names import AsTheyAre, Pseudonymous, pseudonymous
from pipeline.page.words import Language, Words
from pipeline.recordings.source import STDIN
from pipeline.report import LastLooks, Replayed, build_report, last_known
from pipeline.sections import MIN_KEY_CHARS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.config import Settings
    from pipeline.engine import Engine
    from pipeline.incidents.public import Event, IncidentEvent
    from pipeline.page.source import Names
    from pipeline.post import Line


class Reporter:
    """Gathers what a report needs while a recording is replayed, and writes it.

    Whatever would keep it from being written is found before: raises UserError.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings,
        paths: tuple[str, ...],
        *,
        lang: Language,
        pseudonyms: bool,
        key_file: Path | None,
    ) -> None:
        if STDIN in paths:
            raise UserError("--report needs files: standard input cannot be read again for the posts of incidents")
        if not path.parent.is_dir():
            raise UserError(f"--report {path}: there is no folder {path.parent}")
        if path.exists() and not path.is_file():
            raise UserError(f"--report {path}: there is something that is no file")
        if not os.access(path.parent, os.W_OK):
            raise UserError(f"--report {path}: the folder may not be written to")
        self._path, self._paths, self._settings = path, paths, settings
        self._words = Words(lang)
        self._names = _pseudonymous(settings, key_file) if pseudonyms else AsTheyAre()
        self.looks, self.bursts, self._passed = LastLooks(), Gatherer(), Passed()
        self._lines = 0

    def through(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield the lines, which it counts."""
        for line in self._passed.through(lines):
            self._lines += 1
            yield line

    async def gather(self, engine: Engine, events: list[Event], standing: list[IncidentEvent]) -> Replayed:
        """Return what was told and seen, with what only the engine's state knows."""
        return Replayed(
            title=", ".join(Path(path).name for path in self._paths),
            stream=engine.store.stream,
            events=events,
            standing=standing,
            known=await last_known(engine, self.looks, [*events, *standing]),
            bursts=self.bursts.ranked(engine.keywords.bursts if engine.keywords else ()),
            begin=self._passed.first or 0,
            end=self._passed.last or 0,
            posts=self._lines,
        )

    async def write(self, replayed: Replayed, again: Iterable[Line]) -> None:
        """Write the report, and say where it is; ``again`` are the lines once more."""
        from pipeline.page.render import render_report  # noqa: PLC0415 - templates take long to import

        overview, pages = await build_report(replayed, again, self._names, self._settings.links.templates)
        page = render_report(overview, pages, self._words).encode("utf-8", "replace")
        _write(self._path, page)
        click.echo(f"report: {self._path} ({len(page) / 1_000_000:.1f} MB)", err=True)
        if not self._names.pseudonyms:
            click.echo("the report names accounts as they are: it holds personal data", err=True)


def _pseudonymous(settings: Settings, key_file: Path | None) -> Names:
    """Return pseudonyms by the key of a file, or that of the workers, or one of which nobody will know."""
    if key_file is not None:
        try:
            key = key_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"--pseudonym-key-file {key_file}: {error}") from None
        if len(key) < MIN_KEY_CHARS:
            raise UserError(f"--pseudonym-key-file {key_file}: a key has at least {MIN_KEY_CHARS} characters")
        return Pseudonymous(key.encode())
    return pseudonymous(settings.worker.ids_key)


def _write(path: Path, page: bytes) -> None:
    """Write a file as a whole or not at all. Raises UserError."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            unfinished.write_bytes(page)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"--report {path}: {error.strerror}") from None
