"""Incidents by keyword, account, text or id: what was asked for stands in what is known of them. No I/O."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.incidents.fold import Standing
    from pipeline.page.source import Names

MOST_CHARS: Final = 200
"""Characters of what is asked for that are looked at."""

MOST_FOUND: Final = 100

Account = tuple[str, str, str | None]
"""Platform, id and name."""


class Haystack(msgspec.Struct, frozen=True):
    """What is searched of an incident, as it is compared; ``change`` and ``accounts`` tell what it was made of."""

    change: int
    accounts: int
    text: str


def folded(text: str) -> str:
    """Return text as it is compared: in compatibility form, without case, each space single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def asked_words(query: str) -> list[str]:
    """Return the words that are asked for, each as it is compared; what is asked of a name has no sign before it."""
    return [word.removeprefix("@") or word for word in folded(query[:MOST_CHARS]).split()]


def haystack(row: Standing, change: int, accounts: Sequence[Account], names: Names) -> Haystack:
    """Return what is searched of an incident: id, summary, keywords, texts, and accounts as they are shown."""
    event = row.event
    told = [row.incident_id, row.summary, row.verdict.note if row.verdict else ""]
    texts: list[str] = []
    if event is not None:
        told += event.data.keywords
        texts = [text for each in event.data.templates for text in (each.text, *each.samples)]
        if not names.pseudonyms:
            told += event.data.accounts.sample
    for platform, author_id, name in accounts:
        told.append(names.account(platform, author_id, name))
        if not names.pseudonyms:
            told.append(author_id)
    shown = [names.text(text) for text in texts]
    # As it was posted and as it reads: letters that look alike are one, and what is invisible is left out.
    parts = [*map(folded, (*told, *shown)), *map(normalise, shown)]
    return Haystack(change, len(accounts), "\n".join(parts))


def found(words: Sequence[str], candidates: Iterable[tuple[Standing, Haystack]]) -> list[Standing]:
    """Return the first incidents in which all words stand; nothing for no word."""
    rows: list[Standing] = []
    for row, each in candidates:
        if len(rows) == MOST_FOUND or not words:
            break
        if all(word in each.text for word in words):
            rows.append(row)
    return rows
