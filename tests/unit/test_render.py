"""Pages say what the model says, in every language; what posts say is never markup and asks for nothing."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import msgspec
import pytest
from markupsafe import escape
from support import pages
from support.pages import HOSTILE

from pipeline.page.embedded import STATIC, embed, static
from pipeline.page.model import IncidentPage, Overview
from pipeline.page.render import (
    ConsoleContext,
    render_incident,
    render_login,
    render_message,
    render_overview,
    render_report,
    render_row,
    render_search,
)
from pipeline.page.words import LANGUAGES, Language, Words
from pipeline.text.shown import safe

CONSOLE = ConsoleContext(
    nonce="n0nce", csrf="c5rf", may_answer=True, streams=["main", "<b>"], stream="<b>", author="<i>an operator"
)
SMALL = pages.page(4, 12, seed=2)
TYPICAL = pages.page(120, 900, seed=1)
LARGE = pages.page(2000, 20_000, seed=3)
FOUL = pages.page(30, 90, seed=6, hostile=True)
BARE = msgspec.structs.replace(
    SMALL, timeline=None, texts=[], accounts=[], network=None, evidence=[], against=[], rhythm=None, platforms={},
    bursts=[], first_posts=[], life=[], head=msgspec.structs.replace(
        SMALL.head, score=None, first_post_at=None, last_post_at=None, members=None, joiners=None, posts=None,
        keywords=[], answers=[], links={}, reason="fans", because="as fans do", into="inc_00000000000000ff",
    ),
)  # fmt: skip
VOID = {"meta", "link", "input", "br", "img", "hr"}
ALL = {"small": SMALL, "typical": TYPICAL, "large": LARGE, "hostile": FOUL, "bare": BARE}


class Reader(HTMLParser):
    """Elements of a page: how they nest, their attributes, the text of scripts and styles, and what is read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.held: dict[str, list[str]] = {"script": [], "style": []}
        self.read: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in self.held:
            self.held[tag].append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in self.held:
            self.held[self._open[-1]][-1] += data
        else:
            self.read.append(data)

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def report(*shown: IncidentPage, language: Language = "en", title: str = "recording.jsonl.gz") -> str:
    return render_report(pages.overview(list(shown), title=title), shown, Words(language))


def console_pages(page: IncidentPage, overview: Overview, words: Words) -> dict[str, str]:
    return {
        "overview": render_overview(overview, words, console=CONSOLE),
        "incident": render_incident(page, words, console=CONSOLE),
        "search": render_search(HOSTILE, overview.incidents, words, console=CONSOLE),
        "nothing": render_search(HOSTILE, [], words, console=CONSOLE),
        "ask": render_search("", [], words, console=CONSOLE),
        "login": render_login(words, console=CONSOLE, wrong=True),
        "message": render_message(HOSTILE, HOSTILE, words, console=CONSOLE),
    }


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_is_whole_in_every_language(name: str, language: Language) -> None:
    page = ALL[name]
    read = Reader(report(page, language=language))
    ids = read.attributes("id")

    assert read.elements[0] == ("html", {"lang": language})
    assert len(ids) == len(set(ids))
    assert page.head.incident_id in ids
    assert [link for link in read.attributes("href") if link.startswith("#") and link[1:] not in ids] == []
    assert sum("data-n" in attributes for _, attributes in read.elements) == len(page.accounts)


