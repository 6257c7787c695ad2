"""The life of an incident: whatever networks do, events tell one consistent story."""

from __future__ import annotations

import math

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.assessments import found

from pipeline.detect.gate import Reason, Suppression
from pipeline.detect.severity import Severity
from pipeline.incidents.decision import Decision, Rules
from pipeline.incidents.life import decide
from pipeline.incidents.model import Incident

RULES = Rules(quiet=3_600_000, cool_down=86_400_000, update_interval=600_000, growth=0.25, min_objects=3)
MINUTE = 60_000


steps = st.lists(
    st.tuples(
        st.integers(0, 300),  # minutes since the look before
        st.integers(0, 10),  # accounts that came
        st.sampled_from(["info", "warning", "critical"]),
        st.booleans(),  # whether it was active just now
        st.sampled_from([None, None, "app", "fans"]),  # what explains it
    ),
    min_size=1,
    max_size=40,
)


@given(steps)
def test_revisions_count_up_and_every_event_fits_the_state_before(
    rows: list[tuple[int, int, Severity, bool, Reason | None]],
) -> None:
    now = last = published = 0
    members = 4
    known: list[Incident] = []
    for minutes, more, severity, active, reason in rows:
        now += minutes * MINUTE
        members += more
        # Without an incident that waits for a moment, a network is looked at because it has just grown.
        last = now if active or not known or known[0].status == "resolved" else last
        before = {incident.incident_id: incident for incident in known}
        decision = decide("s", known, found(members, severity, last, reason=reason), now, RULES)
        for change in decision.changes:
            old = before.get(change.after.incident_id)
            assert change.before == old
            assert change.after.revision == (old.revision + 1 if old else 1)
            assert (change.after.suppressed is not None) == (change.after.status == "suppressed")
            status = old.status if old else None
            if change.event == "incident.opened":
                assert status in (None, "suppressed")
                assert severity != "info"
                assert reason is None
                assert (change.after.severity, change.after.opened_at) == (severity, now)
            elif change.event == "incident.reopened":
                assert status == "resolved"
                assert reason is None
                assert now - old.published_at <= RULES.cool_down if old else False
            elif change.event == "incident.suppressed":
                assert change.after.suppressed is not None
                assert change.after.suppressed.reason == reason
                assert status == "open" or severity != "info"
                assert old is None or old.suppressed is None or old.suppressed.reason != reason
            else:
                assert status == "open"
                assert reason is None
            if change.event == "incident.updated":
                assert now - published >= RULES.update_interval
            if change.event == "incident.resolved":
                assert now - last >= RULES.quiet
            published = now
        known = [decision.incident] if decision.incident else []
        if decision.incident and decision.incident.status != "resolved":
            assert decision.look_at is not None
            assert decision.look_at > now
            assert decision.due_accounts > members
        else:
            assert decision.look_at is None


@given(st.integers(4, 200), st.integers(1, 60), st.integers(1, 200))
@settings(deadline=None)
def test_a_growing_incident_speaks_no_more_often_than_growth_and_interval_allow(
    start: int, minutes: int, steps_up: int
) -> None:
    spoken, members, known = 0, start, list[Incident]()
    for step in range(steps_up):
        members += 1 + members % 7
        now = step * minutes * MINUTE
        decision = decide("s", known, found(members, "warning", now), now, RULES)
        spoken += sum(change.event == "incident.updated" for change in decision.changes)
        known = [decision.incident] if decision.incident else []

    assert spoken <= math.log(members / start) / math.log(1 + RULES.growth) + 1
    assert spoken <= steps_up * minutes * MINUTE / RULES.update_interval


def opened(decision: Decision) -> Incident:
    assert decision.incident is not None
    return decision.incident


def told(decision: Decision) -> list[tuple[str | None, str, int]]:
    return [(change.event, change.after.incident_id, change.after.revision) for change in decision.changes]


