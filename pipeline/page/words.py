"""The words of pages in a language: catalogues of keys, and numbers and times as that language writes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from babel import Locale
from babel.dates import format_timedelta
from babel.numbers import format_percent

from pipeline.page.sentences import translated
from pipeline.page.writing import LANGUAGES, Language, catalogue, moment, number

__all__ = ["LANGUAGES", "Language", "Words", "catalogue"]


class Words:
    """What a page says in one language. A key that a catalogue lacks is a KeyError: no page is half translated."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.locale = Locale(language)
        self._said = catalogue(language)

    def __call__(self, key: str, n: float | None = None, /, **values: object) -> str:
        """Return what stands under a dotted key, filled in; of a plural the form for ``n``, which is filled in, too."""
        said: Any = self._said
        for part in key.split("."):
            said = said[part]
        if n is not None:
            form = self.locale.plural_form(n)
            said, values = said.get(form, said["other"]), {"n": self.number(n), **values}
        if not isinstance(said, str):
            raise KeyError(key)
        return said.format(**values)

    def label(self, table: str, name: str) -> str:
        """Return what a table calls something, and its own name where the table does not know it.

        Signals of a worker that is newer than who shows them have names that are not known yet.
        """
        known: dict[str, str] = self._said[table]
        return known.get(name, name)

    def part(self, key: str) -> dict[str, Any]:
        """Return all that stands beneath a key, such as what the scripts of a page say."""
        found: dict[str, Any] = self._said[key]
        return found

    def sentence(self, english: str) -> str:
        """Return a sentence that an event tells in English; one that is not known stays as it is."""
        return translated(english, self.language) or english

    def untranslated(self, english: str) -> bool:
        """Whether a sentence stays English in a page that is not."""
        return bool(english) and translated(english, self.language) is None

    def number(self, value: float) -> str:
        """Return a number with at most 4 significant digits after the point, and its thousands told apart."""
        return number(value, self.locale)

    def percent(self, share: float) -> str:
        """Return a share as percent."""
        form = str(self.locale.percent_formats[None].pattern)
        if 0 < share < 0.1:
            form = form.replace("##0", "##0.#")
        return str(format_percent(share, format=form, locale=self.locale))

    def moment(self, ms: int, *, seconds: bool = False) -> str:
        """Return an event time in UTC."""
        return moment(ms, self.locale, seconds=seconds)

    def span(self, ms: float) -> str:
        """Return a length of time in its largest unit, such as 47 minutes."""
        return str(format_timedelta(timedelta(milliseconds=ms), threshold=1.5, locale=self.locale))
