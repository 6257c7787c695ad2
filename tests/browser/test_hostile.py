"""Five hundred texts that would do something if they could, in a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from support import pages
from support.attacks import hostile_texts
from support.browser import opened

from pipeline.page.model import TextPart, TextShown
from pipeline.page.render import render_report
from pipeline.page.words import Words
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.sync_api import Browser

    from pipeline.page.model import IncidentPage

TEXTS: Final = hostile_texts(500)
SAID: Final = "all => all.map(each => each.textContent)"


def page_of(texts: Sequence[str]) -> IncidentPage:
    """An incident that says all of them wherever a page says what others wrote."""
    plain = pages.page(60, 300, seed=4)
    replace = msgspec.structs.replace
    return replace(
        plain,
        head=replace(plain.head, summary=texts[0], keywords=list(texts[:5]), stream=texts[5]),
        texts=[
            TextShown([TextPart(text)], [[text]], [[TextPart(text), TextPart(text, 1)]], posts=2, accounts=2)
            for text in texts
        ],
        accounts=[
            replace(each, name=text, client=text, community=text)
            for each, text in zip(plain.accounts, texts, strict=False)
        ],
        evidence=[replace(each, text=text) for each, text in zip(plain.evidence, texts, strict=False)],
        platforms=dict.fromkeys(texts[:9], 3),
        bursts=[replace(each, keyword=texts[7], label=texts[8]) for each in plain.bursts],
    )


def test_a_report_shows_them_as_they_are(browser: Browser, tmp_path: Path) -> None:
    page = page_of(TEXTS)
    overview = pages.overview([page], title=TEXTS[9])
    path = tmp_path / "report.html"
    path.write_text(render_report(overview, [page], Words("en")))

    with opened(browser, f"{path.as_uri()}#{page.head.incident_id}") as (shown, seen):
        shown.locator("article.incident canvas").first.wait_for()
        for button in shown.locator("button:visible").all():
            button.click()
        assert shown.locator(".frame").evaluate_all(SAID) == [safe(text, lines=True) for text in TEXTS]
        assert shown.evaluate("window.pwned") is None
        assert shown.locator("iframe, object, base, form, img, input, link, main script, main style").count() == 0
        assert shown.locator("main a[href]:not([href^='#']):not([href^='https://runbooks.example'])").count() == 0
        assert seen.errors == []
        assert seen.foreign == []
