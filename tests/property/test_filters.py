"""Which events an endpoint is told of, when, and what is silenced."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.alerts import AT, digest, incident, verdict

from pipeline.detect.assess import Kind
from pipeline.detect.severity import Severity
from pipeline.errors import UserError
from pipeline.incidents.model import EventType
from pipeline.incidents.public import HeldIncident
from pipeline.notify.filters import AFTER, Filter, severity_of, wanted
from pipeline.notify.quiet import read_quiet
from pipeline.notify.silences import FIELDS, Matcher, Silence, read_matcher, silenced

TYPES = (
    *("incident.opened", "incident.updated", "incident.escalated", "incident.resolved", "incident.reopened"),
    *("incident.suppressed", "incident.merged"),
)
KINDS = ("coordinated-network", "copy-paste-wave", "amplification-ring", "reply-swarm", "keyword-burst")
SEVERITIES = ("info", "warning", "critical")
EVERYTHING = Filter(
    types=frozenset((*TYPES, "incident.digest", "incident.verdict")),
    kinds=frozenset(KINDS),
    severities=frozenset(SEVERITIES),
)


@given(
    told=st.sampled_from(TYPES),
    of=st.sampled_from(KINDS),
    severity=st.sampled_from(SEVERITIES),
    score=st.floats(0, 1),
    types=st.frozensets(st.sampled_from(TYPES)),
    kinds=st.frozensets(st.sampled_from(KINDS)),
    severities=st.frozensets(st.sampled_from(SEVERITIES)),
    least=st.floats(0, 1),
    streams=st.sampled_from(((), ("town",), ("t*",), ("other", "*"), ("other",))),
)
def test_a_find_is_told_where_all_fits_and_its_end_whoever_was_told_of_it(
    told: EventType,
    of: str,
    severity: str,
    score: float,
    types: frozenset[str],
    kinds: frozenset[str],
    severities: frozenset[str],
    least: float,
    streams: tuple[str, ...],
) -> None:
    event = incident(told=told, kind=of, severity=severity, score=score)
    asked = Filter(types, kinds, severities, streams, least)

    is_asked = told in types and streams != ("other",)
    is_worth = of in kinds and severity in severities and score >= least
    expected = "no" if not is_asked else "end" if told in AFTER else "yes" if is_worth else "no"
    assert wanted(event, asked, replayed=False) == expected


@pytest.mark.parametrize("event", [incident(replay=True), digest(replay=True), verdict(replay=True)])
def test_what_is_replayed_is_told_only_where_it_is_asked_for(event: object) -> None:
    assert wanted(event, EVERYTHING, replayed=False) == "no"  # type: ignore[arg-type]


def test_a_digest_is_told_where_something_in_it_fits() -> None:
    def held(kind: Kind, severity: Severity) -> HeldIncident:
        return HeldIncident(
            type="incident.opened",
            incident_id="inc_1",
            revision=1,
            status="open",
            kind=kind,
            severity=severity,
            accounts=4,
            detected_at=AT,
            summary="",
        )

    told = digest(incidents=[held("copy-paste-wave", "warning"), held("reply-swarm", "info")])
    asked = Filter(EVERYTHING.types, frozenset(["reply-swarm"]), frozenset(["warning"]))

    assert severity_of(told) == "warning"
    assert wanted(told, EVERYTHING, replayed=False) == "yes"
    assert wanted(told, asked, replayed=False) == "no"  # the swarm is no warning, the warning no swarm
    assert wanted(digest(), EVERYTHING, replayed=False) == "no"


minutes = st.integers(0, 24 * 60 - 1)


@given(
    start=minutes,
    end=minutes,
    now=st.integers(1_700_000_000_000, 1_900_000_000_000),
    zone=st.sampled_from(("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")),
)
def test_quiet_hours_hold_until_their_end_and_no_longer(start: int, end: int, now: int, zone: str) -> None:
    if start == end:
        return
    quiet = read_quiet(f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02} {zone}")

    until = quiet.until(now)

    here = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone))
    minute = here.hour * 60 + here.minute
    is_quiet = start <= minute < end if start < end else minute >= start or minute < end
    assert bool(until) == is_quiet
    if is_quiet:
        assert now < until <= now + 26 * 3_600_000
        after = datetime.fromtimestamp(until / 1000, UTC).astimezone(ZoneInfo(zone))
        # Where clocks are put forward, or back, at that hour, the end is moved by as much.
        assert after.hour * 60 + after.minute == end or after.utcoffset() != here.utcoffset() or until == now + 1


def silence(*matchers: str, start: int = 0, end: int = 10) -> Silence:
    return Silence("sil_1", tuple(map(read_matcher, matchers)), "me", "maintenance", start, end)


@pytest.mark.parametrize(
    ("matchers", "fits"),
    [
        (("stream=town",), True),
        (("stream=TOWN", "kind=coordinated-*"), True),
        (("stream=town", "kind=reply-swarm"), False),
        (("keyword=#sample",), True),
        (("keyword=#SAM*",), True),
        (("incident=inc_1",), True),
        (("endpoint=ops",), True),
        (("endpoint=other",), False),
        (("platform=x",), True),
        (("severity=critical",), False),
    ],
)
def test_a_silence_holds_where_all_of_it_fits(matchers: tuple[str, ...], fits: bool) -> None:
    event = incident(platforms={"x": 3})

    assert (silenced(event, "ops", [silence(*matchers)], 5) is not None) == fits
    assert silenced(event, "ops", [silence(*matchers)], 10) is None
    assert silenced(event, "ops", [silence(*matchers, start=6)], 5) is None


def test_what_a_digest_has_not_no_matcher_fits() -> None:
    for field, value in (("incident", "*"), ("kind", "*"), ("keyword", "*"), ("platform", "*")):
        assert silenced(digest(), "ops", [silence(f"{field}={value}")], 5) is None
    assert silenced(digest(), "ops", [silence("stream=town")], 5)
    assert silenced(verdict(), "ops", [silence("incident=inc_*")], 5)


@given(st.text(max_size=40))
def test_what_is_no_matcher_is_told_with_what_there_is(text: str) -> None:
    field, equals, value = text.partition("=")
    if equals and field.strip() in FIELDS and value.strip():
        assert read_matcher(text) == Matcher(field.strip(), value.strip())
    else:
        with pytest.raises(UserError, match=r"matcher|characters"):
            read_matcher(text)