@pytest.mark.parametrize("name", ["typical", "hostile", "bare"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_a_console_are_whole_in_every_language(name: str, language: Language) -> None:
    words = Words(language)
    for html in console_pages(ALL[name], pages.overview([ALL[name]]), words).values():
        read = Reader(html)
        ids = read.attributes("id")

        assert len(ids) == len(set(ids))
        assert set(read.attributes("for")) <= set(ids)


def test_what_posts_say_is_no_markup_anywhere() -> None:
    words = Words("en")
    overview = pages.overview([FOUL], title=HOSTILE)
    clean = console_pages(SMALL, pages.overview([SMALL]), words)
    for name, html in {"report": report(FOUL, title=HOSTILE), **console_pages(FOUL, overview, words)}.items():
        read = Reader(html)
        scripts = [attributes for tag, attributes in read.elements if tag == "script"]

        assert "img" not in {tag for tag, _ in read.elements}
        assert [key for _, attributes in read.elements for key in attributes if key.startswith("on")] == []
        assert [link for link in read.attributes("href") if re.match(r"\s*(javascript|data:text)", link)] == []
        assert [link for link in read.attributes("href") if "evil.example" in link and link.startswith("http")] == []
        if name != "report":
            assert len(scripts) == sum(tag == "script" for tag, _ in Reader(clean[name]).elements)
        typed = [each["value"] for _, each in read.elements if each.get("name") == "q"]
        assert not re.search("[\u202e\u2066\u2028\x1b]", html.replace(escape(typed[0]) if typed else "\0", ""))


def test_what_posts_say_is_seen_with_its_hidden_characters() -> None:
    assert safe(HOSTILE) in "".join(Reader(report(FOUL)).read)
    assert r"\u202egnp.exe" in report(FOUL)


def test_data_of_scripts_comes_through_as_it_is_and_cannot_end_its_element() -> None:
    read = Reader(report(FOUL))
    held = [text for text in read.held["script"] if text.startswith('{"id"')]

    assert [row[1] for row in json.loads(held[0])["accounts"]] == [each.name for each in FOUL.accounts]
    assert not re.search("[<>&\u2028\u2029]", held[0])
    assert json.loads(embed({"<": HOSTILE})) == {"<": HOSTILE}


def test_the_policy_of_a_report_lets_its_own_script_and_style_run_and_nothing_else() -> None:
    read = Reader(report(TYPICAL))
    policy = next(each["content"] for tag, each in read.elements if each.get("http-equiv") == "Content-Security-Policy")
    said = dict(part.split(" ", 1) for part in policy.split("; "))
    scripts = zip(
        read.held["script"], [attributes for tag, attributes in read.elements if tag == "script"], strict=True
    )
    run = [text for text, attributes in scripts if "type" not in attributes]

    def hashed(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    assert said["default-src"] == "'none'"
    assert [hashed(text) for text in run] == [said["script-src"]]
    assert [hashed(text) for text in read.held["style"]] == [said["style-src"]]
    assert read.attributes("style") == []


def test_a_report_asks_for_nothing() -> None:
    read = Reader(report(TYPICAL))

    assert read.attributes("src") == []
    assert [each for tag, each in read.elements if tag in {"link", "iframe", "object", "embed", "base"}] == []
    assert {link for link in read.attributes("href") if not link.startswith("#")} == set(TYPICAL.head.links.values())


def test_pages_of_a_console_load_from_the_console_alone() -> None:
    for html in console_pages(TYPICAL, pages.overview([TYPICAL]), Words("en")).values():
        read = Reader(html)

        assert read.attributes("style") == []
        assert [link for link in read.attributes("src") if not link.startswith("/static/")] == []
        assert [each["nonce"] for tag, each in read.elements if tag == "script" and "src" in each] == ["n0nce"]
        assert [text for text in read.held["script"] if text and not text.startswith("{")] == []


def test_sizes_are_those_that_a_mail_takes() -> None:
    assert len(report(LARGE).encode()) < 5_000_000
    assert len(static("page.js").encode()) < 700_000


def test_the_same_model_gives_the_same_page() -> None:
    assert report(pages.page(40, 90, seed=8)) == report(pages.page(40, 90, seed=8))


def test_a_verdict_is_a_form_that_works_without_scripts() -> None:
    read = Reader(render_incident(TYPICAL, Words("en"), console=CONSOLE))
    form = next(each for tag, each in read.elements if each.get("method") == "post")
    given = [each["value"] for tag, each in read.elements if tag == "button" and each.get("name") == "verdict"]

    assert form["action"] == f"/incidents/{TYPICAL.head.incident_id}/verdict"
    assert {"true", "false", "benign"} <= set(given)
    assert [each["value"] for _, each in read.elements if each.get("name") == "csrf"] == ["c5rf"]


def test_who_may_not_answer_is_told_why() -> None:
    words = Words("en")
    html = render_incident(TYPICAL, words, console=msgspec.structs.replace(CONSOLE, may_answer=False))

    assert any("disabled" in each for tag, each in Reader(html).elements if tag == "fieldset")
    assert words("answer.not_allowed") in html


def test_a_row_comes_alone() -> None:
    row = pages.overview([FOUL]).incidents[0]
    read = Reader(f"<table>{render_row(row, Words('de'), console=CONSOLE)}</table>")

    assert sum(tag == "tr" for tag, _ in read.elements) == 1
    assert read.elements[1][1]["id"] == f"row-{row.incident_id}"


def test_a_file_that_is_none_of_ours_is_not_served() -> None:
    for name in ("../words.py", "manifest.json", ""):
        with pytest.raises(KeyError):
            static(name)
    assert [name for name in STATIC if not static(name)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_young_incident_says_when_its_posts_appear(language: Language) -> None:
    words = Words(language)
    head = msgspec.structs.replace(SMALL.head, status="open")
    young = msgspec.structs.replace(BARE, head=head, as_of=head.detected_at + 60_000)
    old = msgspec.structs.replace(young, as_of=head.detected_at + 3_600_000)

    assert words("timeline.soon") in render_incident(young, words, console=CONSOLE)
    assert words("timeline.soon") not in render_incident(old, words, console=CONSOLE)
