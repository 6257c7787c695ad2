"""The bursts beside incidents: ranked, each with those who made it; nothing in them is taken for an incident."""

from __future__ import annotations

from io import StringIO

from msgspec.structs import replace
from rich.console import Console
from support.assessments import found
from support.told_bursts import T0, burst, told

from pipeline.cli.burst_table import SHOWN, burst_table, makers, ranked
from pipeline.detect.burst_share import BurstShown
from pipeline.evaluate import Truth, judge
from pipeline.incidents.burst import standing_bursts
from pipeline.incidents.describe import describe
from pipeline.incidents.model import Incident
from pipeline.incidents.public import IncidentEvent
from pipeline.post import Post


def incident(name: str, *shares: tuple[BurstShown, float]) -> IncidentEvent:
    stored = Incident(name, 1, "open", "coordinated-network", "warning", 4, ["x"], 0, 0)
    event = describe("s", stored, "incident.opened", found(4, "warning", 0), T0)
    return replace(event, data=replace(event.data, bursts=[replace(each, share=share) for each, share in shares]))


def test_the_most_significant_is_the_first_and_ties_are_told_in_order() -> None:
    bursts = [burst("b", begin=30), burst("c", significance=80.5), burst("a", begin=30), burst("d", begin=20)]

    assert [each.keyword for each in ranked([told(each) for each in bursts])] == ["c", "d", "a", "b"]


def test_those_who_made_most_of_it_are_named_first() -> None:
    mine, again = ranked([told(burst("a")), told(burst("a", begin=90, end=None))])
    incidents = [
        incident("inc_1", (mine, 0.1), (again, 0.9)),
        incident("inc_2", (mine, 0.625)),
        incident("inc_3"),
        incident("inc_4", (mine, 0.2)),
    ]

    assert makers(mine, incidents) == ["62% inc_2", "20% inc_4"]
    assert makers(again, incidents) == ["90% inc_1"]


def test_the_first_are_shown_and_nothing_in_them_is_obeyed() -> None:
    bursts = [burst(f"word{number}", significance=90.0 - number) for number in range(SHOWN + 1)]
    bursts[0].label = "[bold]mine\x1b[31m\u202e"
    out = StringIO()

    Console(file=out, width=130, markup=False).print(burst_table([told(each) for each in bursts], []))

    shown = out.getvalue()
    assert f"{SHOWN + 1} bursts" in shown
    assert [f"word{number}" in shown for number in range(SHOWN + 1)] == [False, *[True] * (SHOWN - 1), False]
    assert "[bold]mine\\x1b[31m\\u202e" in shown
    assert "\x1b" not in shown


def test_a_burst_is_told_with_its_figures() -> None:
    (shown,) = told(burst(label="the ferry")).data.bursts

    assert shown == BurstShown("#ferry", "2026-01-01T10:02:00.000Z", 4, 2, 1.0, 12.0, 8.0, "the ferry")


def test_bursts_that_are_over_or_were_not_told_do_not_stand() -> None:
    (standing,) = standing_bursts("s", [burst("a", end=None), burst("b"), burst("c", end=None, revision=0)], T0)

    assert (standing.type, standing.data.keywords, standing.data.status) == ("incident.updated", ["a"], "open")


def test_a_burst_is_neither_found_nor_false() -> None:
    truth = Truth(without_ignored=False, drop_fields=())
    posts = [
        Post(id=f"{n}", platform="x", author_id="a1", text="", created_at="", at=T0 + n, campaign="c") for n in range(4)
    ]
    assert len(list(truth.passing(posts))) == 4

    result = judge("f", truth, [told(burst(end=None)), told(burst())], 1.0)

    assert (result.incidents, result.false_incidents) == (0, [])
    assert [campaign.found for campaign in result.campaigns] == [False]
