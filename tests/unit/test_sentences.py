"""Sentences of events in German: none that the engine makes stays English, and strangers' words pass as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.events import answer, incident
from support.sentences import ALLOWED, RULES, YEAR_2020, anybody, cause, counts, networks, of_event, of_facts, of_life
from support.told_bursts import burst, told

from pipeline.detect.assess import Kind, _summary
from pipeline.detect.evidence import client_concentration
from pipeline.detect.facts import (
    AccountFacts,
    AnsweredFacts,
    BurstFacts,
    GroupFacts,
    NetworkFacts,
    ObjectFacts,
    RivalFacts,
    WindowFacts,
)
from pipeline.detect.replies import Answers, swarm_summary
from pipeline.detect.rule import Suppression
from pipeline.detect.severity import Severity
from pipeline.detect.trigger import Trigger
from pipeline.incidents.answer import Verdict
from pipeline.incidents.burst import evidence, summary
from pipeline.incidents.describe import describe_digest
from pipeline.incidents.flood import FloodRules
from pipeline.incidents.history import life
from pipeline.incidents.public import HeldIncident, rfc3339
from pipeline.page.forms import read_form
from pipeline.page.sentences import _sentences, sentence, translated
from pipeline.page.words import LANGUAGES, Words
from pipeline.text.traces import Kind as Trace

GERMAN = Words("de")
MINUTE = 60_000
SPANS = (MINUTE, 47 * MINUTE, 60 * 3 * MINUTE, 60 * 24 * 9 * MINUTE)


def untranslated(sentences: Iterator[str] | list[str]) -> list[str]:
    return [each for each in sentences if GERMAN.untranslated(each)]


def network(*objects: ObjectFacts, **fields: object) -> NetworkFacts:
    """Nine accounts of two platforms and six communities, of which everything is known."""
    members = tuple(
        AccountFacts("xm"[n % 2], f"a{n}", YEAR_2020, 20 + n, 30, "Deck", f"c{n % 6}", meetings=3) for n in range(9)
    )
    known = NetworkFacts(YEAR_2020, 0, YEAR_2020 + MINUTE, members, (), objects, 2000, truncated=False)
    return replace(known, **fields)


def shared(kind: Trace = Trace.TEXT, **fields: object) -> ObjectFacts:
    known: dict[str, object] = {
        "founder": b"12345678",
        "posts": 12,
        "authors": 9,
        "links": 3,
        "reposts": 2,
        "deleted": 4,
        "first": YEAR_2020,
        "last": YEAR_2020 + MINUTE,
        "network_members": 9,
        "newcomers": 0,
        "varied": True,
        "samples": ("the #ferry sank",),
        "delays": (0, 0, 0, 4, *[0] * 12),
        **fields,
    }
    return ObjectFacts(kind=kind, **known)  # type: ignore[arg-type] # as named above


def answered(number: int, *words: str) -> ObjectFacts:
    said = AnsweredFacts(b"author%02d" % number, in_talk=False, words=words, seconds=(4.0, 5.0, 9.0))
    return shared(Trace.REPLY, answered=said, first=YEAR_2020 + number * MINUTE)


def lives() -> Iterator[str]:
    """What may change in a life, each once."""
    first = incident("inc_1", 1)
    before = replace(first, data=replace(first.data, platforms={"x": 1}))
    suppressed = Suppression("fans", cause(RULES[-1], network(shared())))
    after = replace(
        incident("inc_1", 2, members=7),
        type="incident.resolved",
        data=replace(
            first.data,
            posts=9,
            score=0.5,
            severity="critical",
            kind="reply-swarm",
            platforms={"x": 1, "m": 2},
            accounts=incident("inc_1", 2, members=7).data.accounts,
            last_post_at=rfc3339(YEAR_2020),
            suppressed=suppressed,
        ),
    )
    merged = replace(after, data=replace(after.data, into="inc_2"))
    for verdict in get_args(Verdict):
        yield from of_life(life("inc_1", [before, after, merged, answer("inc_1", 3, verdict)]))
    yield from of_life(life("inc_1", [after]))


def digests() -> Iterator[str]:
    held = [HeldIncident("incident.opened", f"inc_{n}", 1, "open", "reply-swarm", "info", n, "", "") for n in (1, 2)]
    for rows, rules in ((held[:1], FloodRules(1, 1000)), (held, FloodRules(10, 600_000))):
        yield describe_digest("s", rows, 0, 0, rules).data.summary


def swarms() -> Iterator[str]:
    for words in (("#a",), ("#a", "#b"), ("#a", "b", "#c")):
        facts = network(*(answered(number, *words) for number in range(12)))
        yield from of_facts(replace(facts, stream_answers=(0,) * 11 + (60, 70, 0, 0, 0)))
        yield from of_facts(replace(facts, stream_words=tuple(frozenset({f"w{n}"}) for n in range(200))))
        for trigger in (None, Trigger(words, 2, None, None)):
            yield swarm_summary(Answers(facts.objects, 3, 0, 7.5, trigger), 6)


def evidences() -> Iterator[str]:
    shares = {"followers": 0.3, "following": 1e-5, "birth": 0.1, "client": 0.02}
    windows = tuple(WindowFacts(field, 10, 20.0, 8, 9, share) for field, share in shares.items())
    objects = tuple(shared(kind) for kind in Trace if kind not in (Trace.CASHTAG, Trace.REPLY))
    facts = network(*objects, shared(group=GroupFacts(windows, 9, 9, 9)), stream_posts=900, stream_deleted=9)
    made = BurstFacts("#ferry", "", YEAR_2020, 10, 20, 15, 9.0, 8.25, 1.5, 12, 9)
    for rivals in (RivalFacts("#ferry", ("inc_1",)), RivalFacts("#ferry", ("inc_1", "inc_2"))):
        yield from of_facts(replace(facts, rivals=rivals, bursts=(made, replace(made, label="boats"))), ALLOWED)
    for deleted, delays in ((1, (1, *[0] * 15)), (4, (*[0] * 15, 4)), (4, ())):
        yield from of_facts(network(shared(deleted=deleted, delays=delays)))


def bursts() -> Iterator[str]:
    for companions in ((), ("#boat",), tuple(f"#c{number}" for number in range(9))):
        for label in ("", "boats", "boat's"):
            yield from of_event(told(burst(companions=companions, label=label, more=3)))


def gate() -> Iterator[str]:
    link = "the ferry sank https://news.example/1"
    for samples in ((f"{link} via @paper",), (link,), ("RT @star: a song",)):
        for explained in ("", "one-domain", "rare-clients"):
            windows = (WindowFacts("followers", 10, 20.0, 8, 9, 0.1),)
            group = GroupFacts(windows, 9, 9, 9, explained)
            yield from (cause(rule, network(shared(samples=samples, group=group, links=12))) for rule in RULES)


def summaries() -> Iterator[str]:
    for kind in get_args(Kind):
        for span in SPANS:
            for accounts in (1, 12_345):
                yield from (_summary(kind, accounts, accounts, keywords, span) for keywords in ([], ["#ferry"]))


EVERY = (lives, digests, swarms, evidences, bursts, gate, summaries)


@pytest.mark.parametrize("make", EVERY, ids=lambda make: str(make.__name__))
def test_no_sentence_stays_english(make: type[Iterator[str]]) -> None:
    assert untranslated(list(make())) == []


def test_every_german_form_is_of_a_sentence_that_is_made() -> None:
    german = _sentences("de")
    used = {german.which(each) for make in EVERY for each in make()}

    assert [form.expression for place, form in enumerate(german.forms) if place not in used] == []


@given(networks())
def test_no_sentence_of_any_network_stays_english(facts: NetworkFacts) -> None:
    assert untranslated(of_facts(facts, ALLOWED)) == []
    assert untranslated([cause(rule, facts) for rule in RULES]) == []


@given(
    st.sampled_from(get_args(Kind)),
    counts(),
    counts(),
    st.lists(anybody(), max_size=1),
    st.integers(0, 10**11),
    counts(2),
)
def test_no_summary_stays_english(
    kind: Kind, accounts: int, posts: int, keywords: list[str], span: int, carrying: int
) -> None:
    trigger = Trigger(tuple(keywords), carrying, None, None) if keywords else None

    assert untranslated([_summary(kind, accounts, posts, keywords, span)]) == []
    assert untranslated([swarm_summary(Answers((), 3, 0, span / 1e6, trigger), accounts)]) == []


@given(anybody(), anybody(), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.lists(anybody(), max_size=6))
def test_no_sentence_of_any_burst_stays_english(
    keyword: str, label: str, ratio: float, expected: float, companions: list[str]
) -> None:
    found = burst(keyword, label=label, companions=tuple(companions))
    found.ratio, found.expected = ratio, expected

    assert untranslated([summary(found), *(signal.text for signal in evidence(found))]) == []


@given(st.sampled_from(get_args(Severity)), counts(), st.just(0.0) | st.floats(1e-9, 1), anybody())
def test_no_change_of_a_life_stays_english(severity: Severity, posts: int, score: float, platform: str) -> None:
    before, later = incident("inc_1", 1), incident("inc_1", 2)
    data = replace(later.data, severity=severity, posts=posts, score=float(f"{score:.4g}"), platforms={platform: 1})

    assert untranslated(of_life(life("inc_1", [before, replace(later, data=data)]))) == []


@given(anybody())
def test_words_of_strangers_pass_as_they_are(name: str) -> None:
    facts = network()
    members = tuple(replace(row, client=name) for row in facts.members)
    signal = client_concentration(replace(facts, members=members))

    assert signal is not None
    assert GERMAN.sentence(signal.text) == f"9 von 9 Konten posten mit dem Client „{name}“"


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            "12 accounts posted 1,234 near-identical texts on #ferry in 47 minutes",
            "12 Konten haben in 47 Minuten 1.234 fast wortgleiche Texte zu #ferry gepostet",
        ),
        (
            "1 accounts posted 1 near-identical texts in 2 days",
            "1 Konto hat in 2 Tagen 1 fast wortgleichen Text gepostet",
        ),
        (
            "two of the 9 accounts met again 1.5 times on average, in 3 near-identical texts and 1 links; 2 by chance",
            (
                "je zwei der 9 Konten trafen im Mittel 1,5-mal wieder zusammen, bei 3 fast wortgleichen Texten und "
                "1 Link; durch Zufall wären es 2-mal"
            ),
        ),
        (
            "8 of 9 accounts were made between 3 March 2020 and 2 April 2020; 5.5% of this stream were",
            (
                "8 von 9 Konten wurden zwischen dem 3. März 2020 und dem 2. April 2020 angelegt; "
                "im ganzen Stream sind es 5,5\N{NO-BREAK SPACE}%"
            ),
        ),
        (
            "#tug (followed as 'boats') bursts: 1 posts by 1 accounts, at most 8.5 times what is usual",
            "#tug (verfolgt als „boats“) schlägt aus: 1 Beitrag von 1 Konto, in der Spitze das 8,5-Fache des Üblichen",
        ),
        (
            "6 accounts answered 12 posts with #a, b or #c, typically within 7 seconds",
            "6 Konten haben 12 Beiträge mit #a, b oder #c beantwortet, meist binnen 7 Sekunden",
        ),
        (
            "the accounts are on 7 platforms: a (2), b (1) and 5 more",
            "die Konten sind auf 7 Plattformen: a (2), b (1) und 5 weitere",
        ),
        ("severity warning to critical", "Schwere: Warnung, jetzt kritisch"),
        ("silent since 2026-03-01T09:05:06.789Z", "still seit 1. März 2026, 09:05"),
    ],
)
def test_numbers_lengths_of_time_and_plurals_are_german(english: str, german: str) -> None:
    assert GERMAN.sentence(english) == german
    assert not GERMAN.untranslated(english)


def test_what_is_no_sentence_of_an_event_stays_as_it_is_and_is_told_to_be_english() -> None:
    for english in ("hello", "silent since 2026-99-01T00:00:00.000Z", "severity calm to critical", "verdict: maybe"):
        assert GERMAN.sentence(english) == english
        assert GERMAN.untranslated(english)
        assert Words("en").sentence(english) == english
        assert not Words("en").untranslated(english)
    assert not GERMAN.untranslated("")


@given(st.data())
def test_no_text_whatever_makes_a_page_fail(data: st.DataObject) -> None:
    """Sentences with anything in the places, and anything at all: half of a surrogate pair, too."""
    form = data.draw(st.sampled_from(_sentences("de").forms))
    filler = st.one_of(st.text(max_size=30), st.sampled_from(("1", "9" * 40, "1e99", "1e-99", "nan", "31 June 2020")))
    parts = (part for group in form.english for part in group.parts)
    english = "".join(part if isinstance(part, str) else data.draw(filler) for part in parts)

    for each in (english, data.draw(st.text())):
        for language in LANGUAGES:
            assert isinstance(sentence(each, language), str)
            assert translated(each, "en") == each


def test_what_a_form_asks_for_is_checked() -> None:
    for english, german in (
        ("{a}", "{b}"),
        ("{a:colour}", "{a}"),
        ("[{a}", "{a}"),
        ("{a}]", "{a}"),
        ("{a", "{a"),
        ("x", "{n|a|b}"),
        ("x[ {a}]", "x {a}"),
    ):
        with pytest.raises(ValueError, match=r"well-formed|may be missing|differ in their places|no known sort"):
            read_form(english, german)
    assert read_form("{n:number} x[ y]", "{n|ein|viele} [z]").sorts == {"n": "number"}
