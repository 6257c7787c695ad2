"""How often those who looked into incidents found a campaign. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from pipeline.detect.assess import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.incidents.answer import Verdict


class Precision(msgspec.Struct, frozen=True):
    """Answers to incidents of one kind; ``precision`` is the share of true ones, to which benign ones do not count."""

    kind: Kind
    true: int
    false: int
    benign: int
    precision: float


def precision(answers: Iterable[tuple[Kind, Verdict]]) -> list[Precision]:
    """Return what the last answers to incidents, each with its kind, say of every kind that was answered, by name."""
    counts = Counter(answers)
    found = []
    for kind in sorted({kind for kind, _ in counts}):
        true, false, benign = (counts[kind, said] for said in ("true", "false", "benign"))
        found.append(Precision(kind, true, false, benign, true / (true + false + benign)))
    return found
