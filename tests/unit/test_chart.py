"""A line of characters: every count has its step, and an encoding without blocks has others."""

from __future__ import annotations

import pytest

from pipeline.cli.chart import ASCII, BLOCKS, chart, steps_for


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([], ""),
        ([0, 0], "  "),
        ([3], "█"),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8], " ▁▂▃▄▅▆▇█"),
        ([0, 1, 1000, 501], " ▁█▅"),
    ],
)
def test_counts_are_drawn_against_the_largest_and_only_nothing_is_blank(counts: list[int], shown: str) -> None:
    assert chart(counts) == shown


def test_a_terminal_without_blocks_gets_plain_characters() -> None:
    assert chart([0, 1, 2, 3, 4, 5, 6, 7, 8], ASCII) == " .:-=+*#@"


@pytest.mark.parametrize(
    ("encoding", "steps"), [("utf-8", BLOCKS), ("ascii", ASCII), ("latin-1", ASCII), ("cp437", ASCII), ("?", ASCII)]
)
def test_what_the_encoding_has_is_taken(encoding: str, steps: str) -> None:
    assert steps_for(encoding) == steps
