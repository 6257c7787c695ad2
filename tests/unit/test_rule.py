"""A rule of the gate tells the same whether it is asked or measured."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support.networks import BOUGHT, network, text

from pipeline.detect.facts import NetworkFacts
from pipeline.detect.gate import ALWAYS, OF_UNSUSPICIOUS, AllowList, weigh, weigh_all
from pipeline.detect.rule import Condition

PLAIN = text("words that a campaign may have written")
FANS = text("RT @star: hello", reposts=10)
HEADLINE = text("Read this https://news.example/a", links=10)
CASES = {
    "nothing": network(PLAIN),
    "no text": network(),
    "nobody": replace(network(PLAIN), members=()),
    "client": network(PLAIN, client="Scorer"),
    "common client": network(PLAIN, client="Web"),
    "reposts with a rare client": network(FANS, client="Scorer"),
    "fans": network(FANS, FANS),
    "fans of two": network(FANS, text("RT @other: hello", reposts=10)),
    "headlines": network(HEADLINE, HEADLINE, followers=20_000),
    "official": network(text("evacuate now", first_followers=200_000)),
    "numbers": network(replace(PLAIN, samples=("I ran 5 km with Runner today", "I ran 7 km with Runner today"))),
    "bought": network(replace(FANS, group=BOUGHT)),
    "app": network(replace(PLAIN, group=replace(BOUGHT, explained="one-domain"))),
}


@pytest.mark.parametrize("facts", CASES.values(), ids=CASES.keys())
def test_a_measured_rule_has_the_cause_that_it_tells_when_asked(facts: NetworkFacts) -> None:
    for rule in (*ALWAYS, *OF_UNSUSPICIOUS):
        weighed = rule.measure(facts)
        assert weighed.cause == rule(facts), weighed
        assert (weighed.cause is not None) == all(condition.met for condition in weighed.conditions)


@pytest.mark.parametrize("facts", CASES.values(), ids=CASES.keys())
def test_the_gate_speaks_by_the_first_rule_that_suppresses(facts: NetworkFacts) -> None:
    suppressing = [weighed.cause for weighed in weigh_all(facts) if weighed.suppresses]

    assert weigh(facts) == next(iter(suppressing), None)


def test_each_rule_is_named_and_those_of_the_audience_are_not_asked_of_bought_accounts() -> None:
    weighed = weigh_all(CASES["bought"])

    assert [each.rule for each in weighed if each.asked] == ["of_an_app", "of_numbers"]
    fans = next(each for each in weighed if each.rule == "of_fans")
    assert fans.cause is not None
    assert not fans.suppresses
    assert [each.rule for each in weigh_all(CASES["fans"]) if each.suppresses] == ["of_fans"]


def test_an_allow_list_is_a_rule_of_its_own_where_there_is_one() -> None:
    allowed = AllowList(accounts=frozenset(["a0", "a1", "a2"]))
    names = [each.rule for each in weigh_all(CASES["nothing"], allowed) if each.suppresses]

    assert names == ["of_allowed_accounts"]
    assert (found := weigh(CASES["nothing"], allowed))
    assert found.reason == "allowed"
    assert not any(each.rule.startswith("of_allowed") for each in weigh_all(CASES["nothing"]))


@pytest.mark.parametrize(
    ("condition", "met", "lacks"),
    [
        (Condition("", 0.8, "at least", 0.8), True, 0.0),
        (Condition("", 0.6, "at least", 0.8), False, 0.25),
        (Condition("", 0, "at least", 0.8), False, 1.0),
        (Condition("", 16, "at most", 16), True, 0.0),
        (Condition("", 20, "at most", 16), False, 0.2),
        (Condition("", 0.5, "above", 0.5), False, 0.0),
        (Condition("", 0.6, "above", 0.5), True, 0.0),
    ],
)
def test_a_condition_lacks_the_way_to_its_bound(condition: Condition, met: bool, lacks: float) -> None:
    assert condition.met == met
    assert condition.lacks == pytest.approx(lacks)
