"""How far a page was told outlives a restart, and signed values are nobody's to make."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.console import Clock

from pipeline.console.cursor import MOST_CHARS, read_cursor, write_cursor
from pipeline.console.sessions import Sessions

REACHED = st.dictionaries(st.integers(0, 9999), st.integers(0, 2**50), min_size=1, max_size=60)


@given(REACHED)
def test_a_cursor_is_read_as_it_was_written(reached: dict[int, int]) -> None:
    assert read_cursor(write_cursor(reached)) == reached


@given(st.text(max_size=40))
def test_a_cursor_of_strangers_is_none_or_one(told: str) -> None:
    found = read_cursor(told)

    assert found is None or all(offset >= 0 for offset in found.values())


def test_a_cursor_that_no_header_bears_is_left_out() -> None:
    assert write_cursor(dict.fromkeys(range(MOST_CHARS), 1)) == ""
    assert read_cursor("1.1-" * MOST_CHARS + "1.1") is None


@given(st.text(max_size=60))
def test_no_cookie_of_strangers_is_a_session(value: str) -> None:
    assert not Sessions(None, 1, Clock()).holds(value)
