"""What counts as found, as falsely opened and as an accused joiner, and the textbook rule."""

from __future__ import annotations

from pipeline.detect.assess import Kind
from pipeline.detect.severity import Severity
from pipeline.incidents.model import EventType, Status
from pipeline.incidents.public import Accounts, IncidentData, IncidentEvent, rfc3339
from pipeline.post import Post
from pipeline.simulate.roles import CampaignRole, CopyRole, Roles
from pipeline.simulate.score import UNKNOWN, score
from pipeline.simulate.textbook import Alarm, is_false, textbook_alarms

MINUTE = 60_000
T0 = 1_767_258_000_000
HIRED = [f"h{n}" for n in range(10)]
FANS = [f"f{n}" for n in range(10)]
ROLES = Roles(
    "everything",
    1,
    {"water": CampaignRole("coordinated-network", HIRED)},
    {"joiners-of-water": ["j0", "j1"]},
    {"fans-1": CopyRole("fans", FANS)},
)
TIMES = {"water": [T0 + n * MINUTE for n in range(20)]}


def event(
    members: list[str],
    *,
    minutes: float = 5,
    name: str = "inc_1",
    severity: Severity = "warning",
    status: Status = "open",
    kind: Kind = "coordinated-network",
    told: EventType = "incident.opened",
) -> IncidentEvent:
    at = rfc3339(T0 + int(minutes * MINUTE))
    return IncidentEvent(
        told,
        at,
        IncidentData(
            schema=1,
            incident_id=name,
            stream="s",
            revision=1,
            status=status,
            kind=kind,
            severity=severity,
            score=0.9,
            first_post_at=at,
            last_post_at=at,
            detected_at=at,
            summary="told",
            evidence=[],
            keywords=[],
            templates=[],
            accounts=Accounts(len(members), 0, members, ids=members),
            posts=1,
            platforms={},
            communities={},
            links={},
        ),
    )


def test_a_campaign_is_found_when_one_incident_holds_four_of_its_accounts() -> None:
    (found,) = score(ROLES, TIMES, [event(HIRED[:3], minutes=3), event(HIRED[:5], minutes=7.5)]).campaigns

    assert found.found
    assert (found.posts_until, found.minutes_until, found.most) == (8, 7.5, 5)
    assert found.kinds == ["coordinated-network"]


def test_a_few_accounts_in_each_of_two_incidents_are_not_enough() -> None:
    (missed,) = score(ROLES, TIMES, [event(HIRED[:3]), event(HIRED[4:7], name="inc_2")]).campaigns

    assert not missed.found
    assert (missed.kinds, missed.posts_until, missed.minutes_until, missed.most) == ([], None, None, 3)


def test_an_incident_of_severity_info_finds_nothing_and_opens_nothing() -> None:
    told = score(ROLES, TIMES, [event(HIRED, severity="info"), event(FANS, name="inc_2", severity="info")])

    assert not told.campaigns[0].found
    assert told.opened == []


def test_an_incident_of_others_is_false_and_named_by_the_copy_most_of_them_took_part_in() -> None:
    told = score(
        ROLES,
        TIMES,
        [event([*FANS[:6], "x"]), event(["x", "y", "z", FANS[0]], name="inc_2"), event(HIRED, name="inc_3")],
    )

    assert [(opened.incident_id, opened.role) for opened in told.opened] == [("inc_1", "fans-1"), ("inc_2", UNKNOWN)]


def test_an_incident_with_hired_accounts_in_half_of_it_is_not_false() -> None:
    assert score(ROLES, TIMES, [event([*HIRED[:5], *FANS[:5]])]).opened == []
    assert len(score(ROLES, TIMES, [event([*HIRED[:5], *FANS[:6]])]).opened) == 1


def test_what_was_merged_into_another_incident_does_not_count_for_itself() -> None:
    events = [event(FANS), event(FANS, status="merged", told="incident.merged", minutes=9)]

    assert score(ROLES, TIMES, events).opened == []


def test_joiners_among_the_last_members_are_accused() -> None:
    told = score(ROLES, TIMES, [event([*HIRED, "j0", "j1"]), event([*HIRED, "j1"], minutes=9)])

    assert (told.joiners, told.accused) == (2, 1)


def post(author: str, text: str, minute: float, *, repost: bool = False) -> Post:
    return Post(
        id=f"{author}{minute}",
        platform="x",
        author_id=author,
        text=text,
        created_at="",
        at=T0 + int(minute * MINUTE),
        is_repost=repost or None,
    )


SAME = "The same words under many names"


def test_the_textbook_alarms_at_the_third_author_of_a_text_once() -> None:
    lines = [post(f"a{n}", text, n) for n, text in enumerate([SAME, "Something else altogether", SAME.upper(), SAME])]

    alarms = textbook_alarms([*lines, *(post(f"b{n}", SAME, 5 + n) for n in range(9))])

    assert alarms == [Alarm(SAME.lower(), T0 + 3 * MINUTE, ("a0", "a2", "a3"))]


def test_the_textbook_counts_authors_and_not_posts_and_no_reposts() -> None:
    assert textbook_alarms([post("a", SAME, n) for n in range(5)] + [post("b", SAME, 6)]) == []
    assert textbook_alarms([post(f"a{n}", SAME, n, repost=n == 1) for n in range(3)]) == []


def test_the_textbook_forgets_after_an_hour() -> None:
    assert textbook_alarms([post("a", SAME, 0), post("b", SAME, 30), post("c", SAME, 61)]) == []
    assert len(textbook_alarms([post("a", SAME, 0), post("b", SAME, 30), post("c", SAME, 60)])) == 1
    # Who says it again is seen when they say it last.
    repeated = [post("a", SAME, 0), post("b", SAME, 30), post("a", SAME, 40), post("c", SAME, 85)]
    assert [alarm.authors for alarm in textbook_alarms(repeated)] == [("b", "a", "c")]


def test_an_alarm_is_false_when_most_of_its_authors_were_not_hired() -> None:
    assert is_false(Alarm(SAME, T0, ("h0", "x", "y")), {"h0"})
    assert not is_false(Alarm(SAME, T0, ("h0", "h1", "y")), {"h0", "h1"})
