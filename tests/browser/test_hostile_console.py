"""Five hundred texts that would do something if they could, in a console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import pytest
from playwright.async_api import async_playwright
from support import pages
from support.alerts import incident
from support.attacks import hostile_texts
from support.browser import OPTIONS
from support.console import running
from support.servers import required

from pipeline.detect.assess import TemplateShown
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.incidents.public import IncidentEvent

EACH: Final = 20
"""Texts of an incident."""


def told(number: int, texts: Sequence[str]) -> IncidentEvent:
    """An incident whose templates, accounts and keywords are these."""
    event = incident()
    replace = msgspec.structs.replace
    data = replace(
        event.data,
        incident_id=pages.incident_id(number),
        summary=texts[0],
        keywords=list(texts[:5]),
        templates=[TemplateShown(text, 2, 2, [text]) for text in texts],
        accounts=replace(event.data.accounts, sample=list(texts[:10])),
        platforms=dict.fromkeys(texts[:3], 1),
    )
    return replace(event, data=data)


@pytest.mark.timeout(300)
async def test_a_console_shows_them_as_they_are_and_sends_its_policy(embedded_url: str) -> None:
    # What comes from a topic is JSON, which holds no half of a character.
    # And a template has its words apart by single spaces.
    texts = [" ".join(text.split()).encode(errors="replace").decode() for text in hostile_texts(500)]
    events = [told(at // EACH, texts[at : at + EACH]) for at in range(0, len(texts), EACH)]
    async with running(embedded_url, events) as console, async_playwright() as playwright:
        base = str(console.client.make_url("/"))
        browser = await playwright.chromium.launch(executable_path=required("chromium"), args=list(OPTIONS))
        page = await browser.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda asked: None if asked.url.startswith((base, "data:")) else wrong.append(asked.url))
        found: list[str] = []
        paths = ["", *(f"incidents/{event.data.incident_id}" for event in events), "search?q=%3Cscript%3E"]
        for path in paths:
            answer = await page.goto(base + path)
            assert answer is not None
            assert answer.status == 200
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; ")
            assert "unsafe" not in policy
            await page.wait_for_function("document.querySelector('.needs-script:not([hidden])') !== null")
            found += await page.locator(".frame").evaluate_all("all => all.map(each => each.textContent)")
            assert await page.evaluate("window.pwned") is None
            assert await page.locator("iframe, object, base, main img, main script, main style").count() == 0
        await browser.close()

    assert found == [safe(text, lines=True) for text in texts]
    assert wrong == []
