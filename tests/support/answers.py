"""Control lines of operators who answer incidents and vouch for others, made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.detect import allow
from pipeline.incidents import answer
from pipeline.incidents.public import rfc3339
from pipeline.post import Control

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.detect.allow import AllowKind
    from pipeline.incidents.answer import Verdict
    from pipeline.post import Line


def verdict(name: str, said: Verdict, at: int, author: str = "night watch", note: str | None = None) -> Control:
    value = answer.write_value(name, said, author)
    return Control(action=answer.ACTION, created_at=rfc3339(at), value=value, note=note, at=at)


def allowed(kind: AllowKind, value: str, at: int, until: int | None = None, note: str | None = None) -> Control:
    said = allow.write_value(kind, value, None if until is None else rfc3339(until))
    return Control(action=allow.ADD, created_at=rfc3339(at), value=said, note=note, at=at)


def no_longer(kind: AllowKind, value: str, at: int) -> Control:
    return Control(action=allow.REMOVE, created_at=rfc3339(at), value=allow.write_value(kind, value), at=at)


def among(lines: Sequence[Line], controls: Iterable[Control]) -> list[Line]:
    """Lines in the order of their times, each control line behind the lines of its moment."""
    return sorted([*lines, *controls], key=lambda line: line.at)
