"""What is sent: packs hold every line once, in order and in bounds, and no reader doubts the time of a line."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RecordingError
from pipeline.incidents.public import rfc3339
from pipeline.live.export import Exporter
from pipeline.live.log import Record
from pipeline.live.packs import Pack, Packer
from pipeline.live.stamps import sent_form, stamped
from pipeline.post import Limits, Line, decode_line, encode_line
from pipeline.recordings.jumps import guard_jumps
from pipeline.recordings.read import ReadStats
from pipeline.times import MAX_TIME_MS, MIN_TIME_MS

LIMITS = Limits()
HOUR_MS = 3_600_000
START_MS = 1_600_000_000_000
times = st.integers(MIN_TIME_MS, MAX_TIME_MS - 1)


def line_of(kind: str, created: int, observed: int | None) -> Line:
    data: dict[str, object] = {"id": "1", "platform": "x", "created_at": rfc3339(created), "type": kind}
    if kind == "post":
        data |= {"author_id": "a", "text": "text", "observed_at": None if observed is None else rfc3339(observed)}
    return decode_line(msgspec.json.encode(data))


kinds = st.sampled_from(["post", "delete", "tick"])


@given(st.lists(st.binary(min_size=1, max_size=12).filter(lambda line: b"\n" not in line)), st.integers(1, 5))
def test_packs_hold_every_line_once_in_order_and_in_bounds(lines: list[bytes], most: int) -> None:
    packer = Packer(most, 20)
    packs = [pack for line in lines if (pack := packer.take(line))]
    packs += [pack] if (pack := packer.rest()) else []

    assert [line for pack in packs for line in pack.value.split(b"\n")] == lines
    assert [pack for pack in packs if len(pack.value) > 20 or not 1 <= pack.lines <= most] == []
    assert sum(pack.lines for pack in packs) == len(lines)
    # A pack is only closed early for want of room.
    assert [
        (pack, after)
        for pack, after in itertools.pairwise(packs)
        if pack.lines < most and len(pack.value) + 1 + len(after.value.split(b"\n")[0]) <= 20
    ] == []


def test_a_line_that_no_record_can_hold_is_refused_with_the_setting() -> None:
    with pytest.raises(RecordingError, match=r"kafka\.record_bytes"):
        Packer(1, 20).take(b"x" * 21)


def test_an_empty_packer_has_no_rest() -> None:
    assert Packer(1, 20).rest() is None
    assert Packer(1, 20).take(b"a") == Pack(b"a", 1)


@given(kinds, times, st.none() | times, st.integers(0, 10**12))
def test_a_worker_comes_to_the_event_time_of_the_line(kind: str, created: int, observed: int | None, back: int) -> None:
    line = line_of(kind, created, observed)
    line.at = max(MIN_TIME_MS, line.at - back)

    assert decode_line(sent_form(line, LIMITS)).at == line.at
    assert back or sent_form(line, LIMITS) == encode_line(line)


@given(kinds, times, st.none() | times, st.integers(0, 10**12))
def test_a_stamp_changes_nothing_but_the_event_time(kind: str, created: int, observed: int | None, back: int) -> None:
    line = line_of(kind, created, observed)
    line.at = max(MIN_TIME_MS, line.at - back)
    raw = encode_line(line)[:-1] + b',"foreign":{"a":[1,2]}} '

    found = stamped(raw, line)

    assert decode_line(found).at == line.at
    assert found.startswith(raw[:-2])
    assert kind != "post" or decode_line(found).created_at == line.created_at


@given(st.lists(st.tuples(st.sampled_from([0, 60_000, 2 * HOUR_MS, -HOUR_MS, 10**11]), st.booleans()), max_size=40))
def test_a_replay_of_an_export_sees_the_times_of_a_worker(steps: list[tuple[int, bool]]) -> None:
    """Posts with gaps, late ones and hostile dates; what was appended when is a clock that goes on."""
    exporter = Exporter(LIMITS)
    clock = START_MS
    seen: list[bytes] = []
    told: list[int] = []
    for step, stamp in steps:
        clock += step if 0 < step < 10**11 else 1000
        created = clock + step if step in (-HOUR_MS, 10**11) else clock
        line = line_of("post", created, clock if stamp else None)
        told.append(min(line.at, clock))
        seen += exporter.lines(Record(0, 0, clock, b"s", encode_line(line), []))

    stats = ReadStats()

    assert [line.at for line in guard_jumps(map(decode_line, seen), stats)] == told
    assert stats.clamped == 0
