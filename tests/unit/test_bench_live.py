"""What `make bench-live` makes of its measurements."""

from __future__ import annotations

import json
import os

import pytest

from bench.live import BARE, PACKED, SINGLE, judged, rank
from bench.live_child import Meter, Span
from bench.live_latency import Latency


def test_a_rank_is_a_time_that_was_measured() -> None:
    assert [rank([7], share) for share in (0.5, 0.99)] == [7, 7]
    assert rank(list(range(200)), 0.99) == 198


@pytest.mark.parametrize(
    ("single", "packed", "slowest", "campaigns", "holds"),
    [
        (6000, 10_000, 1999, 200, True),
        (5999, 10_000, 1999, 200, False),
        (6000, 9999, 1999, 200, False),
        (6000, 10_000, 2000, 200, False),
        (6000, 10_000, 1999, 199, False),
    ],
)
def test_every_bound_has_to_hold(single: int, packed: int, slowest: int, campaigns: int, holds: bool) -> None:
    rates = {BARE: [10_000.0], SINGLE: [float(single)], PACKED: [float(packed)]}
    times = [100] * 50 + [slowest] * 150
    told = Latency(times, times, times, {f"c{number}" for number in range(campaigns)}, 0, 0, 0, Span(1, 1.0, {}))

    assert judged(rates, told) == holds


def test_the_meter_counts_from_the_first_batch_on_and_tells_it_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    meter = Meter(5, {"broker": os.getpid()})
    ran = []
    for records in (2, 2, 2, 2):
        ran.append(meter.runs)
        meter.begins()
        meter.ends(records)
    told = json.loads(capsys.readouterr().out)

    assert ran == [True, True, True, False]
    assert told["records"] == 6
    assert set(told["cpu"]) == {"process", "broker"}
