"""Links that the operator configured: the only live ones in a message. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from pipeline.notify.formats.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_LINKS: Final = 4
MOST_CHARS: Final = 1500
"""Characters of all links of a message: a link is left out whole, never cut."""

LABEL_CHARS: Final = 40
_SAFE: Final = "%:/?#[]@!$&'*+,;=~"
"""Kept in a URL besides letters, digits and ``-._``: nothing that ends a link in the markup of a chat."""

_NO_LABEL = re.compile(r"[^\w -]")


def usable_links(links: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return labels and URLs: http or https, in ASCII, without a password, as many as a message holds."""
    found: list[tuple[str, str]] = []
    room = MOST_CHARS
    for name, url in links.items():
        checked = _checked(url)
        if checked and len(checked) <= room and len(found) < MOST_LINKS:
            room -= len(checked)
            found.append((_NO_LABEL.sub("", visible(name))[:LABEL_CHARS].strip() or "link", checked))
    return tuple(found)


def _checked(url: str) -> str:
    """Return a URL that may stand in a message, "" for none."""
    try:
        parts = urlsplit(url)
        host, netloc = parts.hostname, parts.netloc
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host or not re.fullmatch(r"[\w.:\[\]-]+", netloc, re.ASCII):
        return ""
    return quote(url.strip(), safe=_SAFE) if url.isprintable() else ""
