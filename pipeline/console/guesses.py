"""How often an address may give a wrong token: a few times at once, then one each few seconds. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE: Final = 5
EVERY_S: Final = 5.0
MOST_ADDRESSES: Final = 1024
"""Addresses that are remembered; the one that guessed longest ago is forgotten first."""


class Guesses:
    """Wrong tokens by address; ``clock`` tells seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._free_at: dict[str, float] = {}

    def wait_s(self, address: str) -> float:
        """Return the seconds until an address may try again, 0 for now."""
        ahead = self._free_at.get(address, 0.0) - self._clock()
        return max(0.0, ahead - (AT_ONCE - 1) * EVERY_S)

    def wrong(self, address: str) -> None:
        """Count a wrong token."""
        free_at = max(self._free_at.pop(address, 0.0), self._clock()) + EVERY_S
        self._free_at[address] = free_at
        if len(self._free_at) > MOST_ADDRESSES:
            del self._free_at[next(iter(self._free_at))]
