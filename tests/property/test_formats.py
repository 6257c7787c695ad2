"""Formats: whatever is told, no word of others does anything in a chat, and no message is longer than it may be."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hostile import LONG, events, filled, texts, told

from pipeline.incidents.model import EventType
from pipeline.incidents.public import DigestEvent, Event, VerdictEvent, decode_event, encode_event
from pipeline.notify.formats.alertmanager import keeps_firing
from pipeline.notify.formats.all import FORMS
from pipeline.notify.formats.form import EVENT_TYPES, Sending
from pipeline.notify.formats.links import usable_links
from pipeline.notify.formats.text import fit, inert, utf16, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = Sending(now=1_800_000_000_000, key="R0UT1NG")
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
LIVE = re.compile(r"https?:|www\.|\b(mailto|tel):|(?<!hxxp)(?<!hxxps)://|[\w-]\.[a-z]{2}", re.IGNORECASE)
MENTION = re.compile(r"@|<[!#@:/a-z]", re.IGNORECASE)


def body(name: str, event: Event, sending: Sending = NOW) -> Any:
    """What a format makes of an event."""
    return json.loads(FORMS[name].render([event], sending).decode("utf-8", "strict"))


def strings(found: Any) -> Iterator[str]:
    """All strings in JSON, names too."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield name
            yield from strings(value)
    elif isinstance(found, list):
        for each in found:
            yield from strings(each)
    elif isinstance(found, str):
        yield found


def allowed(event: Event) -> set[str]:
    """URLs that may be live."""
    return {url for _, url in usable_links(event.data.links)}


def assert_dead(text: str) -> None:
    """A text that nobody could make anything of but the text that it is."""
    hidden = [each for each in text if unicodedata.category(each) in HIDDEN and each != "\n"]

    assert hidden == [], text
    assert not LIVE.search(text), text
    assert not MENTION.search(text), text


def assert_links(event: Event) -> None:
    for label, url in usable_links(event.data.links):
        assert re.fullmatch(r"https?://[^\s<>|()`\"\\^{}]+", url, re.ASCII)
        assert "hunter2" not in url
        assert_dead(label)
        assert not set("[]()<>|*`") & set(label)


def check_slack(event: Event) -> None:
    found = body("slack", event)

    (attachment,) = found["attachments"]
    assert found["mrkdwn"] is found["unfurl_links"] is found["unfurl_media"] is False
    assert 1 <= len(found["text"]) <= 300
    assert_dead(found["text"])
    assert 1 <= len(attachment["blocks"]) <= 50
    total = 0
    for block in attachment["blocks"]:
        assert block["type"] in {"section", "context"}
        assert len(block.get("fields", ())) <= 10
        assert len(block.get("elements", ())) <= 10
        pairs = [(block["text"], 3000)] if "text" in block else []
        pairs += [(each, 2000) for each in block.get("fields", ())]
        pairs += [(each, 3000) for each in block.get("elements", ())]
        for each, most in pairs:
            assert 1 <= utf16(each["text"]) <= most
            total += utf16(each["text"])
            assert_dead_in_slack(each, event)
    assert total <= 12_000
    assert_links(event)


