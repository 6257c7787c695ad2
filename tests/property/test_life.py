"""The life of an incident: whatever networks do, events tell one consistent story."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.assess import Assessment, Severity
from pipeline.incidents.life import Rules, decide
from pipeline.incidents.model import Incident

RULES = Rules(quiet=3_600_000, cool_down=86_400_000, update_interval=600_000, growth=0.25, min_objects=3)
MINUTE = 60_000


def found(members: int, severity: Severity, last: int, objects: int = 5) -> Assessment:
    return Assessment(
        kind="coordinated-network",
        score=0.9,
        severity=severity,
        summary="",
        evidence=[],
        keywords=[],
        templates=[],
        founder=b"12345678",
        first=0,
        last=last,
        posts=members,
        objects=objects,
        members=[f"a{n}" for n in range(members)],
        joiners=[],
        platforms={"x": members},
        communities={},
        truncated=False,
    )


steps = st.lists(
    st.tuples(
        st.integers(0, 300),  # minutes since the look before
        st.integers(0, 10),  # accounts that came
        st.sampled_from(["info", "warning", "critical"]),
        st.booleans(),  # whether it was active just now
    ),
    min_size=1,
    max_size=30,
)


@given(steps)
def test_revisions_count_up_and_every_event_fits_the_state_before(
    rows: list[tuple[int, int, Severity, bool]],
) -> None:
    now = last = published = 0
    members = 4
    known: list[Incident] = []
    for minutes, more, severity, active in rows:
        now += minutes * MINUTE
        members += more
        last = now if active else last
        before = {incident.incident_id: incident for incident in known}
        decision = decide("s", known, found(members, severity, last), now, RULES)
        for change in decision.changes:
            old = before.get(change.after.incident_id)
            assert change.before == old
            assert change.after.revision == (old.revision + 1 if old else 1)
            status = old.status if old else None
            if change.event == "incident.opened":
                assert old is None
                assert severity != "info"
            elif change.event == "incident.reopened":
                assert status == "resolved"
                assert now - old.published_at <= RULES.cool_down if old else False
            else:
                assert status == "open"
            if change.event == "incident.updated":
                assert now - published >= RULES.update_interval
            if change.event == "incident.resolved":
                assert now - last >= RULES.quiet
            published = now
        if decision.incident:
            known = [decision.incident]
            if decision.incident.status == "open":
                assert decision.look_at is not None
                assert decision.due_accounts > members


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
    )


def test_of_merged_incidents_the_older_goes_on_and_the_other_points_to_it() -> None:
    known = [incident("inc_b", 2000), incident("inc_a", 1000)]

    decision = decide("s", known, found(9, "warning", 5000), 5000, RULES)

    assert [(c.event, c.after.incident_id, c.after.into) for c in decision.changes] == [
        ("incident.merged", "inc_b", "inc_a"),
        ("incident.updated", "inc_a", None),
    ]


def test_a_network_is_looked_at_when_it_is_large_enough_for_a_higher_severity() -> None:
    opened = decide("s", [], found(19, "warning", 1000), 1000, RULES)
    assert opened.due_accounts == 20

    escalated = decide("s", [opened.incident] if opened.incident else [], found(20, "critical", 2000), 2000, RULES)

    assert [change.event for change in escalated.changes] == ["incident.escalated"]
    assert escalated.due_accounts == 25


def test_growth_is_measured_against_what_was_told() -> None:
    opened = decide("s", [], found(30, "critical", 1000), 1000, RULES)
    known = [opened.incident] if opened.incident else []

    assert opened.due_accounts == 38
    assert decide("s", known, found(37, "critical", 2000), 2000, RULES).due_accounts == 38


def test_an_open_incident_survives_a_resolved_one_that_is_older() -> None:
    known = [incident("inc_old", 1000, "resolved"), incident("inc_new", 2000)]

    decision = decide("s", known, found(9, "warning", 5000), 5000, RULES)

    assert decision.incident is not None
    assert decision.incident.incident_id == "inc_new"
