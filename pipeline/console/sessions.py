"""Who may look, and whose form it is: sessions and form tokens signed with a key of this process. No I/O."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import SecretStr

_BYTES: Final = 24


class Sessions:
    """Sessions of ``hours`` that the token opens, None where none is needed; ``clock`` tells seconds since the epoch.

    The key is made anew by each process: a restart ends all sessions, and the token itself is in no cookie.
    """

    def __init__(self, token: SecretStr | None, hours: float, clock: Callable[[], float]) -> None:
        self._token = token.get_secret_value().encode() if token else None
        self._key = secrets.token_bytes(32)
        self._clock = clock
        self.lasts_s = int(hours * 3600)

    @property
    def asked(self) -> bool:
        """Whether a token is needed at all."""
        return self._token is not None

    def opens(self, told: str) -> bool:
        """Whether this is the token; how long the answer takes tells nothing of it."""
        if self._token is None:
            return False
        # Of digests: theirs have one length, so not even the token's length is told.
        theirs, ours = (hmac.digest(self._key, each, "sha256") for each in (told.encode(), self._token))
        return hmac.compare_digest(theirs, ours)

    def begin(self) -> str:
        """Return the value of the cookie of a new session."""
        until = f"{int(self._clock()) + self.lasts_s}.{secrets.token_urlsafe(_BYTES)}"
        return f"{until}.{self._signed('session', until)}"

    def holds(self, value: str) -> bool:
        """Whether a cookie is of a session that is not over."""
        told, _, signature = value.rpartition(".")
        if not told or not self._fits("session", told, signature):
            return False
        return int(told.partition(".")[0]) > self._clock()

    def form_token(self, browser: str) -> str:
        """Return what forms hold that are sent to a browser: nobody else's fit."""
        return self._signed("form", browser)

    def is_form_of(self, token: str, browser: str) -> bool:
        """Whether a form was sent to this browser."""
        return bool(browser) and self._fits("form", browser, token)

    def _signed(self, what: str, told: str) -> str:
        digest = hmac.digest(self._key, f"{what}\0{told}".encode("utf-8", "surrogatepass"), "sha256")
        return urlsafe_b64encode(digest).decode().rstrip("=")

    def _fits(self, what: str, told: str, signature: str) -> bool:
        return hmac.compare_digest(self._signed(what, told).encode(), signature.encode("utf-8", "surrogatepass"))


def new_browser() -> str:
    """Return the value of the cookie by which a browser is known again."""
    return secrets.token_urlsafe(_BYTES)
