"""Which looks lead to an incident, what they lacked, and which incident is meant."""

from __future__ import annotations

from io import StringIO

import pytest
from msgspec.structs import replace
from rich.console import Console
from support.assessments import found
from support.networks import BOUGHT, network, text

from pipeline.cli.explained import explained
from pipeline.config import Settings
from pipeline.detect.assess import assess
from pipeline.detect.facts import NetworkFacts
from pipeline.errors import ChoiceError, UserError
from pipeline.explain import Witness, choose, search_of
from pipeline.incidents.decision import Decision, Rules
from pipeline.incidents.describe import describe, describe_digest, hold
from pipeline.incidents.explanation import explanation
from pipeline.incidents.flood import FloodRules
from pipeline.incidents.history import life
from pipeline.incidents.life import decide
from pipeline.incidents.look import Look
from pipeline.incidents.model import Incident, Status
from pipeline.incidents.public import Event
from pipeline.incidents.trail import differences, looks_before, missing, seen, waits

MINUTE = 60_000
RULES = Rules(360 * MINUTE, 1440 * MINUTE, 10 * MINUTE, 0.25, 3)
SEARCH = search_of(Settings())
FIRST = replace(text("words that a campaign may have written"), network_members=6, newcomers=6)
AGAIN = replace(FIRST, newcomers=0)
WEAK = network(FIRST)
STRONG = network(FIRST, AGAIN, AGAIN)
FANS = network(*(replace(each, reposts=10, samples=("RT @star: hi",)) for each in STRONG.objects))


def look(facts: NetworkFacts, minute: int, number: int = 1, known: tuple[Incident, ...] = ()) -> Look:
    assessment = assess(facts)
    decision = decide("s", known, assessment, minute * MINUTE, RULES)
    return Look(number, minute * MINUTE, facts, assessment, known, decision)


def of_others(facts: NetworkFacts) -> NetworkFacts:
    return replace(facts, members=tuple(replace(row, author_id=f"other-{row.author_id}") for row in facts.members))


def last(of: Look) -> Incident:
    assert of.decision.incident is not None
    return of.decision.incident


def test_the_looks_before_an_opening_are_those_of_its_network_and_of_those_it_took_in() -> None:
    own, taken_in, stranger = look(WEAK, 1, 7), look(WEAK, 2, 3), look(of_others(WEAK), 3, 4)
    opening, after = look(STRONG, 4, 7), look(STRONG, 5, 7)

    before = looks_before([seen(each) for each in (own, taken_in, stranger, opening, after)], opening)

    assert [(each.at, each.number) for each in before] == [(MINUTE, 7), (2 * MINUTE, 3)]


def test_a_look_tells_what_it_lacks_for_an_alarm() -> None:
    assert missing(seen(look(WEAK, 1)), SEARCH) == ["1 of 3 shared objects", "score 0.1821 of 0.35"]
    assert missing(seen(look(network(FIRST, accounts=2), 1)), SEARCH)[0] == "2 of 4 accounts"
    assert missing(seen(look(FANS, 1)), SEARCH)[0].startswith("suppressed because 30 of 30 shared posts are reposts")
    assert missing(seen(look(STRONG, 1)), SEARCH) == []


def test_what_two_looks_saw_differently_is_told_with_both_values() -> None:
    before, after = seen(look(WEAK, 1)), seen(look(STRONG, 2))
    new = {each.what: (each.before, each.after) for each in differences(before, after)}
    gone = {each.what: (each.before, each.after) for each in differences(after, before)}

    assert "accounts" not in new
    assert (new["shared objects"], gone["shared objects"]) == ((1, 3), (3, 1))
    assert (new["repeat-co-posting"], gone["repeat-co-posting"]) == ((None, 2.0), (2.0, None))
    assert differences(after, after) == []
    assert "no longer explained" in [each.what for each in differences(seen(look(FANS, 1)), after)]


def test_a_first_look_is_waited_for_in_ways_of_which_the_numbers_show_which_it_was() -> None:
    met = {way: all(each.met for each in asked) for way, asked in waits(STRONG, None, SEARCH).items()}
    alike = {way: all(each.met for each in asked) for way, asked in waits(WEAK, BOUGHT, SEARCH).items()}

    assert [way for way, yes in met.items() if yes] == ["accounts that meet again"]
    assert [way for way, yes in alike.items() if yes] == ["accounts that look alike"]


def test_an_incident_is_chosen_by_its_id_or_how_that_begins() -> None:
    lines = {"inc_a1": "inc_a1  open", "inc_a2": "inc_a2  open", "inc_b": "inc_b  merged into inc_a1"}

    assert choose(lines, "inc_a1") == "inc_a1"
    assert choose(lines, "b") == "inc_b"
    assert choose({"inc_a1": ""}, None) == "inc_a1"
    with pytest.raises(ChoiceError, match="2 incidents: --incident a is not enough") as several:
        choose(lines, "a")
    assert several.value.choices == ["inc_a1  open", "inc_a2  open"]
    with pytest.raises(ChoiceError, match="3 incidents: choose one"):
        choose(lines, None)
    with pytest.raises(UserError, match="no incident inc_bb; of 3 the nearest is inc_b"):
        choose(lines, "inc_bb")
    with pytest.raises(UserError, match="there is no incident"):
        choose({}, None)


