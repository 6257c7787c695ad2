"""Forms of sentences: how an English one is recognised, and another language's filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec
import re2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DIGITS: Final = r"\d[\d,]{0,20}"
_NUMBER: Final = rf"-?{_DIGITS}(?:\.\d{{1,20}})?(?:e[+-]?\d{{1,2}})?"

SORTS: Final = {
    "": ".*?",
    "number": _NUMBER,
    "percent": rf"{_NUMBER} ?%",
    "duration": r"\d{1,15} (?:second|minute|hour|day)s?",
    "date": r"\d{1,2} [A-Z][a-z]{2,8} \d{4}",
    "moment": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "things": r"\d{1,15} [a-z -]{1,60}?(?: and \d{1,15} [a-z -]{1,60}?){0,9}",
    "quoted": r"""'.*?'|".*?\"""",
    "severity": "[a-z]{1,20}",
    "verdict": "[a-z]{1,20}",
    "kind": "[a-z-]{1,40}",
}
"""Expressions of RE2 for the sorts of places; words of anybody have none of their own."""

_TOKEN: Final = re.compile(r"\{(\w+)(?::(\w+))?\}|\{(\w+)\|([^|{}]*)\|([^|{}]*)\}|(\[)|(\])|([^{}\[\]]+)")


class Place(msgspec.Struct, frozen=True):
    """A place to fill in; ``sort`` "" for words of anybody."""

    name: str
    sort: str = ""


class Choice(msgspec.Struct, frozen=True):
    """Words that hang on the number at a place."""

    name: str
    one: str
    other: str


Part: TypeAlias = str | Place | Choice


class Group(msgspec.Struct, frozen=True):
    """Parts that stand together, or together may be missing."""

    parts: tuple[Part, ...]
    optional: bool = False

    def names(self) -> set[str]:
        """Return the places that it takes."""
        return {part.name for part in self.parts if not isinstance(part, str)}


class Form(msgspec.Struct, frozen=True):
    """A sentence in English and in another language: the same places in their order."""

    english: tuple[Group, ...]
    other: tuple[Group, ...]

    @property
    def expression(self) -> str:
        """The expression of RE2 that a whole English sentence fits."""
        return "(?s)" + "".join(_expression(group) for group in self.english)

    @property
    def sorts(self) -> dict[str, str]:
        """Sorts of the places by name."""
        return {part.name: part.sort for group in self.english for part in group.parts if isinstance(part, Place)}


def read_form(english: str, other: str) -> Form:
    """Return the form of two sentences as a catalogue writes them. Raises ValueError for what does not fit together."""
    form = Form(tuple(_groups(english)), tuple(_groups(other)))
    sorts = form.sorts
    if set(sorts) != _names(form.other, optional=True):
        raise ValueError(f"{english!r} and {other!r} differ in their places")
    if not _names(form.other, optional=False) <= _names(form.english, optional=False):
        raise ValueError(f"{other!r} needs places that may be missing in {english!r}")
    if unknown := set(sorts.values()) - SORTS.keys():
        raise ValueError(f"{english!r} has places of no known sort: {unknown}")
    return form


def fill(form: Form, shown: Mapping[str, str], singular: frozenset[str]) -> str:
    """Return the other language's sentence. ``shown`` are places as they are to be read, ``singular`` the ones of 1."""
    groups = (group for group in form.other if not group.optional or group.names() <= shown.keys())
    return "".join(_filled(part, shown, singular) for group in groups for part in group.parts)


def _names(groups: tuple[Group, ...], *, optional: bool) -> set[str]:
    """Return the places of groups: of all of them, or of those alone that are never missing."""
    return set().union(*(group.names() for group in groups if optional or not group.optional))


def _filled(part: Part, shown: Mapping[str, str], singular: frozenset[str]) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Place):
        return shown[part.name]
    return part.one if part.name in singular else part.other


def _expression(group: Group) -> str:
    inner = "".join(
        re2.escape(part) if isinstance(part, str) else f"(?P<{part.name}>{SORTS[getattr(part, 'sort', '')]})"
        for part in group.parts
    )
    return f"(?:{inner})?" if group.optional else inner


def _groups(text: str) -> Iterator[Group]:
    """Return the groups of a sentence as it is written. Raises ValueError for one that is not well-formed."""
    parts: list[Part] = []
    optional, end = False, 0
    for token in _TOKEN.finditer(text):
        if token.start() != end or (token[6] and optional) or (token[7] and not optional):
            break
        end = token.end()
        if token[6] or token[7]:
            if parts:
                yield Group(tuple(parts), optional)
            parts, optional = [], bool(token[6])
        elif token[8]:
            parts.append(token[8])
        else:
            parts.append(Place(token[1], token[2] or "") if token[1] else Choice(token[3], token[4], token[5]))
    if end != len(text) or optional:
        raise ValueError(f"{text!r} is not well-formed")
    if parts:
        yield Group(tuple(parts))
