"""The benign gate: what explains a find without a campaign. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

Reason = Literal["app", "share-button", "template", "syndication", "feed", "fans", "hyperactive", "allowed"]


class Suppression(msgspec.Struct, frozen=True):
    """Why a find is not worth an alert: a named reason and a sentence for people."""

    reason: Reason
    text: str
