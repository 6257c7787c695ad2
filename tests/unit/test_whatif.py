"""What a judgement hangs on is found by judging again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace
from support.networks import BOUGHT, network, text

from pipeline.detect.assess import assess
from pipeline.detect.facts import NetworkFacts
from pipeline.detect.gate import weigh_all
from pipeline.detect.whatif import Trial, ask, contributions, nearest, threshold, with_accounts, with_objects

WORDS = "words that a campaign may have written"
FIRST = replace(text(WORDS), network_members=6, newcomers=6)
AGAIN = replace(text(WORDS), network_members=6, newcomers=0)
MEETING = network(FIRST, AGAIN, AGAIN)
ALIKE = network(replace(text(WORDS), network_members=8, newcomers=8, group=BOUGHT), accounts=8)
SUPPRESSED = network(*(replace(each, reposts=10, samples=("RT @star: hi",)) for each in (FIRST, AGAIN, AGAIN)))


def alarms(facts: NetworkFacts) -> bool:
    found = assess(facts)
    return found.severity != "info" and found.suppressed is None


def test_the_parts_of_the_score_are_those_that_there_is_evidence_of() -> None:
    assert [name for name, _ in contributions(MEETING)] == ["meeting again"]
    assert contributions(ALIKE) == [("looking alike", 40.0)]
    assert contributions(network(FIRST)) == []


def test_accounts_that_only_meet_are_silent_without_their_meetings() -> None:
    found = ask(MEETING)

    assert found.base.alarms
    assert found.silencing is not None
    assert found.silencing.without == ("meeting again",)
    assert found.silencing.nats == 0
    assert found.keeping is None


def test_two_windows_must_both_be_missing_where_each_is_enough_by_itself() -> None:
    found = ask(ALIKE)

    assert [(each.without, each.alarms) for each in found.singles] == [
        (("like followers",), True),
        (("like following",), True),
    ]
    assert found.silencing is not None
    assert found.silencing.without == ("like followers", "like following")
    assert found.keeping is not None
    assert len(found.keeping.without) == 1


@pytest.mark.parametrize("facts", [MEETING, ALIKE], ids=["meeting", "alike"])
def test_a_threshold_lies_between_two_counts_that_are_judged_differently(facts: NetworkFacts) -> None:
    accounts, objects = ask(facts).thresholds

    assert alarms(with_accounts(facts, accounts.keeps))
    assert accounts.silent == accounts.keeps - 1
    assert not alarms(with_accounts(facts, accounts.silent))
    if objects.silent is not None:
        assert alarms(with_objects(facts, objects.keeps))
        assert not alarms(with_objects(facts, objects.silent))


def test_what_no_count_silences_has_no_threshold() -> None:
    trial = Trial((), 40.0, 0.9, "warning", 0.5, None)

    found = threshold("accounts", 9, lambda _: trial)

    assert (found.now, found.keeps, found.silent, found.then) == (9, 1, None, None)


def test_what_is_suppressed_is_not_asked_what_would_silence_it() -> None:
    found = ask(SUPPRESSED)

    assert found.base.suppressed is not None
    assert (found.silencing, found.keeping, found.thresholds) == (None, None, [])


def test_fewer_accounts_are_some_of_the_same_and_never_more_at_an_object_than_there_are() -> None:
    for count in range(1, 8):
        fewer = with_accounts(ALIKE, count)
        assert len(fewer.members) == count
        assert set(fewer.members) <= set(ALIKE.members)
        assert all(each.newcomers <= each.network_members <= count for each in fewer.objects)


def test_the_fewer_of_the_look_alikes_the_less_evidence_of_it() -> None:
    nats = [sum(part for _, part in contributions(with_accounts(ALIKE, count))) for count in range(1, 9)]

    assert all(fewer <= more for fewer, more in pairwise(nats))
    assert nats[0] < nats[-1]


def test_fewer_objects_are_the_first_ones_with_the_accounts_that_they_brought() -> None:
    late = replace(AGAIN, newcomers=2, network_members=4)
    facts = network(replace(FIRST, newcomers=4, network_members=4), late)

    assert [len(with_objects(facts, count).members) for count in (1, 2)] == [4, 6]
    assert with_objects(facts, 1).objects == facts.objects[:1]


def test_the_nearest_rule_is_the_one_that_lacks_least() -> None:
    near = network(*(replace(each, reposts=4, samples=("RT @star: hi",)) for each in (FIRST, AGAIN)))

    found = nearest(weigh_all(near))

    assert found is not None
    assert found.rule == "of_fans"
    assert nearest([]) is None
