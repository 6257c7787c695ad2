"""What speaks for a campaign on one scale, and what the benign gate held against it. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pipeline.detect.gate import weigh_all
from pipeline.detect.whatif import nearest
from pipeline.incidents.explanation import measured
from pipeline.page.model import Against, EvidenceShown, Measure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.detect.allow import AllowList
    from pipeline.detect.facts import NetworkFacts
    from pipeline.detect.rule import Weighed
    from pipeline.detect.signal import Signal
    from pipeline.page.source import Names

MOST_SURPRISE: Final = 30.0
"""Where the scale of surprise ends, as -log10 of p."""


def build_evidence(signals: Iterable[Signal], platform: str, names: Names) -> list[EvidenceShown]:
    """Return signals; ``platform`` is where accounts are whom a sentence names."""
    return [
        EvidenceShown(
            signal=each.signal,
            value=each.value,
            expected=each.expected,
            p_value=each.p_value,
            text=names.text(each.text, platform),
            times=each.value / each.expected if each.expected else None,
            surprise=surprise(each.p_value),
        )
        for each in signals
    ]


def surprise(p_value: float | None) -> float | None:
    """Return -log10 of p, at most 30; None without p."""
    if p_value is None:
        return None
    return min(MOST_SURPRISE, max(0.0, -math.log10(p_value))) if p_value > 0 else MOST_SURPRISE


def build_against(
    facts: NetworkFacts, allowed: AllowList, platform: str, names: Names
) -> tuple[list[Against], str | None]:
    """Return what each rule of the gate measured, and the name of the one that lacks least to suppress."""
    weighed = weigh_all(facts, allowed)
    near = nearest(weighed)
    return [_against(each, platform, names) for each in weighed], near.rule if near else None


def _against(weighed: Weighed, platform: str, names: Names) -> Against:
    return Against(
        rule=weighed.rule,
        asked=weighed.asked,
        suppresses=weighed.suppresses,
        because=names.text(weighed.cause.text, platform) if weighed.cause else "",
        measures=[
            Measure(names.text(each.what, platform), each.measured, each.form, each.bound, each.met)
            for each in measured(weighed.conditions)
        ],
    )
