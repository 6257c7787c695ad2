"""The page of an incident: what it says of what is known, and what it leaves open."""

from __future__ import annotations

import msgspec
import pytest
from support.activities import T0, account, activity, key, shared_by
from support.alerts import AT, digest, incident, verdict
from support.networks import STREAM
from support.told_bursts import burst, told

from pipeline.detect.allow import AllowList
from pipeline.detect.assess import assess
from pipeline.detect.facts import BurstFacts, NetworkFacts
from pipeline.detect.gate import weigh_all
from pipeline.detect.rule import Suppression
from pipeline.detect.signal import Signal
from pipeline.incidents.fold import Standing, as_itself, fold
from pipeline.incidents.history import life
from pipeline.incidents.public import Accounts, Event, HeldIncident, IncidentEvent, rfc3339
from pipeline.page.build import build_page
from pipeline.page.evidence import build_evidence, surprise
from pipeline.page.model import BurstListed, IncidentPage, Overview
from pipeline.page.names import AsTheyAre, Pseudonymous, usual_platform
from pipeline.page.overview import build_overview
from pipeline.page.source import Names, Source
from pipeline.page.texts import SHOWN

KEY = b"a key of sixteen"
HIDDEN = Pseudonymous(KEY)
MEMBERS = [f"m{number}" for number in range(6)]
TEXTS = ("vote @Anna for the bridge #bridge", "vote @Anna for the tunnel #bridge")


def facts(**changes: object) -> NetworkFacts:
    """A network of six that shared texts, and two others at the last of them."""
    objects = tuple(
        shared_by(number, [*MEMBERS, *(["j0", "j1"] if number == 4 else [])], samples=TEXTS) for number in range(5)
    )
    known = NetworkFacts(
        T0 + 120_000,
        T0,
        T0 + 60_000,
        tuple(map(account, MEMBERS)),
        (account("j0"), account("j1")),
        objects,
        2000,
        truncated=False,
        baseline=STREAM,
    )
    return msgspec.structs.replace(known, **changes)


def standing(*events: Event) -> Standing:
    (found,) = fold(events or [incident()]).values()
    return found


def page(names: Names = HIDDEN, **known: object) -> IncidentPage:
    given: dict[str, object] = {"standing": standing(), "life": [], "answers": [], "as_of": T0 + 120_000, **known}
    return build_page(Source(**given), names)  # type: ignore[arg-type] # as named above


POSTS = [*((name, 1000 * number, True) for number, name in enumerate(MEMBERS)), ("m1", 90_000, False), ("j0", 5, True)]


def test_accounts_come_in_the_order_of_joining_with_what_they_did() -> None:
    found = page(AsTheyAre(), facts=facts(), activity=activity(POSTS, {0: 9}, names={"m1": "Berta"}))

    assert [each.name for each in found.accounts] == ["m0", "Berta", *MEMBERS[2:], "j0", "j1"]
    assert [each.role for each in found.accounts] == ["member"] * 6 + ["joiner"] * 2
    assert [(each.first_at, each.posts) for each in found.accounts[:2]] == [(T0, 1), (T0 + 1000, 2)]
    assert (found.accounts[7].first_at, found.accounts[7].posts) == (None, None)
    assert [each.shared for each in found.accounts] == [5] * 6 + [1] * 2
    assert [each.group for each in found.accounts] == [0] * 6 + [None] * 2


def test_sizes_and_evidence_are_those_of_the_network_that_is_shown() -> None:
    found, held = page(facts=facts()), assess(facts())

    assert (found.head.members, found.head.joiners, found.head.posts) == (6, 2, held.posts)
    assert (found.head.first_post_at, found.head.last_post_at) == (held.first, held.last)
    assert (found.head.score, found.head.summary) == (held.score, held.summary)
    assert [each.signal for each in found.evidence] == [each.signal for each in held.evidence]
    assert found.platforms == {"x": 6}
    assert found.network is not None
    assert len(found.network.nodes) == 6


def test_what_the_gate_measured_is_told_rule_by_rule_as_of_the_allow_list_then() -> None:
    allowed = AllowList(accounts=frozenset(MEMBERS))
    found = page(facts=facts(), allowed=allowed)

    weighed = weigh_all(facts(), allowed)
    assert [each.rule for each in found.against] == [each.rule for each in weighed]
    first = found.against[0]
    assert (first.rule, first.suppresses, first.because) == (
        "of_allowed_accounts",
        True,
        "6 of 6 accounts are on the allow list",
    )
    assert (first.measures[0].measured, first.measures[0].bound, first.measures[0].met) == (1.0, 0.5, True)
    assert found.nearest in {each.rule for each in found.against}
    assert all(each.because == "" for each in found.against if not all(one.met for one in each.measures))


