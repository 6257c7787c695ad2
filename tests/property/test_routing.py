"""Records routed: every line is somewhere, as it came and in its order, and no record is too long."""

from __future__ import annotations

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.live.packs import packed
from pipeline.live.routing import room, route_record
from pipeline.live.rules import Rules
from pipeline.post import Limits
from pipeline.sections import RouteRule

RULES = Rules([RouteRule(stream="de", lang="de"), RouteRule(stream="tram", keywords=("tram",))])
RECORD_BYTES = 2048


def post(text: str, lang: str) -> bytes:
    made = {"id": "1", "platform": "x", "author_id": "7", "created_at": "2024-05-01T12:00:00Z"}
    return json.dumps({**made, "text": text, "lang": lang}).encode()


posts = st.builds(post, st.sampled_from(["tram", "bus", "tram " * 150, "bus " * 600]), st.sampled_from(["de", "en"]))
blank = st.sampled_from([b"", b"  ", b"null", b"\r"])
lines = posts | blank | st.binary(max_size=20).filter(lambda data: b"\n" not in data)


@given(st.lists(lines, max_size=12))
def test_every_line_is_routed_refused_or_fits_no_rule(record: list[bytes]) -> None:
    routed = route_record("t", b"\n".join(record), RULES, Limits(), RECORD_BYTES)
    told = [line for line in record if line.strip() not in (b"", b"null")]
    refused = {each.line for each in routed.refused}
    sent = {line for lines in routed.streams.values() for line in lines}

    assert routed.lines == len(told)
    assert all(record[each.line - 1] == each.data for each in routed.refused)
    kept = [line for number, line in enumerate(record, 1) if line in told and number not in refused]
    assert routed.unrouted == sum(line not in sent for line in kept)
    for stream, held in routed.streams.items():
        sign = {"de": b'"de"', "tram": b"tram"}[stream]
        assert held == [line for line in kept if sign in line]


@given(st.lists(st.binary(min_size=1, max_size=30).filter(lambda line: b"\n" not in line)), st.integers(30, 90))
def test_packed_lines_come_out_as_they_went_in(given_lines: list[bytes], most: int) -> None:
    values = list(packed(given_lines, most))

    assert [line for value in values for line in value.split(b"\n")] == given_lines
    assert all(len(value) <= most for value in values)
    for one, other in itertools.pairwise(values):
        assert len(one) + 1 + len(other.split(b"\n")[0]) > most


def test_a_record_without_a_value_holds_no_line() -> None:
    assert route_record("t", None, RULES, Limits(), RECORD_BYTES).lines == 0


def test_a_line_that_no_record_holds_is_refused_only_where_it_would_go() -> None:
    long = post("tram " * 600, "en")
    assert len(long) > room("tram", RECORD_BYTES)

    assert [each.reason for each in route_record("t", long, RULES, Limits(), RECORD_BYTES).refused] == ["too-long"]
    assert route_record("t", post("bus " * 600, "en"), RULES, Limits(), RECORD_BYTES).unrouted == 1