def test_the_opening_of_what_was_suppressed_first_is_when_nothing_explained_it_any_more() -> None:
    witness = Witness()
    suppressed = look(FANS, 1)
    opened = look(STRONG, 2, known=(last(suppressed),))
    for each in (suppressed, opened):
        witness(each)

    (moments,) = witness.moments.values()
    told = explanation("s", moments, witness.looks, [], SEARCH)

    assert (moments.opening, moments.decided, moments.last) == (opened, opened, opened)
    assert [(row.objects, row.missing[0][:10]) for row in told.opening.looks] == [(3, "suppressed")]
    assert told.opening.event == "incident.opened"
    assert "no longer explained" in [each.what for each in told.opening.new]
    assert [row.rule for row in told.gate.rules if row.suppresses] == []


def test_one_that_turns_out_to_be_explained_is_weighed_at_the_look_that_took_it_back() -> None:
    witness = Witness()
    opened = look(STRONG, 1)
    taken_back = look(FANS, 2, known=(last(opened),))
    for each in (opened, taken_back):
        witness(each)

    (moments,) = witness.moments.values()
    told = explanation("s", moments, witness.looks, [], SEARCH)

    assert (moments.opening, moments.decided) == (opened, taken_back)
    assert told.head.status == "suppressed"
    assert [row.rule for row in told.gate.rules if row.suppresses] == ["of_fans"]
    assert told.silence.base.suppressed is not None
    assert [each.at_opening for each in told.evidence if each.signal.signal == "repost-share"] == [None]


def test_one_that_was_merged_away_is_explained_up_to_the_merge() -> None:
    witness = Witness()
    first, second = look(STRONG, 1), look(of_others(STRONG), 2, 2)
    merge = look(STRONG, 3, known=(last(first), last(second)))
    for each in (first, second, merge):
        witness(each)

    survivor, gone = witness.moments[last(first).incident_id], witness.moments[last(second).incident_id]

    assert (gone.incident.status, gone.incident.into) == ("merged", last(first).incident_id)
    assert gone.last == second
    assert survivor.last == merge
    assert witness.incidents[last(second).incident_id].endswith(f"merged into {last(first).incident_id}")


def test_only_what_is_wanted_is_remembered_in_full() -> None:
    witness = Witness("zzz")
    witness(look(STRONG, 1))

    assert witness.moments == {}
    assert len(witness.looks) == len(witness.incidents) == 1


def incident(name: str, status: Status = "open", into: str | None = None) -> Incident:
    return Incident(name, 1, status, "coordinated-network", "warning", 4, ["x"], 0, 0, into=into)


def test_the_life_is_what_was_told_of_it_and_of_those_merged_into_it() -> None:
    before, after = found(4, "warning", 0), found(6, "critical", MINUTE)
    held = hold(incident("inc_a"), "incident.opened", before)
    events: list[Event] = [
        describe_digest("s", [held], 0, 0, FloodRules(10, 600)),
        describe("s", incident("inc_c"), "incident.opened", before, 0),
        describe("s", incident("inc_a"), "incident.updated", before, MINUTE),
        describe("s", incident("inc_b"), "incident.opened", before, MINUTE),
        describe("s", replace(incident("inc_a"), severity="critical"), "incident.escalated", after, 2 * MINUTE),
        describe("s", incident("inc_b", "merged", "inc_a"), "incident.merged", after, 2 * MINUTE),
    ]

    told = life("inc_a", events)

    assert [(each.event, each.incident_id) for each in told] == [
        ("incident.digest", "inc_a"),
        ("incident.updated", "inc_a"),
        ("incident.opened", "inc_b"),
        ("incident.escalated", "inc_a"),
        ("incident.merged", "inc_b"),
    ]
    assert told[3].changes == ["accounts 4 to 6", "posts 4 to 6", "severity warning to critical"]
    assert told[4].changes == ["merged into inc_a"]


def test_what_accounts_and_posts_bring_along_is_shown_and_never_obeyed() -> None:
    witness, out = Witness(), StringIO()
    evil = "\x1b[2J[bold]"
    facts = network(*(replace(each, samples=(f"#tag {evil} words",)) for each in STRONG.objects), client=evil)
    witness(look(replace(facts, stream_authors=900), 1))
    (moments,) = witness.moments.values()

    console = Console(file=out, width=200)
    for part in explained(explanation("s", moments, witness.looks, [], SEARCH)):
        console.print(part)

    assert "\x1b" not in out.getvalue()
    assert "\\x1b[2J[bold]" in out.getvalue()


def test_a_look_that_decides_nothing_is_seen_too() -> None:
    quiet = seen(Look(1, 0, WEAK, assess(WEAK), (), Decision((), None, None, 8, 4)))

    assert (quiet.incident, quiet.changes, quiet.due_accounts, quiet.due_objects) == (None, (), 8, 4)
