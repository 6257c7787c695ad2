"""Incidents of the log on a terminal: what is told of them, and text that stays text."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from rich.console import Console
from support.events import answer, digest, incident

from pipeline.cli.incident_text import precision_lines, standing_table, story
from pipeline.cli.incidents import choose
from pipeline.detect.assess import TemplateShown
from pipeline.errors import ChoiceError, UserError
from pipeline.incidents.fold import fold
from pipeline.incidents.history import life
from pipeline.incidents.precision import precision
from pipeline.incidents.public import IncidentEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from pipeline.detect.assess import Kind
    from pipeline.incidents.public import Event

NASTY = "\x1b[31m \u202e [bold]"


def printed(parts: Iterable[RenderableType]) -> str:
    out = StringIO()
    shown = Console(file=out, highlight=False, markup=False, width=200)
    for part in parts:
        shown.print(part)
    return out.getvalue()


def nasty(event: IncidentEvent) -> IncidentEvent:
    """Let all free text of an event try to drive the terminal."""
    data = replace(
        event.data,
        stream=NASTY,
        summary=NASTY,
        detected_at=NASTY,
        first_post_at=NASTY,
        keywords=[NASTY],
        platforms={NASTY: 1},
        links={NASTY: NASTY},
        into=NASTY,
        templates=[TemplateShown(NASTY, 9, 9, [NASTY], NASTY)],
    )
    return replace(event, timestamp=NASTY, data=data)


def test_text_of_others_stays_text() -> None:
    event = nasty(incident("inc_a", 1))
    answered = answer("inc_a", 2, "benign")
    answered = replace(answered, data=replace(answered.data, author=NASTY, note=NASTY))
    (row,) = fold([event, answered]).values()
    told = printed([standing_table([row]), *story(row, life("inc_a", [event, answered]), [answered])])

    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\\x1b[31m \\u202e [bold]" in told


def test_a_story_has_the_texts_with_their_clusters_the_answers_and_the_life() -> None:
    events: list[Event] = [
        incident("inc_a", 1, templates=[TemplateShown("a {1}", 9, 8, ["a b"], "0" * 16)]),
        answer("inc_a", 2, "true"),
    ]
    (row,) = fold(events).values()
    told = printed(story(row, life("inc_a", events), [answer("inc_a", 2, "true")]))

    assert f"cluster {'0' * 16}, 9 posts, 8 accounts: a {{1}}\n    “a b”" in told
    assert "Answers\n  1970-01-01 00:00:02  true\n" in told
    assert "verdict: true" in told


def test_of_what_only_a_digest_has_told_it_says_that_nothing_more_is_known() -> None:
    (row,) = fold([digest("inc_a", 1)]).values()

    assert "nothing more is known" in printed(story(row, [], []))
    assert row.accounts == 7


def test_precision_says_what_it_counts() -> None:
    kind: Kind = "coordinated-network"
    told = printed([precision_lines(precision([(kind, "true"), (kind, "benign"), (kind, "false")]))])

    assert told == (
        "true ones among those answered, benign ones counted as not true:\n"
        "  coordinated-network    1 of 3 (33%), 1 false, 1 benign\n"
    )
    assert "none of them is answered" in printed([precision_lines([])])


def test_an_id_may_be_cut_as_long_as_it_is_told_from_others() -> None:
    rows = fold([incident("inc_ab", 1), incident("inc_ac", 1), incident("inc_a", 1)])

    assert choose(rows, "inc_a").incident_id == "inc_a"
    assert choose(rows, "ab").incident_id == "inc_ab"
    with pytest.raises(ChoiceError, match="3 incidents begin with 'a'") as several:
        choose(rows, "a")
    assert several.value.choices == ["inc_a", "inc_ab", "inc_ac"]
    with pytest.raises(UserError, match="the log holds no incident inc_b: `turfwatch incidents list`"):
        choose(rows, "inc_b")
