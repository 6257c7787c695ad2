"""An endpoint as the configuration names it, with what is secret read from where it stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from pipeline.errors import ConfigError
from pipeline.notify.addresses import Network, checked_url, read_networks
from pipeline.notify.filters import Filter
from pipeline.notify.formats.all import FORMS
from pipeline.notify.formats.form import Form
from pipeline.notify.quiet import Quiet, read_quiet
from pipeline.notify.signing import read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.sections import EndpointSection


class Endpoint(msgspec.Struct, frozen=True):
    """A receiver of webhooks; ``keys`` sign, the newest first, ``key`` stands in bodies. Its repr tells no secret.

    ``spacing_s``: least seconds between two attempts; ``urgent``: severities that quiet hours do not hold back.
    """

    name: str
    url: str
    form: Form
    keys: tuple[bytes, ...]
    key: str
    networks: tuple[Network, ...]
    timeout_s: float
    asked: Filter
    quiet: Quiet | None
    urgent: frozenset[str]
    spacing_s: float
    in_flight: int

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
        form = FORMS[section.format]
        return Endpoint(
            name=name,
            url=checked_url(_resolved(section.url.get_secret_value(), environment), networks),
            form=form,
            keys=tuple(read_secret(_resolved(each, environment)) for each in section.secrets),
            key=_resolved(section.key, environment) if section.key else "",
            networks=networks,
            timeout_s=section.timeout_s,
            asked=Filter(
                types=frozenset(f"incident.{each}" for each in section.events) or form.types,
                kinds=frozenset(section.kinds),
                severities=frozenset(section.severities),
                streams=section.streams,
                min_score=section.min_score,
            ),
            quiet=read_quiet(section.quiet) if section.quiet else None,
            urgent=frozenset(section.quiet_but),
            spacing_s=60 / section.per_minute if section.per_minute else form.spacing_s,
            in_flight=section.in_flight,
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
