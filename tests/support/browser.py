"""A real browser for pages, and what it must not see: errors, foreign requests, barriers."""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from support.servers import required

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

AXE = Path(__file__).parents[1] / "browser" / "node_modules" / "axe-core" / "axe.min.js"

OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-default-apps"),
)


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """Run Debian's Chromium without a window."""
    binary = required("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(OPTIONS))
        try:
            yield browser
        finally:
            browser.close()


class Seen:
    """What a page did: errors of scripts and of the console, requests; ``origin`` is where it may ask."""

    def __init__(self, page: Page, origin: str) -> None:
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self._origin = origin
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._said)
        page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self._origin, "data:", "blob:")):
            self.foreign.append(request.url)


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL; a file itself."""
    parts = urlsplit(url)
    return url.partition("#")[0] if parts.scheme == "file" else f"{parts.scheme}://{parts.netloc}/"


@contextlib.contextmanager
def opened(browser: Browser, url: str, **options: Any) -> Iterator[tuple[Page, Seen]]:
    """Open a URL in a browser without memory; what it does is seen from the first request on."""
    context = browser.new_context(**options)
    try:
        page = context.new_page()
        seen = Seen(page, origin_of(url))
        page.goto(url)
        yield page, seen
    finally:
        context.close()


@cache
def _axe() -> str:
    if not AXE.is_file():
        pytest.fail(f"{AXE} is missing: `npm --prefix tests/browser ci` installs it")
    return AXE.read_text()


def barriers(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical, each with the elements."""
    # The page's policy lets no script in; the debugger's way in is not the page's.
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def hover_account(page: Page) -> str:
    """Move the pointer over the network that is shown until it is on an account; returns the name that is marked."""
    chart = page.locator("article.incident:visible [data-chart=network]")
    chart.scroll_into_view_if_needed()
    chart.locator("canvas").wait_for()
    box = chart.bounding_box()
    assert box is not None
    marked = page.locator("article.incident:visible tr.on th")
    places = [(x, y) for y in range(8, int(box["height"]), 12) for x in range(8, int(box["width"]), 12)]
    Random(1).shuffle(places)  # accounts stand together: in rows it would take long to come to the first
    for x, y in places:
        page.mouse.move(box["x"] + x, box["y"] + y)
        if marked.count():
            return marked.inner_text()
    raise AssertionError("no account of the network was under the pointer")
