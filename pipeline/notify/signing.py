"""Signatures of Standard Webhooks 1.0.0 (standardwebhooks.com): HMAC-SHA256 over id, time and body. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX: Final = "whsec_"
LEAST_BYTES: Final = 24
MOST_BYTES: Final = 64

ID_HEADER: Final = "webhook-id"
TIMESTAMP_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"


def new_secret() -> str:
    """Return a fresh secret as it is written down."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def read_secret(written: str) -> bytes:
    """Return the bytes of a secret. Raises ConfigError, which does not tell any of it."""
    try:
        secret = base64.b64decode(written.strip().removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ConfigError(f"a webhook secret is base64 behind {PREFIX!r}; this one is not") from None
    if not LEAST_BYTES <= len(secret) <= MOST_BYTES:
        raise ConfigError(f"a webhook secret has {LEAST_BYTES} to {MOST_BYTES} bytes; this one has {len(secret)}")
    return secret


def webhook_id(incident_id: str, revision: int, endpoint: str) -> str:
    """Return the id of a delivery: the same whenever the same event is sent to the same endpoint again."""
    digest = blake2b(f"{incident_id}\0{revision}\0{endpoint}".encode(), digest_size=16)
    return f"msg_{digest.hexdigest()}"


def signed_headers(name: str, timestamp: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the headers of an attempt at ``timestamp`` (s): while secrets are changed, a signature with each."""
    signed = f"{name}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)
    return {
        ID_HEADER: name,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: " ".join(f"v1,{signature}" for signature in signatures),
    }
