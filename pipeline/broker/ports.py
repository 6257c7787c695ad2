"""Ports of a broker on loopback."""

from __future__ import annotations

import random
import socket
from typing import NamedTuple

from pipeline.errors import BrokerError, UserError

_RANGE = range(20_000, 30_000)
"""Below what systems give to outgoing connections: there a client that waits for a dead broker would now and then
be given the broker's own port, connect to itself, and keep the broker from coming back."""

_TRIES = 200


class Ports(NamedTuple):
    """Where clients come, and where the controller is."""

    client: int
    controller: int


def is_free(port: int) -> bool:
    """Whether a server may listen there."""
    with socket.socket() as probe:
        # As Java's servers do on POSIX: what is left of closed connections is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose(client: int | None = None) -> Ports:
    """Return free ports, with the one for clients if it is given. Raises UserError where that one is taken."""
    if client is not None and not is_free(client):
        raise UserError(f"port {client} of 127.0.0.1 is in use; give another one")
    found = [port for port in random.sample(_RANGE, _TRIES) if port != client and is_free(port)][:2]
    if len(found) < len(Ports._fields):
        raise BrokerError(f"no free port of 127.0.0.1 between {_RANGE.start} and {_RANGE.stop}")
    return Ports(client or found[1], found[0])
