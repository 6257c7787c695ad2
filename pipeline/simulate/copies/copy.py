"""What all organic copies have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pipeline.simulate.part import Part, Role

if TYPE_CHECKING:
    from random import Random


class Copy(Part, frozen=True, kw_only=True):
    """An organic copy: its posts carry no label."""

    role: ClassVar[Role] = "copy"
    platform: str = "plaza"


def clock(random: Random, hour: int) -> str:
    """Return a time of day within an hour."""
    return f"{hour % 24:02d}:{random.randrange(60):02d}"
