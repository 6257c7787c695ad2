"""What a recording holds, before anybody replays it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.post import Post, item_key
from pipeline.recordings.read import ReadStats, read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.post import Limits
    from pipeline.recordings.read import Reject

OPTIONAL: Final = tuple(
    field.name for field in msgspec.structs.fields(Post) if not field.required and field.name not in ("at", "born")
)


class Report(msgspec.Struct):
    """Counts of a recording. ``first`` and ``last`` are event times in ms; shares come from ``present`` / ``posts``."""

    posts: int = 0
    other_lines: Counter[str] = msgspec.field(default_factory=Counter)
    first: int | None = None
    last: int | None = None
    out_of_order: int = 0
    authors: int = 0
    languages: Counter[str] = msgspec.field(default_factory=Counter)
    platforms: Counter[str] = msgspec.field(default_factory=Counter)
    present: Counter[str] = msgspec.field(default_factory=Counter)
    stats: ReadStats = msgspec.field(default_factory=ReadStats)


def inspect(paths: Sequence[str], limits: Limits, on_reject: Callable[[Reject], None] | None = None) -> Report:
    """Read recordings once and count. Eight bytes an author are kept, nothing of the posts."""
    report = Report()
    authors: set[bytes] = set()
    newest = 0
    for line in read_lines(paths, limits=limits, on_reject=on_reject, stats=report.stats):
        report.out_of_order += line.at < newest
        newest = max(newest, line.at)
        report.first = line.at if report.first is None else min(report.first, line.at)
        report.last = newest
        if not isinstance(line, Post):
            report.other_lines[type(line).__name__.lower()] += 1
            continue
        report.posts += 1
        authors.add(item_key(line.platform, line.author_id))
        report.languages[line.lang or "unknown"] += 1
        report.platforms[line.platform] += 1
        report.present.update(name for name in OPTIONAL if getattr(line, name) is not None)
    report.authors = len(authors)
    return report
