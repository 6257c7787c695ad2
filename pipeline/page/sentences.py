"""Sentences that events tell in English, said in another language.

Texts and names of strangers stand in them, so they are looked at with RE2: in linear time, whatever they are.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import re2
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list

from pipeline.page.forms import fill, read_form
from pipeline.page.writing import catalogue, moment, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.page.forms import Form
    from pipeline.page.writing import Language

_MONTHS: Final = {name: month for month, name in Locale("en").months["format"]["wide"].items()}


def sentence(english: str, language: Language) -> str:
    """Return an English sentence in a language; one that is not known stays as it is."""
    return translated(english, language) or english


@lru_cache(maxsize=4096)
def translated(english: str, language: Language) -> str | None:
    """Return an English sentence in a language, None where its form is not known."""
    return english if language == "en" else _sentences(language).translated(english)


class Sentences:
    """The sentences of a language."""

    def __init__(self, language: Language) -> None:
        said = catalogue(f"sentences.{language}")
        self.forms: list[Form] = [read_form(each["en"], each[language]) for each in said["form"]]
        self.locale = Locale(language)
        self._things: dict[str, list[str]] = said["things"]
        self._durations: dict[str, list[str]] = said["durations"]
        quoted: str = said["marks"]["quoted"]
        self._words = catalogue(language)
        self._ways: dict[str, Callable[[str], str]] = {
            "": str,
            "number": self._number,
            "percent": self._percent,
            "duration": self._duration,
            "date": self._date,
            "moment": self._moment,
            "things": self._listed,
            "quoted": lambda raw: quoted.format(raw[1:-1]),
        }
        self._compiled = [re2.compile(form.expression) for form in self.forms]
        self._which = re2.Set.FullMatchSet()
        for form in self.forms:
            self._which.Add(form.expression)
        self._which.Compile()

    def which(self, english: str) -> int | None:
        """Return the place of the first form that a sentence fits, None for none."""
        try:
            return min(self._which.Match(english) or (), default=None)
        except UnicodeEncodeError:
            return None

    def translated(self, english: str) -> str | None:
        """Return an English sentence in this language, None where its form is not known."""
        place = self.which(english)
        found = None if place is None else self._compiled[place].fullmatch(english)
        if place is None or found is None:
            return None
        form, sorts = self.forms[place], self.forms[place].sorts
        told = {name: raw for name, raw in found.groupdict().items() if raw is not None}
        try:
            shown = {name: self._shown(sorts[name], raw) for name, raw in told.items()}
        except (KeyError, ValueError, ArithmeticError):
            return None
        return fill(form, shown, frozenset(name for name, raw in told.items() if raw == "1"))

    def _shown(self, sort: str, raw: str) -> str:
        """Return what stands at a place as this language writes it.

        Raises KeyError, ValueError or ArithmeticError for what only looks like it.
        """
        way = self._ways.get(sort)
        if way is not None:
            return way(raw)
        word: str = self._words[sort][raw]
        return word

    def _percent(self, raw: str) -> str:
        return f"{self._number(raw.rstrip(' %'))}\N{NO-BREAK SPACE}%"

    def _duration(self, raw: str) -> str:
        count, unit = raw.split(" ")
        return self._counted(count, self._durations[unit.removesuffix("s")])

    def _date(self, raw: str) -> str:
        day, month, year = raw.split(" ")
        return str(format_date(date(int(year), _MONTHS[month], int(day)), "long", locale=self.locale))

    def _moment(self, raw: str) -> str:
        return moment(datetime.fromisoformat(raw).timestamp() * 1000, self.locale)

    def _listed(self, raw: str) -> str:
        pairs = (each.split(" ", 1) for each in raw.split(" and "))
        return str(format_list([self._counted(count, self._things[what]) for count, what in pairs], locale=self.locale))

    def _number(self, raw: str) -> str:
        return number(float(raw.replace(",", "")), self.locale)

    def _counted(self, count: str, forms: list[str]) -> str:
        return f"{self._number(count)} {forms[count != '1']}"


@lru_cache(maxsize=8)
def _sentences(language: Language) -> Sentences:
    return Sentences(language)