def test_of_many_texts_the_most_posted_are_shown_and_the_others_counted() -> None:
    objects = tuple(shared_by(number, MEMBERS[: 2 + number % 5]) for number in range(SHOWN + 7))
    found = page(facts=facts(objects=objects))

    assert len(found.texts) == SHOWN
    assert found.more_texts == 7
    assert found.texts[0].posts == 6
    assert found.texts[0].cluster == (4).to_bytes(8, "big").hex()


def test_texts_name_their_frame_their_times_and_their_kind() -> None:
    (first, *_) = page(AsTheyAre(), facts=facts()).texts

    assert ["".join(part.text for part in variant) for variant in first.variants] == list(TEXTS)
    assert first.fillings == [["bridge", "tunnel"]]
    assert (first.first_at, first.last_at, first.what) == (T0, T0 + 60_000, "text")


def test_bursts_are_those_of_the_facts_or_where_these_have_none_those_that_were_told() -> None:
    made = BurstFacts("#bridge", "", T0, 5, 40, 9, 8.00001, 12.0, 1.0, 10, 6)
    own = page(facts=facts(bursts=(made,)))
    event = told(burst())
    given = incident(bursts=event.data.bursts, evidence=[Signal("burst-share", 0.5, "half of it is theirs")])
    kept = page(facts=facts(), standing=standing(given))

    assert [(each.keyword, each.share, each.posts) for each in own.bursts] == [("#bridge", 0.25, 40)]
    assert [each.keyword for each in kept.bursts] == ["#ferry"]
    assert [each.text for each in kept.evidence if each.signal == "burst-share"] == ["half of it is theirs"]


def test_without_facts_a_page_tells_what_the_event_tells_and_leaves_the_rest_open() -> None:
    event = incident(accounts=Accounts(3, 0, ["a1", "a2"]))
    found = page(AsTheyAre(), standing=standing(event))

    assert found.head.posts == event.data.posts
    assert [each.name for each in found.accounts] == event.data.accounts.sample
    assert {(each.first_at, each.posts, each.shared, each.followers) for each in found.accounts} == {(None,) * 4}
    assert [each.text for each in found.evidence] == [each.text for each in event.data.evidence]
    assert len(found.texts) == len(event.data.templates)
    assert (found.timeline, found.network, found.rhythm, found.nearest) == (None,) * 4
    assert found.against == []


def test_an_incident_of_which_only_a_digest_told_has_a_head() -> None:
    held = HeldIncident("incident.opened", "inc_1", 1, "open", "copy-paste-wave", "info", 7, AT, "7 accounts")
    events = [digest(incidents=[held])]
    (name,) = fold(events)
    found = page(standing=fold(events)[name], life=life(name, events))

    assert (found.head.score, found.head.posts, found.head.first_post_at) == (None, None, None)
    assert found.head.members == fold(events)[name].accounts
    assert [each.event for each in found.life] == ["incident.digest"]


def test_a_burst_shows_its_keyword_over_time_and_the_posts_it_began_with() -> None:
    one = burst(text="the ferry of @Anna sank")
    found = page(
        standing=standing(told(one)), activity=activity([], {1: 3, 4: 1}, keyword="#ferry"), first_posts=one.first_posts
    )

    assert found.timeline is not None
    assert found.timeline.rows == [(0, 0, 0, 3), (3, 0, 0, 1)]
    assert [each.keyword for each in found.bursts] == ["#ferry"]
    (first,) = found.first_posts
    assert (first.at, first.platform) == (one.first_posts[0].at, "x")
    assert first.name == HIDDEN.account("x", "a1")
    assert "Anna" not in first.text
    assert (found.accounts, found.network, found.rhythm) == ([], None, None)


def test_answers_are_in_the_order_of_coming_and_the_life_in_that_of_telling() -> None:
    events = [incident(), verdict(revision=2), verdict(revision=3, verdict="false", author="night watch")]
    answers = [event for event in events if not isinstance(event, IncidentEvent)]
    found = page(standing=standing(*events), life=life("inc_1", events), answers=answers[::-1])  # type: ignore[arg-type] # verdicts

    assert [(each.verdict, each.author) for each in found.head.answers] == [("true", ""), ("false", "night watch")]
    assert [each.event for each in found.life] == ["incident.opened", "incident.verdict", "incident.verdict"]


def test_why_an_incident_is_suppressed_is_told_as_long_as_it_is() -> None:
    why = Suppression("app", "an app writes for them")
    held = page(standing=standing(incident(status="suppressed", suppressed=why)))
    open_now = page(standing=standing(incident(status="open", suppressed=why)))

    assert (held.head.reason, held.head.because) == ("app", "an app writes for them")
    assert (open_now.head.reason, open_now.head.because) == (None, "")


