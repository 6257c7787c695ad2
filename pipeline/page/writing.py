"""How a language writes numbers and times, and what its catalogues hold."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from babel.dates import format_datetime
from babel.numbers import format_decimal

if TYPE_CHECKING:
    from babel import Locale

Language = Literal["en", "de"]

LANGUAGES: Final[tuple[Language, ...]] = ("en", "de")

_TIMES: Final = {"en": "d MMM y, HH:mm", "de": "d. MMM y, HH:mm"}


@lru_cache(maxsize=16)
def catalogue(name: str) -> dict[str, Any]:
    """Return a file of words: a language's keys by its name, what its sentences are made of as ``sentences.de``."""
    return tomllib.loads((files("pipeline.page") / "locale" / f"{name}.toml").read_text(encoding="utf-8"))


def number(value: float, locale: Locale) -> str:
    """Return a number with at most 4 significant digits after the point, and its thousands told apart."""
    shown = float(f"{value:.4g}") if abs(value) < 1000 else round(value)
    return str(format_decimal(shown, locale=locale, decimal_quantization=False))


def moment(ms: float, locale: Locale, *, seconds: bool = False) -> str:
    """Return an event time (ms) in UTC."""
    form = _TIMES[locale.language] + (":ss" if seconds else "")
    return str(format_datetime(datetime.fromtimestamp(ms / 1000, UTC), form, locale=locale))
