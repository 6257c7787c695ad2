"""What `turfwatch up` shows and says: events as data, and why a worker has ended."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pipeline.cli.news import REASONS, gap, news
from pipeline.detect.signal import Signal
from pipeline.incidents.public import (
    Accounts,
    DigestData,
    DigestEvent,
    HeldIncident,
    IncidentData,
    IncidentEvent,
)
from pipeline.live.child import reason

AT = "2026-01-01T09:00:00.000Z"
DATA = IncidentData(
    schema=1,
    incident_id="inc_1",
    stream="town",
    revision=1,
    status="open",
    kind="coordinated-network",
    severity="warning",
    score=0.5,
    first_post_at=AT,
    last_post_at=AT,
    detected_at=AT,
    summary="4 accounts posted [bold]this[/bold] \x1b[31m\u202e",
    evidence=[Signal("repeat-co-posting", 2.0, f"reason {number} \x07", 0.1, 1e-9) for number in range(5)],
    keywords=[],
    templates=[],
    accounts=Accounts(4, 0, []),
    posts=9,
    platforms={},
    communities={},
    links={},
)


def test_an_event_is_shown_with_its_first_reasons_and_nothing_in_it_is_obeyed() -> None:
    shown = news(IncidentEvent("incident.opened", AT, DATA)).plain.splitlines()

    assert shown == [
        "2026-01-01 09:00:00  opened      coordinated-network  warning  0.50  town  inc_1",
        "  4 accounts posted [bold]this[/bold] \\x1b[31m\\u202e",
        *(f"  - reason {number} \\x07 (p <= 1e-09)" for number in range(REASONS)),
    ]


def test_what_happens_to_a_burst_is_one_dim_line() -> None:
    event = IncidentEvent("incident.opened", AT, replace(DATA, kind="keyword-burst", severity="info"))
    shown = news(event)

    assert shown.plain == (
        "2026-01-01 09:00:00  opened      keyword-burst  town  4 accounts posted [bold]this[/bold] \\x1b[31m\\u202e"
    )
    assert shown.style == "dim"
    assert (gap(event), gap(IncidentEvent("incident.opened", AT, DATA))) == ("\n", "\n\n")


def test_a_digest_is_shown_with_what_it_tells() -> None:
    held = HeldIncident("incident.opened", "inc_2", 1, "open", "copy-paste-wave", "info", 9, AT, "a \x1b wave")
    data = DigestData(1, "dig_1", "town", 1, 10, 600, AT, 1, "1 incident was held back", [held], {})
    shown = news(DigestEvent("incident.digest", AT, data)).plain

    assert shown.startswith("2026-01-01 09:00:00  digest")
    assert "inc_2  a \\x1b wave" in shown
    assert "\x1b" not in shown


def test_an_event_of_few_reasons_is_shown_with_these() -> None:
    shown = news(IncidentEvent("incident.resolved", AT, replace(DATA, evidence=[]))).plain

    assert len(shown.splitlines()) == 2


@pytest.mark.parametrize(
    ("said", "code", "expected"),
    [
        (["news", "turfwatch: topic posts: missing", "later"], 2, "topic posts: missing"),
        (["Traceback", "ValueError: 7"], 1, "exit code 1: ValueError: 7"),
        ([], 1, "exit code 1"),
        (["news"], 256 - 9, "killed by signal 9"),
        (["news"], -15, "killed by signal 15"),
    ],
)
def test_the_reason_of_an_end_is_found(said: list[str], code: int, expected: str) -> None:
    assert reason(said, code) == expected
