"""Rules of the router: what fits them, word by word."""

from __future__ import annotations

import msgspec
import pytest

from pipeline.errors import ConfigError
from pipeline.live.rules import Keywords, Rules, Words
from pipeline.post import Control, Delete, Post, Tick
from pipeline.sections import RouteRule

AT = "2024-05-01T12:00:00Z"
POST = Post(id="1", platform="x", author_id="7", text="", created_at=AT)


def found(keyword: str, text: str, hashtags: list[str] | None = None) -> bool:
    return Keywords([keyword]).found_in(Words(msgspec.structs.replace(POST, text=text, hashtags=hashtags)))


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("tram", "The TRAM is late"),
        ("Tram", "#tram!"),
        ("#tram", "so #Tram, then"),
        ("straße", "STRASSE"),
        ("tram", "tr\u200bаm and bus"),  # a letter that only looks like one, and one that shows nothing
        ("tram line", "the tram line is gone"),
        ("tram line", "#tram, line"),
        ("$tram", "buy $TRAM"),
        ("東京", "今日は東京電力が"),
        ("трамвай", "Трамвай идёт"),
        ("b", "#a#b"),
    ],
)
def test_a_keyword_is_found(keyword: str, text: str) -> None:
    assert found(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("tram", "trams and tramway"),
        ("#tram", "the tram"),
        ("$tram", "the #tram"),
        ("tram line", "the line of the tram"),
        ("tram line", "tram lines"),
        ("tram", "see https://tram.example/tram or ask @tram"),
        ("tram", ""),
    ],
)
def test_a_keyword_is_not_found(keyword: str, text: str) -> None:
    assert not found(keyword, text)


@pytest.mark.parametrize("tag", ["tram", "#Tram", "TRAM"])
def test_a_keyword_is_found_in_hashtags_beside_the_text(tag: str) -> None:
    assert found("tram", "nothing", [tag])
    assert found("#tram", "nothing", ["other", tag])


@pytest.mark.parametrize("keyword", ["@ann", "https://x.example", "!", "#", ""])
def test_a_keyword_without_a_word_is_refused(keyword: str) -> None:
    with pytest.raises(ConfigError, match="no word in the keyword"):
        Keywords(["tram", keyword])


def test_every_field_that_a_rule_names_has_to_fit() -> None:
    rules = Rules([RouteRule(stream="s", topic="t", platform="x", lang="de", community="c", keywords=("tram", "bus"))])
    fitting = msgspec.structs.replace(POST, text="a bus", lang="de", community="c")

    assert rules.streams("t", fitting) == ["s"]
    assert rules.streams("u", fitting) == []
    for change in ({"platform": "y"}, {"lang": "en"}, {"lang": None}, {"community": None}, {"text": "a boat"}):
        assert rules.streams("t", msgspec.structs.replace(fitting, **change)) == []


def test_a_post_goes_to_several_streams_once_each() -> None:
    rules = Rules([RouteRule(stream="a", lang="de"), RouteRule(stream="b"), RouteRule(stream="a")])

    assert rules.streams("t", POST) == ["b", "a"]


def test_other_lines_go_where_what_they_have_fits() -> None:
    rules = Rules(
        [
            RouteRule(stream="words", keywords=("tram",), lang="de", platform="x"),
            RouteRule(stream="other", platform="y"),
            RouteRule(stream="topic", topic="t", community="c"),
        ]
    )

    assert rules.streams("t", Delete(id="1", platform="x", created_at=AT)) == ["words", "topic"]
    assert rules.streams("u", Delete(id="1", platform="y", created_at=AT)) == ["other"]
    assert rules.streams("t", Tick(created_at=AT)) == ["words", "other", "topic"]
    assert rules.streams("u", Control(action="allow", created_at=AT)) == ["words", "other"]
