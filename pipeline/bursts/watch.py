"""The watch list: what an operator has followed whether or not it bursts, and the lines that change it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import re2
from msgspec import Meta

from pipeline.bursts.patterns import MAX_CHARS, MAX_SIZE, Expression, expression, options, padded
from pipeline.errors import LineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ADD: Final = "watch-add"
REMOVE: Final = "watch-remove"
"""Actions of the control lines that change the list of a stream."""

MAX_WATCHES: Final = 1000
"""Patterns of a stream."""

_SET_SIZE: Final = 200 * MAX_SIZE
_SET_BYTES: Final = 2**25
"""Instructions and bytes of patterns that are searched together: the second leaves RE2 room to work with the first."""

_MAX_SIGNIFICANCE: Final = 1e6


class Watch(msgspec.Struct, frozen=True, omit_defaults=True):
    """A pattern that is followed, and from when on its posts are a burst.

    ``label`` is shown in its place where there is one. ``posts`` of a window and ``significance`` make a burst of it;
    None leaves that to what holds for all keywords.
    """

    pattern: str
    label: Annotated[str, Meta(max_length=MAX_CHARS)] = ""
    posts: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    significance: Annotated[float, Meta(gt=0, le=_MAX_SIGNIFICANCE)] | None = None

    @property
    def name(self) -> str:
        """What is shown."""
        return self.label or self.pattern


_decoder = msgspec.json.Decoder(Watch)


def read_watch(value: str | bytes | None) -> Watch:
    """Return the watch of a control line's ``value``. Raises LineError for one that cannot be followed."""
    watch = _decoded(value)
    expression(watch.pattern)
    return watch


def write_watch(watch: Watch) -> str:
    """Return the ``value`` of a control line. Raises LineError for a watch that would be refused."""
    try:
        value = msgspec.json.encode(watch).decode()
    except UnicodeEncodeError:
        raise LineError("bad-watch", f"{watch.pattern!r}: pattern or label is not UTF-8") from None
    if read_watch(value).significance != watch.significance:
        raise LineError("bad-watch", f"{watch.pattern!r}: a significance of {watch.significance} is no number")
    return value


def stored_watch(value: bytes) -> Watch:
    """Return a watch as it is kept, which was looked at before."""
    return _decoder.decode(value)


def read_change(action: str, value: str | None) -> tuple[str, str] | None:
    """Return the pattern that a control line changes and the watch to be kept, "" for none; None for another action.

    Raises LineError. What is taken off the list need not be a pattern that could be put on it.
    """
    if action == ADD:
        watch = read_watch(value)
        return watch.pattern, write_watch(watch)
    return (_decoded(value).pattern, "") if action == REMOVE else None


def _decoded(value: str | bytes | None) -> Watch:
    """Return a watch with its pattern as it is compared with others: without space around it."""
    if value is None:
        raise LineError("bad-watch", 'a value is missing, such as {"pattern": "#tag"}')
    try:
        watch = _decoder.decode(value)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise LineError("bad-watch", f"{value[:60]!r} is no watch: {error}") from None
    pattern = watch.pattern.strip()
    if not pattern or len(pattern) > MAX_CHARS:
        expression(pattern)
    return msgspec.structs.replace(watch, pattern=pattern)


class WatchList:
    """What is followed, each pattern once, ordered by pattern. Does not change: what changes it returns another."""

    def __init__(self, entries: Iterable[Watch] = ()) -> None:
        known = {watch.pattern: watch for watch in entries}
        self.entries: tuple[Watch, ...] = tuple(watch for _, watch in sorted(known.items()))

    def added(self, watch: Watch) -> WatchList:
        """Return the list with a watch, in place of one of the same pattern. Raises LineError for what cannot be."""
        expression(watch.pattern)
        found = WatchList((*self.entries, watch))
        if len(found.entries) > max(MAX_WATCHES, len(self.entries)):
            raise LineError("bad-watch", f"{watch.pattern!r}: {MAX_WATCHES:,} are followed already: remove one first")
        return found

    def removed(self, pattern: str) -> WatchList:
        """Return the list without a pattern."""
        return WatchList(watch for watch in self.entries if watch.pattern != pattern)

    def matches(self, texts: Sequence[str]) -> list[tuple[int, int]]:
        """Return which entries are in which texts, as pairs of numbers in their order.

        A text is normalised, with its links and mentions behind it as `pipeline.text.keywords` names them, all
        separated by single spaces.
        """
        if not self.entries:
            return []
        of_words, of_texts = self._sets
        found: list[tuple[int, int]] = []
        for number, text in enumerate(texts):
            hits = of_words.matches(padded(text)) + of_texts.matches(text)
            found += [(number, entry) for entry in sorted(hits)]
        return found

    @cached_property
    def _sets(self) -> tuple[_Sets, _Sets]:
        """The patterns, ready to be searched: those of words and those of texts."""
        rows = [(number, expression(watch.pattern)) for number, watch in enumerate(self.entries)]
        return _Sets(row for row in rows if row[1].is_padded), _Sets(row for row in rows if not row[1].is_padded)


class _Sets:
    """Numbered expressions that are searched in one pass; in several where they are too large for one."""

    def __init__(self, rows: Iterable[tuple[int, Expression]]) -> None:
        parts: list[list[tuple[int, Expression]]] = []
        room = 0
        for row in rows:
            room -= row[1].size
            if room < 0:
                parts.append([])
                room = _SET_SIZE - row[1].size
            parts[-1].append(row)
        self._sets = [(_compiled(part), [number for number, _ in part]) for part in parts]

    def matches(self, text: str) -> list[int]:
        """Return the numbers of those that are in a text."""
        raw = text.encode("utf-8", "surrogatepass") if self._sets else b""
        return [numbers[hit] for each, numbers in self._sets for hit in each.Match(raw) or ()]


def _compiled(part: Sequence[tuple[int, Expression]]) -> re2.Set:
    found = re2.Set.SearchSet(options(_SET_BYTES))
    for _, each in part:
        found.Add(each.text)
    found.Compile()
    return found
