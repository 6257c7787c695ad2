"""Events in which everything that others may write is hostile, as strategies and as examples."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from hypothesis import strategies as st

from pipeline.detect.assess import Kind, TemplateShown
from pipeline.detect.rule import Reason, Suppression
from pipeline.detect.severity import Severity
from pipeline.detect.signal import Signal
from pipeline.incidents.answer import Verdict
from pipeline.incidents.model import EventType, Opening, Status
from pipeline.incidents.public import (
    Accounts,
    DigestData,
    DigestEvent,
    Event,
    HeldIncident,
    IncidentData,
    IncidentEvent,
    VerdictData,
    VerdictEvent,
)
from pipeline.notify.sample import sample_event

MOMENT = "2026-01-02T03:04:05.678Z"

FRAGMENTS = (
    *("@everyone", "@here", "@all", "@channel", "<!channel>", "<!here|x>", "<@U123>", "<#C123>", "<@&99>", "<@!99>"),
    *("<!subteam^S1>", "<at>Mr X</at>", "</at>", "<id:home>", "<t:1:R>", "<:a:1>", "~town-square", ":smile:", "#tag"),
    *("[x](http://evil.example)", "<http://evil.example|x>", "https://evil.example/a?b=c&d", "HTTP://EVIL.EXAMPLE"),
    *("ht\u200btp://evil.example", "www.evil.example", "www.1.example", "evil.example/x", "a@evil.example", "t.co/x"),
    *("mailto:a@b.example", "tel:123", "discord.gg/abc", "ftp://evil.example", "slack://x", "http:", "://", "hxxp://"),
    *(
        "**b**",
        "__u__",
        "~~s~~",
        "||spoiler||",
        "`c`",
        "```\nx\n```",
        "# head",
        "> q",
        "\\",
        "\\`",
        "\\[",
        "$x$",
        "|a|",
    ),
    *("<b>x</b>", "<script>", "&lt;!channel&gt;", "&amp;", "{{DATE(2017-02-14T06:08:39Z)}}", "{{{", "${x}", "$${"),
    *("\u202egnp", "\u2066x\u2069", "\u200e", "\u200f", "\u061c", "\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad"),
    *("\x00", "\x1b[31m", "\n", "\r\n", "\t", "\u2028", "\u2029", "\x85", "\u3164", "\u115f", "\u034f", "\U000e0041"),
    *(
        "👩‍👩‍👧",
        "👍🏽",
        "e\u0301" * 3,
        "a" + "\u0300" * 30,
        "مرحبا",
        "日本。語",
        "\ue000",
        "\ufffe",
        "😀" * 9,
        '"',
        "'",
    ),
)
LONG = ("@everyone <!channel> [x](http://evil.example) ", "&*", '"日', "😀", "a\u0300", "{{")
"""What is long when it is repeated: in escapes, in bytes, in UTF-16 units, in marks."""

texts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=9), st.just(" ")), max_size=6).map("".join)
urls = st.one_of(
    st.sampled_from(
        (
            "https://turfwatch.example/incidents/1?a=b&c=(d)",
            "http://10.0.0.7:3000/d/x?from=1&to=2|3",
            "https://[::1]:8443/x",
            "https://example.com/" + "a" * 600,
            "https://example.com/" + "b" * 2000,
            "https://me:hunter2@example.com/",
            "https://exämple.com/",
            "https://example.com/`)>*<!channel>\u202e",
            "javascript:alert(1)",
            "https://",
            "https://[::1/",
        )
    ),
    texts,
)
links = st.dictionaries(st.one_of(st.sampled_from(("console", "dashboard", "runbook")), texts), urls, max_size=6)
times = st.sampled_from(("2015-09-10T00:00:00.000Z", "2026-01-02T03:04:05.678Z"))
counts = st.dictionaries(texts, st.integers(0, 10**9), max_size=7)
signals = st.builds(Signal, signal=texts, value=st.floats(0, 9), text=texts, p_value=st.none() | st.floats(0, 1))
shared = {
    "schema": st.just(1),
    "incident_id": st.sampled_from(("inc_0123456789abcdef", "i" * 300)),
    "stream": texts,
    "revision": st.integers(1, 3),
    "status": st.sampled_from(get_args(Status)),
    "kind": st.sampled_from(get_args(Kind)),
    "severity": st.sampled_from(get_args(Severity)),
    "detected_at": times,
    "summary": texts,
    "keywords": st.lists(texts, max_size=5),
    "links": links,
    "replay": st.sampled_from((None, True, False)),
}
incidents = st.builds(
    IncidentEvent,
    type=st.sampled_from(get_args(EventType)),
    timestamp=times,
    data=st.builds(
        IncidentData,
        **shared,
        score=st.floats(0, 1),
        first_post_at=times,
        last_post_at=times,
        evidence=st.lists(signals, max_size=4),
        templates=st.lists(
            st.builds(TemplateShown, texts, st.integers(0), st.integers(0), st.lists(texts, max_size=2)), max_size=2
        ),
        accounts=st.builds(Accounts, st.integers(0), st.integers(0), st.lists(texts, max_size=2), st.booleans()),
        posts=st.integers(0, 10**9),
        platforms=counts,
        communities=counts,
        into=st.none() | texts,
        suppressed=st.none() | st.builds(Suppression, st.sampled_from(get_args(Reason)), texts),
        bursts=st.just([]),
    ),
)
held = st.builds(
    HeldIncident,
    type=st.sampled_from(get_args(Opening)),
    accounts=st.integers(0, 10**9),
    **{name: each for name, each in shared.items() if name in HeldIncident.__struct_fields__},
)
digests = st.builds(
    DigestEvent,
    type=st.just("incident.digest"),
    timestamp=times,
    data=st.builds(
        DigestData,
        digest_id=st.just("dig_0123456789abcdef"),
        max_opened=st.integers(1, 99),
        window_s=st.integers(1, 9999),
        held_since=times,
        total=st.integers(1, 10**6),
        incidents=st.lists(held, max_size=7),
        **{name: each for name, each in shared.items() if name in DigestData.__struct_fields__},
    ),
)
verdicts = st.builds(
    VerdictEvent,
    type=st.just("incident.verdict"),
    timestamp=times,
    data=st.builds(VerdictData, **shared, verdict=st.sampled_from(get_args(Verdict)), author=texts, note=texts),
)
events: st.SearchStrategy[Event] = st.one_of(incidents, digests, verdicts)


def told(event: str, severity: str, **changes: Any) -> IncidentEvent:
    """The sample as another event."""
    sample = sample_event(MOMENT)
    data = msgspec.structs.replace(sample.data, severity=severity, **changes)
    return msgspec.structs.replace(sample, type=f"incident.{event}", data=data)


def filled(text: str) -> tuple[Event, ...]:
    """Events that say a text wherever something can be said, as often as it can be."""
    place = {f"{number}{text}": 10**9 for number in range(9)}
    incident = told(
        "opened",
        "critical",
        stream=text,
        summary=text,
        evidence=[Signal(text, 1.0, text, p_value=1e-9)] * 5,
        keywords=[text] * 5,
        templates=[TemplateShown(text, 10**9, 10**9, [text])] * 5,
        accounts=Accounts(10**9, 10**9, [text], truncated=True),
        platforms=place,
        communities=place,
        links={text + str(number): f"https://turfwatch.example/{'a' * 340}" for number in range(5)},
        into=text,
        suppressed=Suppression("app", text),
    )
    data = incident.data
    same = (data.schema, "inc_0123456789abcdef", text, 2)
    now = incident.timestamp
    lot = HeldIncident("incident.opened", same[1], 2, "open", data.kind, "critical", 10**9, now, text)
    digest = DigestData(*same, 10**9, 10**9, now, 10**9, text, [lot] * 50, data.links)
    verdict = VerdictData(
        *same, "open", data.kind, "critical", now, "true", text, [text] * 5, data.links, text, text, replay=True
    )
    return (
        incident,
        DigestEvent("incident.digest", now, digest),
        VerdictEvent("incident.verdict", now, verdict),
    )
