"""Links of events: filled in from what the operator configured, whatever a stream is called."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.alerts import digest, incident, verdict

from pipeline.config import load_settings
from pipeline.errors import ConfigError
from pipeline.incidents.links import links_of
from pipeline.incidents.public import decode_event
from pipeline.live.told import told
from pipeline.text.url_templates import checked_template

TEMPLATE = "https://grafana.example/d/x?var-stream={stream}&from={from}&to={to}&i={incident_id}&k={kind}&s={severity}"


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()))
def test_what_is_filled_in_stays_within_its_place(stream: str) -> None:
    event = incident(stream=stream, first_post_at="2026-01-02T03:04:05.678Z", last_post_at="2026-01-02T04:00:00.000Z")

    (link,) = links_of(event, {"dashboard": TEMPLATE}).values()

    parts = urlsplit(link)
    assert (parts.hostname, parts.path, parts.fragment) == ("grafana.example", "/d/x", "")
    assert parse_qs(parts.query, keep_blank_values=True) == {
        "var-stream": [stream],
        "from": ["1767323045678"],
        "to": ["1767326400000"],
        "i": ["inc_1"],
        "k": ["coordinated-network"],
        "s": ["info"],
    }


def test_digests_and_verdicts_have_links_too_and_without_a_template_nothing_has() -> None:
    for event, name in ((digest(), "dig_1"), (verdict(), "inc_1")):
        assert links_of(event, {"console": "https://x.example/{incident_id}"}) == {
            "console": f"https://x.example/{name}"
        }
        assert links_of(event, {}) == {}


def test_what_goes_to_the_topic_has_them() -> None:
    record = told(incident(), "incidents", {"runbook": "https://x.example/{kind}"}, replay=False)

    assert decode_event(record.value).data.links == {"runbook": "https://x.example/coordinated-network"}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://x.example/{id}", "asks for {id}; there are {incident_id}"),
        ("https://x.example/{incident_id", "expected '}'"),
        ("ftp://x.example/", "is no http:// or https:// URL"),
        ("javascript:alert(1)", "is no http:// or https:// URL"),
        ("https://me:pw@x.example/", "without a password"),
        ("https://x.example/{stream.__class__}", "asks for {stream.__class__}"),
        ("https://x.example/{stream!x}", "is no http"),
        ("https://[x/", "is no http"),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_refused(url: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        checked_template(url)
    assert said in str(raised.value)

    with pytest.raises(ConfigError, match=r"links\.console"):
        load_settings(environment={"TURFWATCH_LINKS_CONSOLE": url})