def assert_dead_in_slack(each: dict[str, Any], event: Event) -> None:
    text = each["text"]
    if each["type"] == "mrkdwn":
        shown = re.findall(r"<([^<>|]+)\|([^<>|]+)>", text)

        assert {url.replace("&amp;", "&") for url, _ in shown} == allowed(event)
        assert re.sub(r"<[^<>|]+\|[^<>|]+>", "", text).strip(" ·") == ""
        return

    assert each["type"] == "plain_text"
    assert each["emoji"] is False
    assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", text)
    assert_dead(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def check_discord(event: Event) -> None:
    found = body("discord", event)

    (embed,) = found["embeds"]
    assert found["allowed_mentions"] == {"parse": []}
    assert not found.get("flags", 0) & 4, "the embed itself would be hidden"
    assert 1 <= utf16(found["content"]) <= 2000
    assert utf16(embed["description"]) <= 4096
    assert len(embed["fields"]) <= 25
    total = utf16(embed.get("title", "")) + utf16(embed["description"]) + utf16(embed["footer"]["text"])
    for field in embed["fields"]:
        assert 1 <= utf16(field["name"]) <= 256
        assert 1 <= utf16(field["value"]) <= 1024
        total += utf16(field["name"]) + utf16(field["value"])
        if field["name"] == "Link":
            shown = re.fullmatch(r"\[((?:\\.|[^\\\]\[])+)\]\(([^()\s]+)\)", field["value"])
            assert shown is not None
            assert shown[2] in allowed(event)
        else:
            assert_dead(unmarked(field["value"]))
    assert utf16(embed["footer"]["text"]) <= 2048
    assert total <= 6000
    assert 0 <= embed["color"] <= 0xFFFFFF
    assert_dead(unmarked(found["content"]))
    assert_dead(embed["footer"]["text"])
    for line in embed["description"].split("\n"):
        heading = re.fullmatch(r"\*\*(.*)\*\*", line)
        assert_dead(unmarked(heading[1] if heading else re.sub("^(- |> )", "", line)))


def unmarked(text: str) -> str:
    """The text as Discord shows it; any sign that would be markup is an error."""
    shown = re.sub(r"\\([^0-9A-Za-z\s])", "", text)

    assert not re.search(r"[\\*_~`|\[\]()<>#]", shown), text
    assert not re.match(r"[->#]", shown), text
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


def check_teams(event: Event) -> None:
    found = body("teams", event)

    assert len(FORMS["teams"].render([event], NOW)) <= 28_000
    (attachment,) = found["attachments"]
    card = attachment["content"]
    assert found["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert "entities" not in card["msteams"]
    for block in card["body"]:
        assert block["type"] == "RichTextBlock"
        for run in block["inlines"]:
            assert run["type"] == "TextRun"
            assert run["text"]
            assert not re.search(r"\{\{|\$\{", run["text"])
            assert_dead(run["text"])
    assert len(card["actions"]) <= 6
    for action in card["actions"]:
        assert (action["type"], action["url"] in allowed(event)) == ("Action.OpenUrl", True)
        assert_dead(action["title"])


def check_mattermost(event: Event) -> None:
    found = body("mattermost", event)

    (attachment,) = found["attachments"]
    fields = attachment["fields"]
    shown = [attachment[name] for name in ("fallback", "title", "text", "footer")]
    assert sum(map(len, [*shown, *(each["value"] + each["title"] for each in fields)])) <= 16_383
    assert len(attachment["footer"]) <= 300
    assert attachment["title"]
    for each in fields:
        assert re.fullmatch(r"`[^`\n]+`", each["value"])
        assert_dead(each["value"])
    text = attachment["text"]
    for url in allowed(event):
        assert f"]({url})" in text
        text = text.replace(f"]({url})", "]")
    assert_dead(text)
    for line in re.sub(r"`[^`\n]+`", "", text).split("\n"):
        own = r"(- )?|\*\*[\w ]+(\(posts: \d+, accounts: \d+\))?\*\*|(\[[\w -]+\]( · )?)+"
        assert re.fullmatch(own, line), line
    for each in (attachment["title"], attachment["fallback"], attachment["footer"]):
        assert "`" not in each
        assert_dead(each)


def check_pagerduty(event: Event) -> None:
    found = body("pagerduty", event)

    assert len(FORMS["pagerduty"].render([event], NOW)) <= 512_000
    assert found["routing_key"] == NOW.key
    assert 1 <= len(found["dedup_key"]) <= 255
    assert found["dedup_key"].startswith("replay/") == bool(event.data.replay)
    if isinstance(event, VerdictEvent):
        action = "acknowledge" if event.data.verdict == "true" else "resolve"
    else:
        over = {"incident.resolved", "incident.merged", "incident.suppressed"}
        action = "resolve" if event.type in over else "trigger"
    assert found["event_action"] == action
    if action != "trigger":
        return
    payload = found["payload"]
    assert 1 <= len(payload["summary"]) <= 1024
    assert payload["severity"] in {"critical", "warning", "info"}
    assert payload["source"]
    assert {each["href"] for each in found["links"]} == allowed(event)
    for name in ("source", "group"):
        assert not MENTION.search(payload[name])
        assert not re.search("https?:", payload[name], re.IGNORECASE)
    for each in strings([payload["summary"], payload["custom_details"]]):
        assert_dead(each)


def check_alertmanager(event: Event, now: int = NOW.now, lasts_s: int = NOW.lasts_s) -> None:
    found = body("alertmanager", event, Sending(now, lasts_s=lasts_s))

    firing = [each for each in found if each["endsAt"] > each["startsAt"] and each["endsAt"] > iso(now)]
    assert [each["labels"]["severity"] for each in firing] == firing_severities(event)
    for each in found:
        assert each["startsAt"] <= min(iso(now), each["endsAt"])
        assert each["endsAt"] == iso(now + 1000 * lasts_s if each in firing else now)
        assert set(each["labels"]) == {"alertname", "incident_id", "stream", "replay", "severity"}
        assert all(len(value) <= 128 for value in each["labels"].values())
        assert each.get("generatorURL") in {None, *allowed(event)}
        for name, value in each["annotations"].items():
            assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name)
            assert 1 <= len(value) <= 3100
            if value not in allowed(event):
                assert_dead(value)
        assert not MENTION.search(each["labels"]["stream"])
        assert not re.search("https?:", each["labels"]["stream"], re.IGNORECASE)
    again = json.loads(FORMS["alertmanager"].render([event], Sending(now, lasts_s=lasts_s, is_again=True)))
    assert not keeps_firing(event) or again == firing


def firing_severities(event: Event) -> list[str]:
    """The severity of the alert that fires after an event, if one does."""
    if isinstance(event, DigestEvent):
        order = ("critical", "warning", "info")
        return [min((each.severity for each in event.data.incidents), key=order.index, default="info")]
    is_over = event.data.status != "open" or (isinstance(event, VerdictEvent) and event.data.verdict != "true")
    return [] if is_over else [event.data.severity]


def iso(ms: int) -> str:
    """Milliseconds as an alert has them."""
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


CHECKS = {
    "slack": check_slack,
    "discord": check_discord,
    "teams": check_teams,
    "mattermost": check_mattermost,
    "pagerduty": check_pagerduty,
    "alertmanager": check_alertmanager,
}


@pytest.mark.parametrize("name", CHECKS)
@given(event=events)
@settings(max_examples=50)
def test_no_word_of_others_does_anything_and_limits_are_kept(name: str, event: Event) -> None:
    CHECKS[name](event)
    assert FORMS[name].render([event], NOW) == FORMS[name].render([decode_event(encode_event(event))], NOW)


@pytest.mark.parametrize("part", LONG)
def test_texts_of_twenty_thousand_characters_are_cut_as_each_receiver_counts(part: str) -> None:
    long = (part * 20_000)[:20_000]
    for event in filled(long):
        for check in CHECKS.values():
            check(event)


@given(events, st.integers(0, 4 * 10**12), st.integers(1, 10**6))
@settings(max_examples=50)
def test_an_alert_ends_by_itself_whenever_it_was_posted(event: Event, now: int, lasts_s: int) -> None:
    check_alertmanager(event, now, lasts_s)


def alerts(*events: Event) -> list[tuple[str, bool]]:
    """Severities of the alerts that are posted for events, and whether they fire."""
    found = json.loads(FORMS["alertmanager"].render(events, NOW))
    return [(each["labels"]["severity"], each["endsAt"] > iso(NOW.now)) for each in found]


def test_a_severity_that_is_no_more_leaves_no_alert() -> None:
    opened = told("opened", "warning")
    escalated = told("escalated", "critical", revision=2)
    resolved = told("resolved", "critical", revision=3, status="resolved")

    assert alerts(opened) == [("warning", True)]
    assert alerts(escalated) == [("critical", True), ("warning", False)]
    assert alerts(resolved) == [("critical", False), ("warning", False)]
    assert alerts(opened, escalated) == [("warning", False), ("critical", True)]
    assert alerts(told("suppressed", "warning", status="suppressed")) == []
    taken_back = told("suppressed", "warning", status="suppressed", revision=2)
    assert alerts(taken_back) == [("critical", False), ("warning", False)]
    assert alerts(told("resolved", "info", status="resolved", kind="keyword-burst")) == [("info", False)]
    assert alerts() == []


@pytest.mark.parametrize("name", FORMS)
def test_every_format_tells_every_type_and_marks_a_replay(name: str) -> None:
    for kind in get_args(EventType):
        event = told(kind.removeprefix("incident."), "critical", revision=2)
        assert json.loads(FORMS[name].render([event], NOW))
        assert "replay" in FORMS[name].render([event], NOW).decode()
    assert FORMS[name].types <= EVENT_TYPES
    assert {"incident.opened", "incident.escalated", "incident.resolved", "incident.digest"} <= FORMS[name].types
    if not FORMS[name].is_kept_alive:
        with pytest.raises(ValueError, match="unpack"):
            FORMS[name].render([], NOW)


@given(events)
@settings(max_examples=50)
def test_the_generic_format_is_the_public_json(event: Event) -> None:
    raw = FORMS["generic"].render([event], NOW)

    assert raw == encode_event(event)
    assert decode_event(raw) == event


def test_half_of_a_surrogate_pair_is_no_text_of_an_event_and_of_no_message() -> None:
    raw = encode_event(told("opened", "critical")).replace(b"A sample", b"\\ud800")

    with pytest.raises(msgspec.DecodeError):
        decode_event(raw)
    assert visible("a\ud800b") == "ab"


def test_a_secret_is_not_shown_with_what_it_is_sent_with() -> None:
    assert "R0UT1NG" not in repr(NOW)


@given(texts, st.integers(0, 300))
def test_what_does_not_fit_is_cut_between_letters(text: str, most: int) -> None:
    shown = visible(text)
    found = fit(shown, most)

    assert utf16(found) <= most
    if found != shown:
        assert most == 0 or found[-1] == "…"
        kept = found[:-1]
        assert shown.startswith(kept)
        rest = shown[len(kept) :].lstrip()
        assert not kept or not rest or unicodedata.category(rest[0]) not in {"Mn", "Mc", "Me"}
    assert len(fit(shown, most, size=lambda each: len(each.encode())).encode()) <= most
    assert "\\" not in fit("b" * most + "*", most, lambda each: each.replace("*", "\\*"))


@given(texts)
def test_an_inert_text_is_one_dead_line_and_stays_as_it_is(text: str) -> None:
    found = inert(text)

    assert_dead(found)
    assert "\n" not in found
    assert len(text) > 4000 or inert(found) == found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://example.com/a.html!", "see hxxps://example[.]com/a[.]html!"),
        ("ht\u200btp://x.example", "hxxp://x[.]example"),
        ("@all <!channel> <@U1>", "＠all ‹!channel› ‹＠U1›"),
        ("median 0.5 s, p 1e-9. Then more... and more...x", "median 0.5 s, p 1e-9. Then more... and more...x"),
        ("mailto:a@b.example", "mailto[:]a＠b[.]example"),
        ("\u202eabc\u2066 d\r\n\te\x00f", "abc d e f"),
        ("нет, 今日は。Straße e\u0301", "нет, 今日は。Straße e\u0301"),
        ("👩‍👩‍👧", "👩👩👧"),
    ],
)
def test_text_reads_as_before_and_does_nothing(text: str, shown: str) -> None:
    assert inert(text) == shown
