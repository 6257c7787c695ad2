"""URLs with fields in braces, as operators write them for the links of incidents. Pure."""

from __future__ import annotations

from string import Formatter
from typing import Final
from urllib.parse import urlsplit

from pipeline.errors import ConfigError

FIELDS: Final = ("incident_id", "stream", "kind", "severity", "from", "to")
"""What a URL may ask for; ``from`` and ``to`` are the incident's first and last post, in ms since the epoch."""


def checked_template(url: str) -> str:
    """Return a URL with fields in braces. Raises ConfigError for one that cannot be filled in."""
    try:
        asked = [name for _, name, _, _ in Formatter().parse(url) if name is not None]
    except ValueError as error:
        raise ConfigError(f"{url!r}: {error}") from None
    if unknown := [name for name in asked if name not in FIELDS]:
        raise ConfigError(f"{url!r} asks for {{{unknown[0]}}}; there are {', '.join(f'{{{each}}}' for each in FIELDS)}")
    try:
        parts = urlsplit(url.format(**dict.fromkeys(FIELDS, "x")))
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.password is None
    except (ValueError, LookupError):
        usable = False
    if not usable:
        raise ConfigError(f"{url!r} is no http:// or https:// URL without a password")
    return url
