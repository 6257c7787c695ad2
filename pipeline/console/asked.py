"""Where a request comes from, by its headers: from a page of ours, or one that has no business here. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})

_OWN_SITES: Final = frozenset({"same-origin", "none"})
"""What browsers say of requests from the page itself, and of those that somebody typed."""


def is_loopback(host: str) -> bool:
    """Whether an address or name is this machine and nobody else."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_of(authority: str) -> str:
    """Return the host of what a Host header says, in small letters, "" for nonsense."""
    try:
        parts = urlsplit(f"//{authority}")
        parts.port  # noqa: B018 - looked at, so that nonsense is found
    except ValueError:
        return ""
    plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    return (parts.hostname or "").rstrip(".") if plain else ""


def is_known_host(authority: str, hosts: Collection[str]) -> bool:
    """Whether a Host header names this machine or one of ``hosts``.

    A foreign name means that a page made a name of its own stand for this address, to read what is here.
    """
    host = host_of(authority)
    return bool(host) and (is_loopback(host) or host in {each.lower().rstrip(".") for each in hosts})


def is_own_page(headers: Mapping[str, str]) -> bool:
    """Whether what changes something was sent by a page of ours, or by no page at all."""
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site is not None and site not in _OWN_SITES:
        return False
    # Under the policy no-referrer browsers tell no origin of a form, but whether it is of this site.
    if origin is None or (origin == "null" and site is not None):
        return True
    return urlsplit(origin).netloc.lower() == headers.get("Host", "").lower()


def chosen_language(
    languages: Collection[str], wished: str | None, kept: str | None, accepted: str, default: str
) -> str:
    """Return the language that was asked for, chosen before, that a browser likes most, or the default."""
    for each in (wished, kept):
        if each in languages and each is not None:
            return each
    ranked: list[tuple[float, int, str]] = []
    for number, part in enumerate(accepted.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            rank = float(weight or 1)
        except ValueError:
            continue
        ranked.append((-rank, number, tag.partition("-")[0].strip().lower()))
    return next((tag for rank, _, tag in sorted(ranked) if tag in languages and rank < 0), default)
