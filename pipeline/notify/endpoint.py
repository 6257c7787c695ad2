"""An endpoint as the configuration names it, with what is secret read from where it stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from pipeline.errors import ConfigError
from pipeline.notify.addresses import Network, checked_url, read_networks
from pipeline.notify.signing import read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.sections import EndpointSection


class Endpoint(msgspec.Struct, frozen=True):
    """A receiver of webhooks; ``keys`` sign, the newest first. Its repr tells nothing that is secret."""

    name: str
    url: str
    keys: tuple[bytes, ...]
    networks: tuple[Network, ...]
    timeout_s: float

    @property
    def host(self) -> str:
        """Host that it lies at: of a URL no more is shown."""
        return urlsplit(self.url).hostname or ""

    def __repr__(self) -> str:
        return f"Endpoint({self.name!r})"


def read_endpoint(name: str, section: EndpointSection, environment: Mapping[str, str] = os.environ) -> Endpoint:
    """Return an endpoint ready to be sent to. Raises ConfigError, which names it and tells no secret."""
    try:
        networks = read_networks(section.networks)
        return Endpoint(
            name=name,
            url=checked_url(_resolved(section.url.get_secret_value(), environment), networks),
            keys=tuple(read_secret(_resolved(each, environment)) for each in section.secrets),
            networks=networks,
            timeout_s=section.timeout_s,
        )
    except ConfigError as error:
        raise ConfigError(f"endpoint {name}: {error}") from None


def _resolved(value: str, environment: Mapping[str, str]) -> str:
    """Return what a reference stands for; what is none stands for itself."""
    kind, _, place = value.partition(":")
    if kind == "env":
        if place not in environment:
            raise ConfigError(f"the variable {place} is not set")
        return environment[place].strip()
    if kind == "file":
        try:
            return Path(place).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{place} cannot be read: {getattr(error, 'strerror', None) or 'no text'}") from None
    return value
