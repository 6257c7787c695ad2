"""Asks a broker for metadata by hand: a client that finds no broker keeps its threads and sockets."""

from __future__ import annotations

import contextlib
import socket
import struct

_CLIENT = b"turfwatch"
_REQUEST = struct.pack(f">hhih{len(_CLIENT)}si", 3, 1, 1, len(_CLIENT), _CLIENT, 0)
"""API 3 (metadata), version 1, correlation id, client id, and no topics."""

_ANSWER = struct.Struct(">iii")
"""Size, correlation id, number of brokers."""


def answers(port: int, timeout_s: float = 2.0) -> bool:
    """Whether a broker on loopback answers with at least one broker: a port that is open is not yet a broker."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout_s) as connection:
        connection.sendall(struct.pack(">i", len(_REQUEST)) + _REQUEST)
        with connection.makefile("rb") as stream:
            head = stream.read(_ANSWER.size)
        if len(head) == _ANSWER.size:
            _, correlation, brokers = _ANSWER.unpack(head)
            return bool(correlation == 1 and brokers > 0)
    return False
