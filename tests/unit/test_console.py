"""The parts of a console that know neither network nor time."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from pydantic import SecretStr
from support.console import Clock
from support.events import answer, digest, incident

from pipeline.console.accounts_csv import accounts_csv
from pipeline.console.asked import chosen_language, is_known_host, is_loopback, is_own_page
from pipeline.console.book import Book
from pipeline.console.guesses import AT_ONCE, EVERY_S, MOST_ADDRESSES, Guesses
from pipeline.console.login import local
from pipeline.console.search import asked_words, found, haystack
from pipeline.console.sessions import Sessions
from pipeline.detect.assess import TemplateShown
from pipeline.errors import ChoiceError
from pipeline.incidents.fold import fold
from pipeline.page.model import AccountShown
from pipeline.page.names import AsTheyAre

if TYPE_CHECKING:
    from pipeline.incidents.public import Event

TOKEN = SecretStr("sixteen letters and more")
FIRST, SECOND = "inc_1111111111111111", "inc_1122222222222222"


def account(name: str, client: str | None = None) -> AccountShown:
    known = dict.fromkeys(("first_at", "posts", "shared", "born", "followers", "following", "community"))
    return AccountShown(name=name, platform="chirper", role="member", client=client, **known)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1"])
def test_no_spreadsheet_computes_a_name(name: str) -> None:
    told = accounts_csv([account(name, client=name)])
    [row] = csv.DictReader(io.StringIO(told, newline=""))

    assert (row["account"], row["client"]) == (f"'{name}", f"'{name}")


def test_a_name_keeps_its_commas_and_quotes_and_what_is_unknown_is_empty() -> None:
    [row] = csv.DictReader(io.StringIO(accounts_csv([account('a "b", c\nd')]), newline=""))

    assert (row["account"], row["followers"], row["first_post_at"]) == ('a "b", c\nd', "", "")


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://here:1", "Host": "here:1"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null", "Host": "here"}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": "null", "Host": "here"}, False),
        ({"Origin": "https://here", "Host": "HERE"}, True),
        ({"Origin": "http://here:2", "Host": "here:1"}, False),
        ({"Origin": "null", "Host": "here"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://there", "Host": "here"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_only_our_own_pages_change_anything(headers: dict[str, str], own: bool) -> None:
    assert is_own_page(headers) is own


@pytest.mark.parametrize(
    ("authority", "known"),
    [
        *(("127.0.0.1", True), ("127.9.9.9:1", True), ("[::1]:6068", True), ("localhost.", True), ("NAME:80", True)),
        *(("", False), ("0.0.0.0", False), ("localhost.evil.example", False), ("evil.example", False)),  # noqa: S104
        *(("localhost@evil.example", False), ("localhost/evil", False), ("localhost:x", False), ("[::1", False)),
    ],
)
def test_names_of_this_machine_and_of_the_settings_are_known(authority: str, known: bool) -> None:
    assert is_known_host(authority, ("name",)) is known


def test_only_loopback_is_loopback() -> None:
    hosts = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "192.168.1.2", "example.org")  # noqa: S104
    assert [is_loopback(host) for host in hosts] == [True, True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("wished", "kept", "accepted", "chosen"),
    [
        *(("de", "en", "en", "de"), (None, "de", "en", "de"), ("fr", None, "de-AT,en", "de")),
        *((None, None, "en;q=0.3, de;q=0.7", "de"), (None, None, "de;q=0, en;q=0.1", "en"), (None, None, "fr", "en")),
        *((None, "", "de;q=much", "en"), (None, None, "", "en")),
    ],
)
def test_a_language_is_wished_kept_liked_or_the_default(
    wished: str | None, kept: str | None, accepted: str, chosen: str
) -> None:
    assert chosen_language(("en", "de"), wished, kept, accepted, "en") == chosen


def test_a_session_is_held_until_it_is_over_and_by_its_own_process() -> None:
    clock = Clock()
    sessions, others = Sessions(TOKEN, 1, clock), Sessions(TOKEN, 1, clock)
    value = sessions.begin()

    assert TOKEN.get_secret_value() not in value
    assert sessions.begin() != value
    assert (sessions.holds(value), others.holds(value)) == (True, False)
    later = f"9{value}"
    assert [sessions.holds(each) for each in ("", ".", "1.2.3", value[:-1], later, value + "é")] == [False] * 6
    clock.now += 3600
    assert not sessions.holds(value)


def test_a_token_opens_only_what_has_one() -> None:
    assert Sessions(TOKEN, 1, Clock()).opens(TOKEN.get_secret_value())
    assert not Sessions(TOKEN, 1, Clock()).opens("")
    assert not Sessions(TOKEN, 1, Clock()).opens("sixteen letters and mor€")
    assert not Sessions(None, 1, Clock()).opens("")


def test_a_form_is_of_one_browser() -> None:
    sessions = Sessions(None, 1, Clock())
    token = sessions.form_token("one")

    assert sessions.is_form_of(token, "one")
    assert not sessions.is_form_of(token, "other")
    assert not sessions.is_form_of(sessions.form_token(""), "")


def test_wrong_tokens_cost_time_and_nobody_elses() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    for _ in range(AT_ONCE):
        assert not guesses.wait_s("a")
        guesses.wrong("a")

    assert guesses.wait_s("a") == EVERY_S
    assert not guesses.wait_s("b")
    clock.now += EVERY_S
    assert not guesses.wait_s("a")
    for number in range(2 * MOST_ADDRESSES):
        guesses.wrong(str(number))
    assert len(guesses._free_at) == MOST_ADDRESSES


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\nb"])
def test_signing_in_leads_nowhere_else(path: str) -> None:
    assert local(path) == "/"
    assert local("/incidents/inc_1?lang=de") == "/incidents/inc_1?lang=de"


def test_a_book_holds_what_the_events_say_in_the_order_of_change() -> None:
    events: list[Event] = [incident(FIRST, 1), incident(SECOND, 1), digest(FIRST, 2), answer(FIRST, 3, "true")]
    book = Book(100)
    for offset, event in enumerate(events):
        book.take((0, offset), event)
    book.take((1, 7), None)

    assert {entry.standing.incident_id: entry.standing for entry in book.latest()} == fold(events)
    assert [entry.standing.incident_id for entry in book.latest()] == [FIRST, SECOND]
    assert [entry.standing.incident_id for entry in book.since(1)] == [SECOND, FIRST]
    assert book.reached == {0: 4, 1: 8}
    assert [each.standing.incident_id for each in book.told_since({0: 2})] == [FIRST]
    assert book.choose(SECOND[:7]) == SECOND
    assert book.choose("inc_3") is None
    with pytest.raises(ChoiceError):
        book.choose("11")


def test_a_merged_incident_is_part_of_the_life_of_the_other() -> None:
    book = Book(100)
    told = incident(SECOND, 2, "merged")
    merged = replace(told, data=replace(told.data, into=FIRST))
    for offset, event in enumerate([incident(FIRST, 1), incident(SECOND, 1), merged]):
        book.take((0, offset), event)

    assert [event.data.revision for event in book.events(FIRST)] == [1, 1, 2]
    assert [entry.standing.incident_id for entry in book.latest()] == [FIRST, SECOND]


def test_what_is_over_is_forgotten_first_and_what_was_told_last_never() -> None:
    book = Book(20)
    for number in range(40):
        book.take((0, number), incident(f"inc_{number:016x}", 1, "open" if number < 5 else "resolved"))

    names = {entry.standing.incident_id for entry in book.latest()}
    assert {f"inc_{number:016x}" for number in (*range(5), 39)} <= names
    assert len(names) <= 20


def test_a_search_reads_past_case_width_signs_and_hidden_letters() -> None:
    text = TemplateShown("Vote for the f\u200berry now", 3, 3, ["VOTE for the ferry now"])
    row = fold([incident(FIRST, 1, templates=[text], sample=["a1"])])[FIRST]
    pile = haystack(row, 1, [("chirper", "u77", "Äpfel_Fan")], AsTheyAre())

    for query in ("ferry", "ＦＥＲＲＹ vote", "@äpfel_fan", "U77", "a1", FIRST, "revision"):
        assert found(asked_words(query), [(row, pile)]) == [row], query
    for query in ("", "   ", "ferry tram"):
        assert found(asked_words(query), [(row, pile)]) == [], query
