"""Bursts in a list: gathered as they end, ranked, told with all that is known, and shown as data."""

from __future__ import annotations

import json

import msgspec
from support.told_bursts import MINUTE, T0, burst

from pipeline.burst_list import BurstRow, Gathered, Gatherer, Passed, rows
from pipeline.bursts.burst import Burst, Moved
from pipeline.bursts.watched import watch_hash
from pipeline.cli.burst_lines import COMPANIONS, burst_lines, followed, heading
from pipeline.cli.chart import ASCII, BLOCKS
from pipeline.post import Post

LAST = T0 + 120 * MINUTE


def gathered(*bursts: Burst) -> list[Gathered]:
    return [Gathered(each, each.authors) for each in bursts]


def listed(*bursts: Burst) -> list[BurstRow]:
    return rows(gathered(*bursts), [], LAST)


def shown(*bursts: Burst, steps: str = BLOCKS) -> list[str]:
    return [line.plain for line in burst_lines(listed(*bursts), steps)]


def test_bursts_are_gathered_as_they_end_and_those_that_go_on_as_they_are() -> None:
    gatherer = Gatherer()
    first, second, goes_on = burst("a"), burst("b", significance=80.0), burst("c", end=None, significance=30.0)
    for moved in (Moved("opened", 0, first), Moved("renamed", 0, first), Moved("ended", 0, first)):
        gatherer(moved)
    gatherer(Moved("opened", 0, goes_on))
    gatherer(Moved("ended", 0, second))

    found = gatherer.ranked([goes_on, second, first])

    assert [each.burst.keyword for each in found] == ["b", "c", "a"]
    assert [each.accounts for each in found] == [2, 2, 2]
    assert {each.burst.author_keys for each in found} == {b""}
    assert first.authors == 2


def test_of_bursts_as_significant_the_earlier_is_the_first() -> None:
    gatherer = Gatherer()

    found = gatherer.ranked([burst(name, begin=at, end=None) for name, at in (("b", 60), ("a", 60), ("c", 50))])

    assert [each.burst.keyword for each in found] == ["c", "a", "b"]


def test_the_times_of_lines_that_pass_are_remembered_in_any_order() -> None:
    passed = Passed()
    posts = [Post(id=f"{at}", platform="x", author_id="a", text="", created_at="", at=at) for at in (5, 9, 3, 7)]

    assert (passed.first, passed.last) == (None, None)
    assert list(passed.through(posts)) == posts
    assert (passed.first, passed.last) == (3, 9)


def test_the_json_has_all_that_is_known() -> None:
    text = "the #ferry sank"
    one = burst("harbour", number=watch_hash("harbour"), label="the harbour", companions=("sank", "the ferry"), more=5)
    posts = [
        Post(id=f"p{at}", platform="x", author_id="a", text="harbour", created_at="", at=T0 + at * MINUTE)
        for at in (29, 30, 60, 62, 89, 90)
    ]

    (told,) = json.loads(msgspec.json.encode(rows(gathered(one), posts, LAST)))

    counts = told.pop("counts")
    assert counts.pop("posts") == [1, *[0] * 9, 2, *[0] * 8, 1]
    assert counts == {"begin": "2026-01-01T09:30:00.000Z", "bin_s": 180}
    assert told == {
        "burst_id": one.burst_id,
        "keyword": "harbour",
        "label": "the harbour",
        "followed": True,
        "opened_at": "2026-01-01T10:02:00.000Z",
        "began_at": "2026-01-01T10:00:01.234Z",
        "peak_at": "2026-01-01T10:05:00.000Z",
        "last_post_at": "2026-01-01T10:03:00.000Z",
        "ended_at": "2026-01-01T10:30:00.000Z",
        "window_s": 600,
        "significance": 12.0,
        "ratio": 8.0,
        "expected": 1.5,
        "posts": 4,
        "accounts": 2,
        "reposts": 1,
        "repost_share": 0.25,
        "companions": [
            {"keyword": name, "opened_at": "2026-01-01T10:02:00.000Z", "significance": 9.0}
            for name in ("sank", "the ferry")
        ],
        "more_companions": 5,
        "first_posts": [
            {"at": "2026-01-01T10:00:01.234Z", "platform": "x", "id": "p1", "author_id": "a1", "text": text}
        ],
    }


def test_one_that_goes_on_has_no_end() -> None:
    (told,) = listed(burst(end=None))

    assert (told.ended_at, told.followed, told.label) == (None, False, "")
    assert told.counts.bin_s * len(told.counts.posts) >= 90 * 60


def test_a_burst_is_a_row_with_its_companions_and_its_first_post_beneath() -> None:
    one = msgspec.structs.replace(
        listed(burst(companions=("a", "b", "c", "d", "e", "f"), more=30))[0], label="the ferry"
    )
    counts = msgspec.structs.replace(one.counts, bin_s=60, posts=[0, 1, 8])
    header, *lines = burst_lines([msgspec.structs.replace(one, counts=counts)], BLOCKS)

    names = "opened keyword significance x usual posts accounts reposts until posts over time"
    assert " ".join(header.plain.split()) == names
    assert " ".join(lines[0].plain.split()) == "2026-01-01 10:02 the ferry 12 8 4 2 25% 01-01 10:30 ▁█"
    assert [line.plain.strip() for line in lines[1:]] == [
        f"a character is 1 minute; with it: a, b, c, d and {36 - COMPANIONS} more",
        "first: the #ferry sank",
    ]
    assert [line.style for line in lines] == ["", "dim", "dim"]


def test_without_companions_or_an_end_the_row_says_so() -> None:
    _, row, beside, _ = shown(burst(end=None), steps=ASCII)

    assert " goes on" in row
    assert beside.strip() == "a character is 4 minutes"


def test_columns_stay_in_place_whatever_the_keyword() -> None:
    wide, long, short = (shown(burst(name))[1] for name in ("渡し船" * 9, "link:example.com/" + "x" * 40, "#a"))

    assert wide.endswith(short[39:])
    assert long[39:] == short[39:]
    assert "渡し船…" not in short
    assert long[:39].rstrip().endswith("…")


def test_nothing_in_a_post_is_obeyed() -> None:
    hostile = "\x1b[31m\u202e[bold]"
    lines = shown(burst(hostile, companions=(hostile,), text=f"{hostile}{'x' * 200}"))

    assert not [line for line in lines if "\x1b" in line or "\u202e" in line]
    assert [line.count("\\x1b[31m\\u202e[bold]") for line in lines[1:]] == [1, 1, 1]
    assert lines[3].endswith("x…")


def test_the_heading_says_how_many_there_were() -> None:
    assert heading(3, 3, "A", "B") == "3 bursts from A to B UTC"
    assert heading(1, 1, "A", "B") == "1 burst from A to B UTC"
    assert heading(20, 1234, "A", "B") == "1,234 bursts from A to B UTC; the 20 most significant"
    assert heading(0, 0, "A", "B").startswith("no burst from A to B UTC: ")


def test_followed_patterns_are_told_with_their_posts() -> None:
    assert followed({"#tram": 1, "\x1bbus": 1200}) == "followed: \\x1bbus in 1,200 posts, #tram in 1 post"
