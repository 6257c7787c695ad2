"""How accounts are shown: as they are in the data, or as keyed pseudonyms."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from pipeline.text.pseudonyms import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr


class AsTheyAre:
    """Accounts by the names that their posts told, by their ids where these told none."""

    pseudonyms = False
    once = False

    def account(self, platform: str, author_id: str, name: str | None = None) -> str:  # noqa: ARG002 - one for all
        """Return the name of an account."""
        return name or author_id

    def text(self, text: str, platform: str = "") -> str:  # noqa: ARG002 - one for all
        """Return a text as it is."""
        return text


class Pseudonymous:
    """Accounts, and who is mentioned in texts, by pseudonyms; an account that has one already keeps it.

    ``once``: the key is drawn for this time alone, so that nothing else gives the same pseudonyms.
    """

    pseudonyms = True

    def __init__(self, key: bytes, *, once: bool = False) -> None:
        self._hidden = Shown(key)
        self.once = once

    def account(self, platform: str, author_id: str, name: str | None = None) -> str:  # noqa: ARG002 - names vary
        """Return the pseudonym of an account: of its id, for a name may change."""
        return self._hidden.of_id(platform, author_id)

    def text(self, text: str, platform: str = "") -> str:
        """Return a text with pseudonyms of those whom it mentions."""
        return self._hidden.in_text(platform, text)


def pseudonymous(key: SecretStr | None) -> Pseudonymous:
    """Return pseudonyms under a key, under one of which nobody will know where there is none."""
    if key is None:
        return Pseudonymous(secrets.token_bytes(32), once=True)
    return Pseudonymous(key.get_secret_value().encode())


def usual_platform(platforms: Mapping[str, int]) -> str:
    """Return the platform of most accounts, "" for none: sentences name accounts without saying where they are."""
    return min(platforms, key=lambda name: (-platforms[name], name), default="")
