"""The watch list: what can be followed, what fits, what is refused and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pipeline.bursts import watch
from pipeline.bursts.patterns import MAX_SIZE, expression
from pipeline.bursts.watch import ADD, MAX_WATCHES, REMOVE, Watch, WatchList, read_change, read_watch, write_watch
from pipeline.bursts.watched import searched as joined
from pipeline.config import effective, load_settings
from pipeline.errors import ConfigError, LineError
from pipeline.post import Control, Limits, decode_line, encode_line
from pipeline.text.keywords import keyword_tokens
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-01-01T00:00:00Z"


def searched(text: str, urls: tuple[str, ...] = (), mentions: tuple[str, ...] = ()) -> str:
    return joined(normalise(text), keyword_tokens(urls, mentions))


def fits(pattern: str, text: str, urls: tuple[str, ...] = (), mentions: tuple[str, ...] = ()) -> bool:
    return WatchList([Watch(pattern)]).matches([searched(text, urls, mentions)]) == [(0, 0)]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("Koch farm", "KOCH, farm!"),
        ("koch", "#Koch is bad"),
        ("#koch", "down with #Koch"),
        ("#koch", "foo#koch"),
        ("$koch", "sell $KOCH"),
        ("kосh", "koch"),  # two Cyrillic letters among Latin ones
        ("koch", "kосh"),
        ("glob:koch*farm?", "kochXfarms"),
        ("glob:#koch*", "#KochFarms"),
        ("glob:*farm", "#kochfarm"),
        ("glob:к?х", "КОХ"),
        ("国家", "我国家。"),
        ("re:ko+ch farm$", "Kooch Farm"),
        ("re:KOCH", "koch"),
        ("re:^koch", "koch farm"),
        ("re:a|b", "b"),
        ("example.com", "see example.com today"),
    ],
)
def test_what_reads_the_same_fits(pattern: str, text: str) -> None:
    assert fits(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("koch", "kochs"),
        ("koch", "okoch"),
        ("koch farm", "koch the farm"),
        ("koch farm", "kochfarm"),
        ("国 link", "我国"),
        ("#koch", "koch"),
        ("#koch", "#kochs"),
        ("#koch", "$koch"),
        ("glob:koch?", "koch"),
        ("glob:koch?", "koch farm"),
        ("glob:#koch*", "kochfarm"),
        ("glob:*ochs", "a text"),
        ("glob:link*", "a text"),
        ("re:^farm", "koch farm"),
        ("re:(?-i)KOCH", "koch"),
        ("link", "see https://link.example/a"),
        ("koch", ""),
    ],
)
def test_what_reads_otherwise_does_not_fit(pattern: str, text: str) -> None:
    assert not fits(pattern, text, ("https://link.example/koch$koch#koch/国家",), ("kochs",))


@pytest.mark.parametrize(
    ("pattern", "url", "fit"),
    [
        ("example.com", "https://www.example.com/a?b=c", True),
        ("example.com", "https://m.Example.com", True),
        ("example.com", "http://example.com:8080/a", True),
        ("www.example.com", "https://example.com", True),
        ("https://example.com/", "example.com/a/b", True),
        ("example.com/a", "https://example.com/a/b", True),
        ("example.com/$a#b", "https://example.com/$a", True),
        ("example.com/a", "https://example.com/ab", False),
        ("example.com/a", "https://m.example.com/a", False),
        ("example.com", "https://notexample.com", False),
        ("example.com", "https://example.com.evil.org", False),
        ("example.com", "https://evil.org/example.com", False),
        ("re:link:example.com/a+b", "https://example.com/aab", True),
    ],
)
def test_a_domain_fits_links_to_it_and_below_it(pattern: str, url: str, fit: bool) -> None:
    assert fits(pattern, "a text", (url,)) == fit
    assert fits(pattern, "", (url,), ("someone",)) == fit


@pytest.mark.parametrize(
    ("pattern", "mention", "fit"),
    [("@Koch", "koch", True), ("@koch", "@KOCH", True), ("@koch", "kochs", False), ("koch", "koch", False)],
)
def test_a_mention_fits_the_whole_name_alone(pattern: str, mention: str, fit: bool) -> None:
    assert fits(pattern, "", (), (mention,)) == fit
    assert not fits("@koch", "koch")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (" ", "is empty"),
        ("k" * 513, "513 characters, at most 512"),
        ("🔥!", "no letter or digit"),
        ("_", "no letter or digit"),
        ("ask @koch", "followed alone"),
        ("see www.example.com", "followed alone"),
        ("https://", "without a host"),
        ("glob:", "one word or #tag"),
        ("glob:koch farm*", "one word or #tag"),
        ("glob:koch-*", "one word or #tag"),
        ("glob:@koch*", "one word or #tag"),
        ("glob:*", "fits any word"),
        ("glob:#?*", "fits any word"),
        ("re:", "fits any text"),
        ("re:a*", "fits any text"),
        ("re:(", r"no pattern of RE2 \(missing \)"),
        (r"re:(a)\1", r"no pattern of RE2 \(invalid escape sequence: \\1\)"),
        ("re:(?=a)b", "no pattern of RE2"),
        ("re:a)(b", "no pattern of RE2"),
        ("re:a{1001}", "no pattern of RE2"),
        ("re:.{300}a", "too much to look for"),
        ("re:(ab{33}){30}", "too much to look for"),
        ("\U00020000" * 500, "too much to look for"),
        ("\ud800", "not UTF-8"),
    ],
)
def test_what_cannot_be_followed_is_named_with_what_to_do(pattern: str, why: str) -> None:
    with pytest.raises(LineError, match=why) as error:
        expression(pattern)

    assert error.value.reason == "bad-watch"
    assert repr(pattern[:60])[:-1] in error.value.detail


def test_a_watch_stays_what_it_is_as_the_value_of_a_line() -> None:
    watches = [Watch("#koch"), Watch("glob:k?ch*", "the farms", 7, 2.5)]

    assert [read_watch(write_watch(each)) for each in watches] == watches
    assert write_watch(watches[0]) == '{"pattern":"#koch"}'
    assert [each.name for each in watches] == ["#koch", "the farms"]


@pytest.mark.parametrize(
    "unfit", [Watch("a", "\ud800"), Watch("a", "l" * 513), Watch("a", posts=0), Watch("a", significance=float("nan"))]
)
def test_a_watch_that_would_be_refused_is_not_written(unfit: Watch) -> None:
    with pytest.raises(LineError, match="bad-watch"):
        write_watch(unfit)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        (ADD, None),
        (ADD, "koch"),
        (ADD, "[]"),
        (ADD, "{}"),
        (ADD, '{"pattern": ""}'),
        (ADD, '{"pattern": "re:("}'),
        (ADD, '{"pattern": "a", "posts": 0}'),
        (ADD, '{"pattern": "a", "significance": -1}'),
        (ADD, '{"pattern":' + "[" * 50_000),
        (REMOVE, None),
        (REMOVE, '{"pattern": " "}'),
    ],
)
def test_a_control_line_that_is_no_watch_is_refused(action: str, value: str | None) -> None:
    line = {"type": "control", "action": action, "created_at": AT, "value": value}

    with pytest.raises(LineError) as error:
        decode_line(json.dumps(line).encode(), Limits())
    assert error.value.reason == "bad-watch"


def test_control_lines_of_other_kinds_are_taken_as_before() -> None:
    line = Control(action="pause", created_at=AT, value="anything")

    assert decode_line(encode_line(line)).created_at == AT
    assert read_change("pause", None) is None


def test_what_could_not_be_followed_can_be_taken_off() -> None:
    assert read_change(REMOVE, '{"pattern": " re:( "}') == ("re:(", "")
    assert read_change(ADD, '{"pattern": " a ", "more": 1}') == ("a", '{"pattern":"a"}')


def test_a_full_list_takes_changes_and_nothing_new() -> None:
    full = WatchList(Watch(f"w{number}") for number in range(MAX_WATCHES))

    assert len(full.added(Watch("w7", "seven")).entries) == MAX_WATCHES
    with pytest.raises(LineError, match="1,000 are followed already: remove one first"):
        full.added(Watch("new"))
    assert full.removed("w7").added(Watch("new")).entries[0] == Watch("new")
    with pytest.raises(LineError, match="no pattern of RE2"):
        WatchList().added(Watch("re:("))


def test_an_empty_list_makes_nothing_to_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "padded", None)

    assert WatchList().matches(["koch"] * 3) == []


def test_the_largest_patterns_are_found_however_many_there_are() -> None:
    # Without a common beginning, which RE2 would keep once for all of them.
    beginnings = [f"{number:03d}" for number in range(MAX_WATCHES)]
    largest = "ш" * ((MAX_SIZE - 20) // 2)
    found = WatchList(Watch(f"{beginning}{largest}") for beginning in beginnings)
    assert sum(expression(each.pattern).size for each in found.entries) > 0.95 * MAX_SIZE * MAX_WATCHES

    texts = [f"so {beginning}{largest} so" for beginning in ("000", "500", "999", "x")]

    assert found.matches(texts) == [(0, 0), (1, 500), (2, 999)]


def test_a_pattern_that_would_try_for_ever_elsewhere_is_done() -> None:
    assert not fits("re:(a*)*b", "a" * 10_000)
    assert not fits("re:(a|a?)+$x", "a" * 10_000)
    assert not fits("glob:*a*a*a*a*a*a*a*b", "a" * 10_000)


def test_patterns_of_the_configuration_come_from_a_list_or_a_variable(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text("[watch]\npatterns = ['#koch', ' re:a{2,3}', 'glob:k*']\n")
    listed = load_settings(path, None, {})
    named = load_settings(None, None, {"TURFWATCH_WATCH_PATTERNS": "#koch, re:a{2,3},glob:k*,"})

    assert listed[0].watch.patterns == named[0].watch.patterns == ("#koch", "re:a{2,3}", "glob:k*")
    assert ("watch.patterns", "#koch, re:a{2,3}, glob:k*", "file") in [row[:3] for row in effective(*listed)]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("a,re:(", r"^watch.patterns 're:\(' \(environment\): no pattern of RE2 \(missing \)"),
        (",".join(f"w{number}" for number in range(1001)), "1,001 patterns, at most 1,000 are followed$"),
    ],
)
def test_a_wrong_pattern_of_the_configuration_is_named(value: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as error:
        load_settings(None, None, {"TURFWATCH_WATCH_PATTERNS": value})

    assert len(str(error.value)) < 400
