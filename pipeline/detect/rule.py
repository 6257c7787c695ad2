"""A rule of the benign gate: conditions asked one after the other, all of which must hold, and what it then says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pipeline.detect.facts import NetworkFacts

Reason = Literal["app", "share-button", "template", "syndication", "fans", "allowed"]

Bound = Literal["at least", "at most", "above"]


class Suppression(msgspec.Struct, frozen=True):
    """Why a find is not worth an alert: a named reason and a sentence for people."""

    reason: Reason
    text: str


class Condition(msgspec.Struct, frozen=True):
    """One thing that a rule measures, and the bound on its side of which it must lie."""

    what: str
    measured: float
    form: Bound
    bound: float

    @property
    def met(self) -> bool:
        """Whether the measure lies on the side that the rule asks for."""
        if self.form == "at least":
            return self.measured >= self.bound
        return self.measured <= self.bound if self.form == "at most" else self.measured > self.bound

    @property
    def lacks(self) -> float:
        """How far the measure is from its bound, as a share of the larger of the two: 0 where it is met, 1 at most."""
        if self.met:
            return 0.0
        largest = max(abs(self.measured), abs(self.bound))
        return min(1.0, abs(self.measured - self.bound) / largest) if largest else 0.0


class Weighed(msgspec.Struct, frozen=True):
    """What a rule measured of a network. ``cause`` is what it says where all conditions are met, else None.

    ``asked``: whether the gate listens to it. Rules that weigh texts or audience are not asked of accounts that look
    bought.
    """

    rule: str
    asked: bool
    conditions: tuple[Condition, ...]
    cause: Suppression | None

    @property
    def suppresses(self) -> bool:
        """Whether the gate would suppress the network by this rule."""
        return self.asked and self.cause is not None


class Rule:
    """A rule, written as a generator: it yields its conditions, the cheap ones first, and returns the cause.

    Called, it stops at the first condition that is not met; measured, it is taken through all of them, so what it
    computes must hold up where earlier conditions do not.
    """

    def __init__(self, steps: Callable[[NetworkFacts], Generator[Condition, None, Suppression]]) -> None:
        self._steps = steps
        self.name: str = steps.__name__
        self.__doc__ = steps.__doc__

    def __call__(self, facts: NetworkFacts) -> Suppression | None:
        """Return the cause, None where a condition is not met."""
        steps = self._steps(facts)
        try:
            while next(steps).met:
                pass
        except StopIteration as end:
            cause: Suppression = end.value
            return cause
        return None

    def measure(self, facts: NetworkFacts, *, asked: bool = True) -> Weighed:
        """Return what all conditions measure."""
        steps = self._steps(facts)
        conditions: list[Condition] = []
        try:
            while True:
                conditions.append(next(steps))
        except StopIteration as end:
            met = all(condition.met for condition in conditions)
            return Weighed(self.name, asked, tuple(conditions), end.value if met else None)
