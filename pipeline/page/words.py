"""The words of pages in a language: catalogues of keys, and numbers and times as that language writes them."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent

Language = Literal["en", "de"]

LANGUAGES: Final[tuple[Language, ...]] = ("en", "de")

_TIMES: Final[dict[Language, str]] = {"en": "d MMM y, HH:mm", "de": "d. MMM y, HH:mm"}


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

    def part(self, key: str) -> dict[str, Any]:
        """Return all that stands beneath a key, such as what the scripts of a page say."""
        found: dict[str, Any] = self._said[key]
        return found

    def number(self, value: float) -> str:
        """Return a number with at most 4 significant digits after the point, and its thousands told apart."""
        shown = float(f"{value:.4g}") if abs(value) < 1000 else round(value)
        return str(format_decimal(shown, locale=self.locale, decimal_quantization=False))

    def percent(self, share: float) -> str:
        """Return a share as percent."""
        form = str(self.locale.percent_formats[None].pattern)
        if 0 < share < 0.1:
            form = form.replace("##0", "##0.#")
        return str(format_percent(share, format=form, locale=self.locale))

    def moment(self, ms: int, *, seconds: bool = False) -> str:
        """Return an event time in UTC."""
        form = _TIMES[self.language] + (":ss" if seconds else "")
        return str(format_datetime(datetime.fromtimestamp(ms / 1000, UTC), form, locale=self.locale))

    def span(self, ms: float) -> str:
        """Return a length of time in its largest unit, such as 47 minutes."""
        return str(format_timedelta(timedelta(milliseconds=ms), threshold=1.5, locale=self.locale))


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: Language) -> dict[str, Any]:
    """Return all keys of a language."""
    return tomllib.loads((files("pipeline.page") / "locale" / f"{language}.toml").read_text())
