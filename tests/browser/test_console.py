"""A console beside a worker in a real browser: an incident appears, is looked at, and is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from redis import Redis
from support.browser import barriers, hover_account, opened
from support.flood import flooded
from support.live import Live, worker
from support.shown import console

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROWS = "#incidents tbody tr"
WAIT_MS = 60_000


def members(page: Page) -> list[str]:
    return page.locator("tbody[data-role=members] tr[data-n] th").all_inner_texts()


@pytest.mark.timeout(300)
def test_an_incident_appears_is_looked_at_and_answered(browser: Browser, brokers: str, redis_port: int) -> None:
    live = Live(brokers, kafka_partitions=1, console_port=0)
    posts = flooded(2, accounts=12, apart_s=600)
    second = next(number for number, post in enumerate(posts) if post.author_id.startswith("f1-"))
    with (
        worker(live.environment, redis_port) as started,
        Redis(port=redis_port) as redis,
        console(live.environment, redis_port) as shown,
        opened(browser, shown.url, viewport={"width": 1400, "height": 900}, bypass_csp=True) as (page, seen),
    ):
        live.fill("farms", posts[:second], 50)
        page.locator(ROWS).wait_for(timeout=WAIT_MS)  # a page that has nothing to show comes again by itself
        page.evaluate("window.isTheSame = true")
        live.fill("farms", posts[second:], 50)

        row = page.locator(f"{ROWS}.fresh").filter(has_text="12 accounts")
        row.wait_for(timeout=WAIT_MS)
        assert page.evaluate("window.isTheSame")
        assert page.locator(ROWS).count() == 2
        live.wait_done(redis, started)
        assert barriers(page) == []

        row.get_by_role("link").first.click()
        page.locator("[data-chart=timeline] canvas").wait_for()
        assert len(members(page)) == 12
        page.locator("th[data-field=first_at]").get_by_role("button").click()
        assert members(page) == sorted(members(page), key=lambda name: int(name.split("-")[1]))
        page.locator("[data-chart=timeline]").focus()
        page.keyboard.press("+")
        assert hover_account(page).startswith("f1-")
        assert barriers(page) == []

        page.locator("#note").fill("a farm <b>again</b>")
        page.locator("button[name=verdict][value=true]").click()
        page.locator("#answer [role=status]").wait_for()
        page.locator("#changed a").click(timeout=WAIT_MS)
        page.locator("article.incident .kicker .verdict.true").wait_for()
        assert "a farm <b>again</b>" in page.locator("article.incident").inner_text()

        page.goto(f"{shown.url}/search?q=f1-3")
        assert page.locator("main tbody tr").count() == 1
        assert barriers(page) == []
        assert (seen.errors, seen.foreign) == ([], [])
        assert shown.stop() == 0
        assert started.stop() == 0