def test_what_is_explained_does_not_open_and_says_so_once() -> None:
    first = decide("s", [], found(10, "warning", 1000, reason="app"), 1000, RULES)
    name = opened(first).incident_id

    grown = decide("s", [opened(first)], found(30, "critical", 2000, reason="app"), 2000, RULES)
    other = decide("s", [opened(grown)], found(31, "critical", 3000, reason="fans"), 3000, RULES)

    assert told(first) == [("incident.suppressed", name, 1)]
    assert (first.due_accounts, first.look_at) == (13, 1000 + RULES.quiet + RULES.cool_down)
    assert told(grown) == []
    assert grown.due_accounts == 38
    assert told(other) == [("incident.suppressed", name, 2)]


def test_what_is_explained_and_weak_is_not_even_told() -> None:
    decision = decide("s", [], found(10, "info", 1000, reason="app"), 1000, RULES)

    assert (decision.changes, decision.incident, decision.due_accounts) == ((), None, 13)


def test_a_suppressed_incident_that_nothing_explains_any_more_opens_under_its_id() -> None:
    first = opened(decide("s", [], found(30, "critical", 1000, reason="app"), 1000, RULES))
    weak = decide("s", [first], found(40, "info", 2000), 2000, RULES)

    decision = decide("s", [opened(weak)], found(41, "warning", 3000), 3000, RULES)

    assert told(weak) == []
    assert told(decision) == [("incident.opened", first.incident_id, 2)]
    assert (opened(decision).opened_at, opened(decision).severity) == (3000, "warning")


def test_an_open_incident_that_is_explained_is_taken_back() -> None:
    first = opened(decide("s", [], found(10, "warning", 1000), 1000, RULES))

    decision = decide("s", [first], found(13, "warning", 2000, reason="fans"), 2000, RULES)
    again = decide("s", [opened(decision)], found(17, "warning", 3000), 3000, RULES)

    assert told(decision) == [("incident.suppressed", first.incident_id, 2)]
    assert decision.look_at == 2000 + RULES.quiet + RULES.cool_down
    assert told(again) == [("incident.opened", first.incident_id, 3)]


def test_a_suppressed_incident_ends_in_silence_and_its_return_is_a_new_one() -> None:
    first = decide("s", [], found(10, "warning", 1000, reason="app"), 1000, RULES)
    assert first.look_at is not None

    ended = decide("s", [opened(first)], found(10, "warning", 1000, reason="app"), first.look_at, RULES)
    back = decide("s", [], found(10, "warning", first.look_at + 5, reason="app"), first.look_at + 5, RULES)

    assert (ended.changes, ended.incident, ended.look_at, ended.due_objects) == ((), None, None, 7)
    assert opened(back).incident_id != opened(first).incident_id


def test_a_resolved_incident_that_comes_back_explained_is_told_as_suppressed() -> None:
    first = incident("inc_a", 1000, "resolved")

    decision = decide("s", [first], found(10, "warning", 2000, reason="app"), 2000, RULES)
    weak = decide("s", [first], found(10, "info", 2000, reason="app"), 2000, RULES)

    assert told(decision) == [("incident.suppressed", "inc_a", 2)]
    assert (told(weak), weak.incident) == ([], first)


def test_a_return_after_the_cool_down_opens_only_above_info() -> None:
    late = 1001 + RULES.cool_down
    first = incident("inc_a", 1000, "resolved")

    weak = decide("s", [first], found(10, "info", late), late, RULES)
    strong = decide("s", [first], found(10, "warning", late), late, RULES)

    assert (told(weak), weak.incident) == ([], first)
    assert told(strong) == [("incident.opened", opened(strong).incident_id, 1)]


def incident(name: str, opened_at: int, status: str = "open") -> Incident:
    return Incident(
        incident_id=name,
        revision=1,
        status=status,  # type: ignore[arg-type] # the words of the model
        kind="coordinated-network",
        severity="warning",
        accounts=4,
        platforms=["x"],
        opened_at=opened_at,
        published_at=opened_at,
        suppressed=Suppression("app", "explained by app") if status == "suppressed" else None,
    )


