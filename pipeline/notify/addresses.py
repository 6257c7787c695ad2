"""Where a webhook may go: URLs and addresses that lead into a network of the operator's own are refused. Pure.

Addresses are judged as they are connected to, so neither a name that resolves to something else the second time nor a
number written in another way gets around it.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS: Final = (None, 443, 8443)
"""Ports of endpoints on the public network, None where the URL names none."""

_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE: Final = IPv6Network("::/96")


def checked_url(url: str, allowed: Sequence[Network]) -> str:
    """Return the URL of an endpoint. Raises ConfigError, which names no more of it than its host.

    Only https, and there only the usual ports, unless the operator has allowed networks for the endpoint. Nobody's name
    and password are in it.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigError("the URL of an endpoint is not valid") from None
    if not host:
        raise ConfigError("the URL of an endpoint has no host")
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed):
        raise ConfigError(f"{host}: an endpoint is https://, or http:// in a network that it is allowed")
    if port not in PORTS and not allowed:
        raise ConfigError(f"{host}: port {port} is not one of {', '.join(map(str, PORTS[1:]))}")
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"{host}: name and password do not belong into the URL of an endpoint")
    return url


def refusal(host: str, allowed: Sequence[Network]) -> str:
    """Return why an address may not be connected to, "" where it may; in an allowed network all may."""
    address = ip_address(host.partition("%")[0])
    if any(each.version == address.version and address in each for each in allowed):
        return ""
    inner = embedded(address)
    if inner is not None:
        reason = refusal(str(inner), allowed)
        return f"{address} stands for {reason}" if reason else ""
    if address.is_multicast:
        return f"{address}, which is multicast"
    return "" if address.is_global else f"{address}, which is not public"


def embedded(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to: mapped, compatible, of NAT64, 6to4 or Teredo."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if any(address in each for each in _NAT64) or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def read_networks(written: Sequence[str]) -> tuple[Network, ...]:
    """Return networks such as ``10.0.0.0/8``. Raises ConfigError naming the one that is none."""
    found: list[Network] = []
    for each in written:
        try:
            found.append(ip_network(each))
        except ValueError as error:
            raise ConfigError(f"allowed networks of an endpoint: {error}") from None
    return tuple(found)
