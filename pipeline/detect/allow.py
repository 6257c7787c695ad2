"""Whom an operator vouches for: the entries of a stream's allow list, and the lines that change it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta

from pipeline.errors import LineError
from pipeline.times import event_time

if TYPE_CHECKING:
    from collections.abc import Iterable

ADD: Final = "allow-add"
REMOVE: Final = "allow-remove"
"""Actions of the control lines that change the list of a stream."""

MAX_ALLOWED: Final = 1000
"""Entries of a stream."""

MAX_AUTHOR: Final = 128
MAX_NOTE: Final = 2000
"""Characters of an operator's name, and of what is noted with a change."""

AllowKind = Literal["account", "domain", "cluster"]
KINDS: Final[tuple[AllowKind, ...]] = get_args(AllowKind)

_FORMS: Final[dict[AllowKind, tuple[re.Pattern[str], str]]] = {
    "account": (re.compile(r"[^\0]{1,512}"), "an id, as posts have it"),
    "domain": (re.compile(r"[^\s/?#@\\\0]{1,253}"), "a domain such as example.com, without scheme and path"),
    "cluster": (re.compile(r"[0-9a-f]{16}"), "16 hexadecimal digits, as the templates of an incident have them"),
}


class AllowList(msgspec.Struct, frozen=True):
    """Accounts, link domains and clusters of texts that an operator vouches for."""

    accounts: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    clusters: frozenset[str] = frozenset()


NOBODY: Final = AllowList()


class Allowed(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry; ``until`` is the event time (ms) from which it no longer counts, None for never."""

    kind: AllowKind
    value: str
    until: int | None = None
    author: str = ""
    note: str = ""

    @property
    def key(self) -> str:
        """What another entry takes the place of."""
        return f"{self.kind}:{self.value}"

    def lives(self, now: int) -> bool:
        """Whether it counts at an event time (ms)."""
        return self.until is None or now < self.until


class _Value(msgspec.Struct, frozen=True, omit_defaults=True):
    kind: AllowKind
    value: str
    until: str | None = None
    author: Annotated[str, Meta(max_length=MAX_AUTHOR)] = ""


_value_decoder = msgspec.json.Decoder(_Value)
_stored_decoder = msgspec.json.Decoder(Allowed)


def write_value(kind: AllowKind, value: str, until: str | None = None, author: str = "") -> str:
    """Return the ``value`` of a control line; ``until`` is RFC 3339. Raises LineError for what is not UTF-8."""
    try:
        return msgspec.json.encode(_Value(kind, value, until, author)).decode()
    except UnicodeEncodeError:
        raise LineError("bad-allow", f"{value!r}: value or author is not UTF-8") from None


def read_entry(value: str | None, note: str | None = None) -> Allowed:
    """Return the entry of a control line. Raises LineError for one that fits nothing."""
    if value is None:
        raise LineError("bad-allow", 'a value is missing, such as {"kind": "domain", "value": "example.com"}')
    try:
        said = _value_decoder.decode(value)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise LineError("bad-allow", f"{value[:60]!r} is no entry: {error}") from None
    if note is not None and len(note) > MAX_NOTE:
        raise LineError("bad-allow", f"a note of {len(note):,} characters, at most {MAX_NOTE:,} are kept")
    until = None if said.until is None else event_time("until", said.until)
    return Allowed(said.kind, _compared(said.kind, said.value), until, said.author, note or "")


def read_change(action: str, value: str | None, note: str | None) -> tuple[str, str] | None:
    """Return the key that a control line changes and the entry to be kept, "" for none; None for another action."""
    if action not in (ADD, REMOVE):
        return None
    entry = read_entry(value, note)
    return entry.key, msgspec.json.encode(entry).decode() if action == ADD else ""


def stored_entry(value: bytes) -> Allowed:
    """Return an entry as it is kept, which was looked at before."""
    return _stored_decoder.decode(value)


def joined(configured: AllowList, entries: Iterable[Allowed], now: int) -> AllowList:
    """Return what is configured for all streams with those of a stream's entries that live at an event time (ms)."""
    living = [each for each in entries if each.lives(now)]
    if not living:
        return configured
    named = {kind: frozenset(each.value for each in living if each.kind == kind) for kind in KINDS}
    return AllowList(
        configured.accounts | named["account"],
        configured.domains | named["domain"],
        configured.clusters | named["cluster"],
    )


def _compared(kind: AllowKind, value: str) -> str:
    """Return a value as it is held against what was posted. Raises LineError."""
    value = value.strip()
    if kind == "domain":
        value = value.lower().removeprefix("www.").rstrip(".")
    elif kind == "cluster":
        value = value.lower()
    form, wanted = _FORMS[kind]
    if not form.fullmatch(value):
        raise LineError("bad-allow", f"{value[:60]!r} is not what names a {kind}: {wanted}")
    return value