def test_of_merged_incidents_the_older_goes_on_and_the_other_points_to_it() -> None:
    known = [incident("inc_b", 2000), incident("inc_a", 1000)]

    decision = decide("s", known, found(9, "warning", 5000), 5000, RULES)

    assert [(c.event, c.after.incident_id, c.after.into) for c in decision.changes] == [
        ("incident.merged", "inc_b", "inc_a"),
        ("incident.updated", "inc_a", None),
    ]


def test_a_network_is_looked_at_when_it_is_large_enough_for_a_higher_severity() -> None:
    first = decide("s", [], found(19, "warning", 1000), 1000, RULES)
    assert first.due_accounts == 20

    escalated = decide("s", [opened(first)], found(20, "critical", 2000), 2000, RULES)

    assert [change.event for change in escalated.changes] == ["incident.escalated"]
    assert escalated.due_accounts == 25


def test_another_kind_is_told_as_soon_as_the_interval_allows() -> None:
    first = decide("s", [], found(9, "warning", 1000), 1000, RULES)
    wave = replace(found(9, "warning", 2000), kind="copy-paste-wave")

    waiting = decide("s", [opened(first)], wave, 2000, RULES)
    told = decide("s", [opened(first)], wave, 1000 + RULES.update_interval, RULES)

    assert (waiting.changes, waiting.look_at) == ((), 1000 + RULES.update_interval)
    assert [(change.event, change.after.kind) for change in told.changes] == [("incident.updated", "copy-paste-wave")]


def test_growth_is_measured_against_what_was_told() -> None:
    first = decide("s", [], found(30, "critical", 1000), 1000, RULES)

    assert first.due_accounts == 38
    assert decide("s", [opened(first)], found(37, "critical", 2000), 2000, RULES).due_accounts == 38


def test_an_open_incident_survives_a_resolved_one_that_is_older() -> None:
    known = [incident("inc_old", 1000, "resolved"), incident("inc_new", 2000)]

    decision = decide("s", known, found(9, "warning", 5000), 5000, RULES)

    assert opened(decision).incident_id == "inc_new"


def test_one_that_has_been_told_goes_on_before_an_older_one_that_is_held_back() -> None:
    held = msgspec.structs.replace(incident("inc_old", 1000), held="incident.opened")

    decision = decide("s", [held, incident("inc_new", 2000)], found(9, "warning", 5000), 5000, RULES)

    assert opened(decision).incident_id == "inc_new"


def test_what_is_held_back_follows_its_network_without_waiting_for_the_update_interval() -> None:
    first = opened(decide("s", [], found(8, "warning", 1000), 1000, RULES))
    held = msgspec.structs.replace(first, held="incident.opened")

    assert told(decide("s", [first], found(10, "warning", 2000), 2000, RULES)) == []
    assert told(decide("s", [held], found(10, "warning", 2000), 2000, RULES)) == [
        ("incident.updated", first.incident_id, 1)
    ]


def test_two_networks_seen_in_one_moment_that_go_back_to_one_post_are_two_incidents() -> None:
    one, other = (opened(decide("s", [], found(9, "warning", 1000, name=name), 1000, RULES)) for name in ("a", "b"))

    assert one.incident_id != other.incident_id


def test_a_suppressed_incident_merges_into_an_open_one_that_is_younger() -> None:
    known = [incident("inc_old", 1000, "suppressed"), incident("inc_new", 2000)]

    decision = decide("s", known, found(9, "warning", 5000), 5000, RULES)

    assert told(decision) == [("incident.merged", "inc_old", 2), ("incident.updated", "inc_new", 2)]


def test_of_merged_suppressed_incidents_the_oldest_goes_on_without_a_word_of_its_own() -> None:
    known = [incident("inc_b", 3000, "suppressed"), incident("inc_a", 1000, "resolved")]
    known.append(incident("inc_c", 2000, "suppressed"))

    decision = decide("s", known, found(9, "warning", 5000, reason="app"), 5000, RULES)

    assert told(decision) == [("incident.merged", "inc_b", 2), ("incident.merged", "inc_a", 2)]
    assert opened(decision).incident_id == "inc_c"
