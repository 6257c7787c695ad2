"""Links that lead to the same place, told by host and path."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTENERS: Final = frozenset(
    ("t.co", "bit.ly", "goo.gl", "ow.ly", "dlvr.it", "fb.me", "tinyurl.com", "is.gd", "j.mp", "buff.ly", "twitter.com")
)
"""Domains that say nothing of where a link leads."""

_PLAIN: Final = re.compile(r"https?://([!$-.0-;=@-Z_a-z~]*)(/[!$->@-Z_a-z~]*)?(?:[?#][!-~]*)?", re.IGNORECASE)
"""Nearly every link; urllib, which takes three times as long, for the others."""


LINK: Final = re.compile(r"https?://\S+")
"""A link in a text."""


def link_domains(texts: Iterable[str]) -> set[str]:
    """Return the sites that texts link to, those of shorteners aside."""
    links = (link for text in texts for link in LINK.findall(text))
    return {link_target(link).split("/", 1)[0] for link in links} - SHORTENERS


@lru_cache(maxsize=4096)
def link_target(url: str) -> str:
    """Return host and path of a link, without scheme, ``www.``, query and trailing slash."""
    if plain := _PLAIN.fullmatch(url):
        host, path = plain.groups("")
        return f"{host.lower().removeprefix('www.')}{path.rstrip('/')}"
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:  # brackets that are no IPv6 address: taken as it is
        return url
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}"
