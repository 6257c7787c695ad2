"""What the documents show of formats is what is sent, and only links that an operator could have meant are live."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.hostile import MOMENT

from pipeline.notify.formats.all import FORMS
from pipeline.notify.formats.form import Sending
from pipeline.notify.formats.links import usable_links
from pipeline.notify.sample import sample_event

DOCUMENT = Path(__file__).parents[2] / "docs" / "alert-formats.md"
NOW = Sending(now=1_767_323_046_000, key="the key of an integration")


@pytest.mark.parametrize("name", FORMS)
def test_the_document_shows_what_is_sent_of_the_sample(name: str) -> None:
    (shown,) = re.findall(rf"^## `{name}`\n.*?\n((?:    [^\n]*\n)+)", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)

    assert json.loads(shown) == json.loads(FORMS[name].render([sample_event(MOMENT)], NOW))


def test_the_table_of_the_document_has_every_format_and_its_pace() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([\d.]+|none) \|$", DOCUMENT.read_text(), re.MULTILINE)

    assert dict(rows) == {name: f"{form.spacing_s:g}" if form.spacing_s else "none" for name, form in FORMS.items()}


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://turfwatch.example/incidents/inc_1?a=b&c=d#e", "https://turfwatch.example/incidents/inc_1?a=b&c=d#e"),
        ("http://10.0.0.7:3000/d/x?var=(a|b)", "http://10.0.0.7:3000/d/x?var=%28a%7Cb%29"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://example.com/é`>", "https://example.com/%C3%A9%60%3E"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//example.com/x", ""),
        ("https://me:hunter2@example.com/", ""),
        ("https://example.com\\@evil.example/", ""),
        ("https://example.com/\u202ex", ""),
        ("https://example.com/" + "a" * 1500, ""),
        ("https://[::1", ""),
    ],
)
def test_a_link_is_an_address_of_the_web_and_ends_no_markup(url: str, kept: str) -> None:
    assert usable_links({"run<book>": url}) == ((("runbook", kept),) if kept else ())
