"""The score of a network, 0 to 1: a logistic regression over what its evidence measures. Pure.

Fitted by bench/fit_score.py on labelled recordings and simulated streams; docs/detection.md has its reliability. A
feature without its fields is 0, as evidence that says nothing: that a field is present is never a feature.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pipeline.detect.alike import told_windows
from pipeline.detect.evidence import repeat_log_p

if TYPE_CHECKING:
    from pipeline.detect.facts import NetworkFacts
    from pipeline.detect.gate import Suppression

FEATURES: Final = ("meetings", "looks", "crowding", "explained")
"""Logarithm of the nats of meeting again and again, and of looking alike; share of the accounts in the fullest window;
whether the gate knows an innocent cause."""

WEIGHTS: Final = (-1.502, 0.31, 0.939, 0.41, -4.104)
"""A constant, and one weight for each of the features."""


LEAST_LOOKS: Final = 10.0
"""Nats of looking alike below which they are chance: a network is looked at again and again, over three fields."""


def measure(facts: NetworkFacts, suppressed: Suppression | None) -> tuple[float, ...]:
    """Return the features of a network, in the order of FEATURES."""
    windows = told_windows(facts)
    if sum(window.evidence for window in windows) < LEAST_LOOKS:
        windows = ()
    return (
        math.log1p(max(0.0, -repeat_log_p(facts))),
        math.log1p(sum(window.evidence for window in windows)),
        max((window.inside / window.known for window in windows), default=0.0),
        float(suppressed is not None),
    )


BURST: Final = 1.0
"""What is added to the logit of a network that is an alarm already, where a burst is mostly its work."""


def raised(score: float) -> float:
    """Return a score that a burst raises."""
    return 1 / (1 + (1 / score - 1) * math.exp(-BURST)) if score else score


def score_of(features: tuple[float, ...]) -> float:
    """Return the score of features: the chance that most of the accounts belong to a campaign."""
    return 1 / (1 + math.exp(-sum(weight * value for weight, value in zip(WEIGHTS, (1.0, *features), strict=True))))
