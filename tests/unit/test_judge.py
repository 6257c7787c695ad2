"""What an evaluation counts as an alarm: what was told as open, alone or in a digest, and nothing else."""

from __future__ import annotations

import pytest
from support.assessments import found

from pipeline.evaluate import Truth, judge, overall
from pipeline.incidents.describe import describe, describe_digest, hold
from pipeline.incidents.flood import FloodRules
from pipeline.incidents.model import EventType, Incident, Status
from pipeline.incidents.public import Event
from pipeline.post import Post

SECOND = 1000


def truth(campaign: str | None) -> Truth:
    """Four accounts of a campaign, or of nobody's; they post once a second."""
    made = Truth(without_ignored=False, drop_fields=())
    posts = [
        Post(id=f"{n}", platform="x", author_id=f"a{n}", text="", created_at="", at=n * SECOND, campaign=campaign)
        for n in range(4)
    ]
    assert len(list(made.passing(posts))) == 4
    return made


def incident(status: Status, revision: int = 1, into: str | None = None) -> Incident:
    return Incident("inc_a", revision, status, "coordinated-network", "warning", 4, ["x"], 0, 0, into=into)


def told(event: EventType, status: Status, at_s: int, revision: int = 1, into: str | None = None) -> Event:
    return describe("s", incident(status, revision, into), event, found(4, "warning", 0), at_s * SECOND)


def digest(at_s: int) -> Event:
    held = hold(incident("open"), "incident.opened", found(4, "warning", 0))
    return describe_digest("s", [held], 0, at_s * SECOND, FloodRules(10, 600 * SECOND))


OPENED = told("incident.opened", "open", 1)
SUPPRESSED = told("incident.suppressed", "suppressed", 2, 2)
ONLY_SUPPRESSED = told("incident.suppressed", "suppressed", 1)
MERGED = told("incident.merged", "merged", 2, 2, "inc_b")


@pytest.mark.parametrize(
    ("events", "posts_until"),
    [
        ([OPENED], 2),
        ([OPENED, SUPPRESSED], 2),
        ([digest(2)], 3),
        ([ONLY_SUPPRESSED, told("incident.opened", "open", 2, 2)], 3),
        ([ONLY_SUPPRESSED], None),
        ([ONLY_SUPPRESSED, MERGED], None),
        ([], None),
    ],
)
def test_a_campaign_is_found_by_the_first_alarm(events: list[Event], posts_until: int | None) -> None:
    (campaign,) = judge("f", truth("c"), events, 1.0).campaigns

    assert (campaign.found, campaign.posts_until) == (posts_until is not None, posts_until)
    assert campaign.accounts_found == (4 if campaign.found else 0)


@pytest.mark.parametrize(
    ("events", "false"),
    [
        ([OPENED], 1),
        ([OPENED, SUPPRESSED], 1),
        ([OPENED, MERGED], 1),
        ([digest(2)], 1),
        ([ONLY_SUPPRESSED], 0),
        ([ONLY_SUPPRESSED, MERGED], 0),
    ],
)
def test_a_false_incident_is_one_that_raised_an_alarm(events: list[Event], false: int) -> None:
    assert len(judge("f", truth(None), events, 1.0).false_incidents) == false


def test_recordings_together_are_judged_by_their_sums() -> None:
    right, wrong, silent = (
        judge("f", truth("c"), [OPENED], 1.0),
        judge("g", truth(None), [OPENED], 1.0),
        judge("h", truth(None), [], 1.0),
    )

    together = overall([right, wrong, wrong, silent])

    assert (together.incidents, together.members, together.organic_members) == (3, 12, 8)
    assert together.account_precision == round(1 / 3, 4)
    assert (together.false_incidents, together.organic_posts) == (2, 12)
    assert together.false_per_million == round(2e6 / 12, 2)
    assert overall([silent]).account_precision is None
