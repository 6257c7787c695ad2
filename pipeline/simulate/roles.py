"""Who plays which role in a simulated stream: what a benchmark checks against, and no detector reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

from pipeline.errors import RecordingError


class CampaignRole(msgspec.Struct):
    """A campaign's accounts; ``targets`` are ordinary accounts that a ring was paid to repost."""

    kind: str
    accounts: list[str]
    targets: list[str] = []


class CopyRole(msgspec.Struct):
    """Accounts that took part in an organic copy."""

    kind: str
    accounts: list[str]


class Roles(msgspec.Struct):
    """Roles by the name of the part; all lists are sorted."""

    scenario: str
    seed: int
    campaigns: dict[str, CampaignRole] = {}
    joiners: dict[str, list[str]] = {}
    copies: dict[str, CopyRole] = {}


def write_roles(path: Path, roles: Roles) -> None:
    """Write roles as JSON. Raises RecordingError where the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(roles)) + b"\n")
    except OSError as error:
        raise RecordingError(f"{path}: cannot be written: {error.strerror}") from None
