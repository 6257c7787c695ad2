"""How far behind a group is, from offsets alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.live.lag import note, partition_lag, waited

OFFSETS = st.integers(0, 10**12)


@given(OFFSETS, OFFSETS, st.none() | OFFSETS)
def test_lag_and_loss_are_never_below_zero(start: int, records: int, committed: int | None) -> None:
    found = partition_lag(0, start, start + records, committed)

    assert 0 <= found.lag <= records
    assert found.lost >= 0


@given(OFFSETS, OFFSETS, st.data())
def test_what_is_taken_and_what_is_not_make_the_whole(start: int, records: int, data: st.DataObject) -> None:
    committed = data.draw(st.integers(start, start + records))
    found = partition_lag(3, start, start + records, committed)

    assert found.lag + (committed - start) == records
    assert note(found) == ""


@given(OFFSETS, OFFSETS)
def test_a_group_that_has_committed_nothing_is_behind_by_all_and_has_lost_nothing_known(
    start: int, records: int
) -> None:
    found = partition_lag(0, start, start + records, None)

    assert (found.lag, found.lost, found.beyond) == (records, 0, False)


@given(OFFSETS, OFFSETS, st.integers(1, 10**6))
def test_records_deleted_before_they_were_taken_are_counted(committed: int, records: int, lost: int) -> None:
    start = committed + lost
    found = partition_lag(0, start, start + records, committed)

    assert (found.lag, found.lost) == (records, lost)
    assert note(found) == f"{lost:,} records were deleted before they were taken"


@given(OFFSETS, st.integers(1, 10**6))
def test_an_offset_beyond_the_end_is_told(end: int, more: int) -> None:
    found = partition_lag(0, 0, end, end + more)

    assert (found.lag, found.beyond) == (0, True)
    assert "made anew" in note(found)


@given(OFFSETS, st.integers(-(10**9), 10**9))
def test_waiting_is_never_below_zero_whatever_the_clocks_say(came: int, later: int) -> None:
    assert waited(came, came + later) == max(0, later) / 1000
