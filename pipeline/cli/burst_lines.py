"""Bursts as they are listed on a terminal: a row each, and beneath it what bursts with it and its first post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from pipeline.bursts.tally import BINS
from pipeline.cli.chart import chart
from pipeline.cli.show import cut
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.burst_list import BurstRow

COMPANIONS: Final = 4
"""Companions that are named."""

_INDENT: Final = " " * 18
_COLUMNS: Final = (
    *(("opened", 16), ("keyword", 22), ("significance", 12), ("x usual", 7), ("posts", 6), ("accounts", 8)),
    *(("reposts", 7), ("until", 11), ("posts over time", BINS)),
)
_RIGHT: Final = ("significance", "x usual", "posts", "accounts", "reposts")


def burst_lines(rows: Sequence[BurstRow], steps: str) -> Iterator[Text]:
    """Yield the lines of bursts in their order; ``steps`` are the characters of their charts."""
    yield Text(_line([name for name, _ in _COLUMNS]), style="bold")
    for row in rows:
        yield Text(_line(_cells(row, steps)))
        for told in (_beside(row), f"first: {cut(safe(row.first_posts[0].text))}" if row.first_posts else ""):
            if told:
                yield Text(f"{_INDENT}{told}", style="dim")


def heading(shown: int, of: int, first: str, last: str) -> str:
    """Return how many bursts there were in which time."""
    span = f"from {first} to {last} UTC"
    if not of:
        return f"no burst {span}: no keyword was in far more posts than is usual of it"
    most = f"; the {shown} most significant" if shown < of else ""
    return f"{of:,} burst{'' if of == 1 else 's'} {span}{most}"


def followed(posts: Mapping[str, int]) -> str:
    """Return how many posts each pattern was in."""
    return "followed: " + ", ".join(
        f"{safe(name)} in {count:,} post{'' if count == 1 else 's'}" for name, count in sorted(posts.items())
    )


def _cells(row: BurstRow, steps: str) -> list[str]:
    return [
        _minute(row.opened_at),
        safe(row.label or row.keyword),
        f"{row.significance:g}",
        f"{row.ratio:g}",
        str(row.posts),
        str(row.accounts),
        f"{row.repost_share:.0%}",
        "goes on" if row.ended_at is None else _minute(row.ended_at)[5:],
        chart(row.counts.posts, steps),
    ]


def _beside(row: BurstRow) -> str:
    minutes = row.counts.bin_s // 60
    each = f"a character is {minutes} minute{'' if minutes == 1 else 's'}"
    if not row.companions:
        return each
    beside = row.companions[:COMPANIONS]
    more = len(row.companions) + row.more_companions - len(beside)
    named = ", ".join(safe(each.keyword) for each in beside)
    return f"{each}; with it: {named}" + (f" and {more} more" if more else "")


def _line(cells: Sequence[str]) -> str:
    return " ".join(
        _fitted(cell, width, right=name in _RIGHT) for cell, (name, width) in zip(cells, _COLUMNS, strict=True)
    ).rstrip()


def _fitted(cell: str, width: int, *, right: bool) -> str:
    if cell_len(cell) > width and not right:
        return set_cell_size(cell, width - 1) + "…"
    return cell.rjust(width) if right else set_cell_size(cell, width)


def _minute(rfc: str) -> str:
    return rfc[:16].replace("T", " ")