def test_no_name_of_an_account_is_left_where_pseudonyms_are_asked_for() -> None:
    event = incident(keywords=["@anna"], summary="6 accounts posted @Anna", templates=[])
    found = page(
        standing=standing(event),
        facts=facts(),
        activity=activity(POSTS, {0: 9}, keyword="@anna", names={"m1": "Berta"}),
    )
    shown = msgspec.json.encode(found).decode()

    assert found.pseudonyms
    assert "anna" not in shown.lower()
    assert "Berta" not in shown
    assert not any(f'"{name}"' in shown for name in (*MEMBERS, "j0", "j1"))


def test_one_account_has_one_pseudonym_and_one_that_has_one_keeps_it() -> None:
    before = Pseudonymous(b"the key of ingest").account("x", "m0")

    assert HIDDEN.account("x", "m0", "Ann") == HIDDEN.account("x", "m0", "Anna") == Pseudonymous(KEY).account("x", "m0")
    assert HIDDEN.account("x", "m0") != HIDDEN.account("y", "m0")
    assert HIDDEN.account("x", before) == before
    assert HIDDEN.text(f"hello @{before}", "x") == f"hello @{before}"
    assert HIDDEN.text("hello @m0 and @M0", "x") == "hello @{0} and @{0}".format(HIDDEN.account("x", "m0"))


def test_evidence_is_put_on_one_scale() -> None:
    signals = [Signal("a", 3.0, "of @Anna", 0.5, 1e-7), Signal("b", 3.0, "t", 0.0, 0.0), Signal("c", 3.0, "t")]
    first, second, third = build_evidence(signals, "x", HIDDEN)

    assert first.times == 6.0
    assert first.surprise == pytest.approx(7.0)
    assert "Anna" not in first.text
    assert (second.times, second.surprise) == (None, 30.0)
    assert (third.times, third.surprise) == (None, None)
    assert [surprise(p) for p in (1.0, 1e-40)] == [0.0, 30.0]


def test_the_usual_platform_is_that_of_most_accounts() -> None:
    assert usual_platform({"b": 2, "a": 2, "c": 1}) == "a"
    assert usual_platform({}) == ""


def overview(*events: Event, names: Names = HIDDEN, bursts: tuple[BurstListed, ...] = ()) -> Overview:
    return build_overview("a title", fold(events).values(), bursts, names, begin=T0, end=T0 + 1, posts=7)


def test_the_overview_has_every_incident_once_the_suppressed_and_merged_too_but_no_burst() -> None:
    why = Suppression("fans", "they repost @Anna")
    found = overview(
        incident("inc_1", first_post_at=rfc3339(T0 + 5)),
        incident("inc_2", status="suppressed", suppressed=why, first_post_at=rfc3339(T0)),
        incident("inc_3", 2, "incident.merged", status="merged", into="inc_1", first_post_at=rfc3339(T0 + 9)),
        verdict("inc_1", 2),
        told(burst()),
    )

    assert [row.incident_id for row in found.incidents] == ["inc_2", "inc_1", "inc_3"]
    assert found.incidents[0].reason == "fans"
    assert "Anna" not in found.incidents[0].because
    assert (found.incidents[1].verdict, found.incidents[2].into) == ("true", "inc_1")
    assert (found.title, found.begin, found.end, found.posts) == ("a title", T0, T0 + 1, 7)


def test_the_overview_says_what_pseudonyms_are_worth() -> None:
    named, kept, once = (overview(names=names) for names in (AsTheyAre(), HIDDEN, Pseudonymous(KEY, once=True)))

    assert [(each.pseudonyms, each.once) for each in (named, kept, once)] == [
        (False, False),
        (True, False),
        (True, True),
    ]


def test_a_keyword_that_names_an_account_bursts_under_its_pseudonym() -> None:
    listed = BurstListed("inc_1", "s", "@anna", "@Anna", T0, None, 5, 2, 9.0, 4.0, T0, 60, [1, 2])
    (found,) = overview(bursts=(listed,)).bursts

    assert found.keyword == found.label == HIDDEN.text("@anna")
    assert found.counts == [1, 2]


def test_a_merged_incident_is_shown_as_it_was_before() -> None:
    events = [incident(summary="7 accounts"), incident("inc_1", 2, "incident.merged", status="merged", into="inc_2")]
    found = as_itself(standing(*events), events)

    assert (found.status, found.into, found.summary) == ("merged", "inc_2", "7 accounts")
    assert found.event == events[0]
    assert as_itself(standing(events[0]), events) == standing(events[0])
    assert as_itself(standing(events[1]), events[1:]) == standing(events[1])


def test_the_same_source_gives_the_same_page() -> None:
    pages = [page(facts=facts(), activity=activity(POSTS, {0: 9})) for _ in range(2)]

    assert msgspec.json.encode(pages[0]) == msgspec.json.encode(pages[1])
    assert key("m0") == facts().objects[0].keys[0]
