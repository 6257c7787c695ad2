"""The flood guard's decisions, one by one."""

from __future__ import annotations

import msgspec
import pytest

from pipeline.detect.severity import Severity
from pipeline.incidents.decision import Change
from pipeline.incidents.flood import Flood, FloodRules, digest_at, release, restrain
from pipeline.incidents.model import EventType, Incident, Opening, Status

RULES = FloodRules(max_opened=2, window=1000)
FULL = Flood(openings=(9500, 9800))
NOW = 10_000


def incident(
    revision: int = 1, status: Status = "open", severity: Severity = "warning", held: Opening | None = None
) -> Incident:
    return Incident(
        incident_id="inc_a",
        revision=revision,
        status=status,
        kind="coordinated-network",
        severity=severity,
        accounts=9,
        platforms=["x"],
        opened_at=9000,
        published_at=9000,
        held=held,
    )


def waiting(count: int = 1) -> Flood:
    return msgspec.structs.replace(FULL, waiting=count, since=9900)


OPENED = Change(None, incident(), "incident.opened")


def test_an_opening_is_told_while_there_is_room() -> None:
    changes, flood = restrain([OPENED], Flood(openings=(9000, 9800)), NOW, RULES)

    assert changes == (OPENED,)
    assert flood == Flood(openings=(9800, NOW))


def test_an_opening_beyond_it_is_stored_and_waits_for_the_digest() -> None:
    (change,), flood = restrain([OPENED], FULL, NOW, RULES)

    assert change == Change(None, incident(held="incident.opened"), None)
    assert flood == Flood(openings=FULL.openings, waiting=1, since=NOW)
    assert digest_at(flood, RULES) == 10_500


def test_the_digest_comes_no_later_than_a_window_after_the_first_that_waits() -> None:
    critical = Change(None, incident(severity="critical"), "incident.opened")
    (_, second), flood = restrain([OPENED, critical], FULL, NOW, RULES)
    _, third = restrain([critical], flood, 10_400, RULES)

    assert second == critical
    assert digest_at(flood, RULES) == 10_800
    assert digest_at(third, RULES) == 11_000


def test_a_critical_opening_is_never_held_back_and_takes_its_place() -> None:
    critical = Change(incident(3, "resolved"), incident(4, severity="critical"), "incident.reopened")

    changes, flood = restrain([critical], FULL, NOW, RULES)

    assert changes == (critical,)
    assert flood.openings == (9800, NOW)


@pytest.mark.parametrize("event", ["incident.updated", "incident.resolved", "incident.suppressed", "incident.merged"])
def test_what_raises_no_alarm_passes(event: EventType) -> None:
    change = Change(incident(), incident(2), event)

    assert restrain([change], FULL, NOW, RULES) == ((change,), FULL)


def test_the_life_of_one_held_back_goes_on_untold() -> None:
    held = incident(held="incident.opened")
    grown = msgspec.structs.replace(held, accounts=20, published_at=NOW)

    changes, flood = restrain([Change(held, grown, "incident.updated")], waiting(), NOW, RULES)

    assert changes == (Change(held, grown, None),)
    assert flood == waiting()


def test_a_change_that_is_not_told_and_changes_nothing_is_left_out() -> None:
    held = incident(held="incident.opened")

    assert restrain([Change(held, held, "incident.updated")], waiting(), NOW, RULES) == ((), waiting())


@pytest.mark.parametrize("opening", ["incident.opened", "incident.reopened"])
def test_one_held_back_that_becomes_critical_is_told_at_once_as_what_it_is(opening: Opening) -> None:
    held, after = incident(3, held=opening), incident(3, severity="critical", held=opening)

    (change,), flood = restrain([Change(held, after, "incident.escalated")], waiting(), NOW, RULES)

    assert change == Change(held, incident(3, severity="critical"), opening)
    assert flood == Flood(openings=(9800, NOW))
    assert digest_at(flood, RULES) is None


def test_one_held_back_that_ends_before_its_digest_is_told_there_however_severe_it_has_become() -> None:
    held = incident(held="incident.opened")
    after = incident(status="resolved", severity="critical", held="incident.opened")

    changes, flood = restrain([Change(held, after, "incident.resolved")], waiting(), NOW, RULES)
    released, _ = release([after], flood, NOW, RULES)

    assert changes == (Change(held, after, None),)
    assert released == (Change(after, incident(status="resolved", severity="critical"), None),)


@pytest.mark.parametrize(("revision", "told"), [(1, None), (2, "incident.merged")])
def test_one_held_back_that_merges_is_told_where_it_was_heard_of_before(revision: int, told: EventType | None) -> None:
    held = incident(revision, held="incident.opened")
    after = incident(revision, "merged", held="incident.opened")

    (change,), flood = restrain([Change(held, after, "incident.merged")], waiting(2), NOW, RULES)

    assert change == Change(held, incident(revision, "merged"), told)
    assert flood == waiting(1)


def test_one_held_back_that_is_explained_is_told_as_suppressed() -> None:
    held, after = incident(held="incident.opened"), incident(status="suppressed", held="incident.opened")

    (change,), flood = restrain([Change(held, after, "incident.suppressed")], waiting(), NOW, RULES)

    assert change == Change(held, incident(status="suppressed"), "incident.suppressed")
    assert flood == FULL


def test_a_digest_frees_all_and_counts_as_one_opening() -> None:
    held = [incident(held="incident.opened"), incident(4, held="incident.reopened")]

    changes, flood = release(held, waiting(2), NOW, RULES)

    assert [change.after for change in changes] == [
        msgspec.structs.replace(each, held=None, published_at=NOW) for each in held
    ]
    assert flood == Flood(openings=(9800, NOW))
