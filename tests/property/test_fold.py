"""Events folded to what stands: whatever their order, however often they come, and what answers say of precision."""

from __future__ import annotations

from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from support.events import answer, digest, incident

from pipeline.detect.assess import Kind, TemplateShown
from pipeline.incidents.answer import Verdict
from pipeline.incidents.fold import each_once, fold
from pipeline.incidents.model import Status
from pipeline.incidents.offer import FEW, offers
from pipeline.incidents.precision import precision
from pipeline.incidents.public import DigestEvent, Event, IncidentEvent, VerdictEvent

NAMES = ("inc_a", "inc_b")
verdicts: st.SearchStrategy[Verdict] = st.sampled_from(get_args(Verdict))
kinds: st.SearchStrategy[Kind] = st.sampled_from(get_args(Kind))


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """Events of two incidents, in order."""
    found: list[Event] = []
    for name in NAMES:
        for revision in range(1, draw(st.integers(0, 5)) + 1):
            how = draw(st.integers(0, 2))
            if how == 0:
                found.append(incident(name, revision, draw(st.sampled_from(get_args(Status)))))
            elif how == 1:
                found.append(digest(name, revision))
            else:
                found.append(answer(name, revision, draw(verdicts)))
    return found


@given(lives(), st.randoms(use_true_random=False))
def test_neither_order_nor_repeats_matter_and_the_last_revision_stands(events: list[Event], random: object) -> None:
    mixed = [*events, *events[::2]]
    random.shuffle(mixed)  # type: ignore[attr-defined] # a random.Random
    found = fold(mixed)

    assert found == fold(events)
    assert each_once(mixed) == each_once(events)
    for name, row in found.items():
        own = [event for event in events if not isinstance(event, DigestEvent) and event.data.incident_id == name]
        held = [event for event in events if isinstance(event, DigestEvent) and name in event.data.digest_id]
        assert row.revision == len(own) + len(held)
        assert row.summary == f"revision {row.revision}"
        answers = [event.data for event in own if isinstance(event, VerdictEvent)]
        assert row.verdict == (answers[-1] if answers else None)
        whole = [event for event in own if isinstance(event, IncidentEvent)]
        assert row.event == (whole[-1] if whole else None)
        assert (row.accounts is None) == (not whole and not held)


@given(st.lists(st.tuples(kinds, verdicts)))
def test_precision_is_the_share_of_true_ones_among_all_that_were_answered(answers: list[tuple[Kind, Verdict]]) -> None:
    found = precision(answers)

    assert [each.kind for each in found] == sorted({kind for kind, _ in answers})
    for each in found:
        own = [said for kind, said in answers if kind == each.kind]
        assert (each.true, each.false, each.benign) == tuple(own.count(said) for said in ("true", "false", "benign"))
        assert each.precision == own.count("true") / len(own)
    assert precision(reversed(answers)) == found


def text(number: int, *samples: str) -> TemplateShown:
    return TemplateShown(f"text {number}", 9, 9, list(samples), cluster=f"{number:016x}")


def test_what_is_offered_is_what_would_suppress_the_like() -> None:
    linked = [text(n, f"read https://www.town.example/{n}", "read this") for n in range(4)]
    few = [f"a{n}" for n in range(FEW)]
    of = incident("inc_a", 1, templates=linked, sample=few)

    assert offers(of) == [
        ("domain", "town.example"),
        *(("account", name) for name in few),
        *(("cluster", each.cluster) for each in linked),
    ]
    many = incident("inc_a", 1, templates=[*linked, text(4, "no link")], sample=few, members=FEW + 1)
    assert offers(many) == [("domain", "town.example")]
    other = incident("inc_a", 1, templates=[*linked[:3], text(4, "no link"), text(5, "https://t.co/a")], members=9)
    assert offers(other) == []
    assert offers(incident("inc_a", 1, templates=[msgspec.structs.replace(text(1, "a"), cluster="")], members=9)) == []
