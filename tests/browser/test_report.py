"""A report in a real browser: opened from a disk, without a network, by mouse and by keyboard."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from support.browser import Seen, barriers, hover_account, opened
from support.command import turfwatch
from support.throng import ACCOUNTS, write_throng

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

WIDE = {"width": 1400, "height": 900}
NARROW = {"width": 360, "height": 740}
CAMPAIGN = "#harrowfenwater"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("town") / "town.jsonl.gz"
    turfwatch("simulate", "--scenario", "demo", "--seed", "7", "--posts", "6000", "--out", path)
    return path


@pytest.fixture(scope="module")
def report(recording: Path) -> str:
    return made(recording, "en")


def made(recording: Path, language: str) -> str:
    path = recording.parent / f"report-{language}.html"
    done = turfwatch("replay", recording, "--report", path, "--lang", language)
    assert done.returncode == 0, done.stderr
    return path.as_uri()


def go_to_the_campaign(page: Page) -> None:
    page.get_by_role("link", name=CAMPAIGN).first.click()
    page.locator("article.incident:visible").wait_for()


def well(seen: Seen) -> None:
    assert seen.errors == []
    assert seen.foreign == []


def test_a_report_opens_from_a_disk_without_a_network(browser: Browser, report: str) -> None:
    with opened(browser, report, viewport=WIDE, offline=True) as (page, seen):
        assert "incidents" in page.locator("#overview-title").inner_text()
        go_to_the_campaign(page)

        assert page.locator("article.incident:visible").count() == 1
        assert page.locator("article.incident:visible canvas").first.is_visible()
        well(seen)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_is_in_anybodys_way(browser: Browser, report: str, scheme: str) -> None:
    with opened(browser, report, viewport=WIDE, color_scheme=scheme, bypass_csp=True) as (page, seen):
        assert barriers(page) == []
        go_to_the_campaign(page)
        assert barriers(page) == []
        well(seen)


def test_accounts_are_sorted_by_mouse_and_by_keyboard(browser: Browser, report: str) -> None:
    with opened(browser, report, viewport=WIDE) as (page, seen):
        go_to_the_campaign(page)
        shown = page.locator("article.incident:visible")
        header = shown.locator("th[data-field=posts]")
        counts = shown.locator("tbody[data-role=members] tr[data-n]")
        place = shown.locator("th[data-field]").evaluate_all("all => all.findIndex(e => e.dataset.field === 'posts')")

        def posts() -> list[int]:
            return [int(row.split("\t")[place]) for row in counts.all_inner_texts()]

        header.get_by_role("button").click()
        assert header.get_attribute("aria-sort") == "descending"
        assert posts() == sorted(posts(), reverse=True)
        header.get_by_role("button").focus()
        page.keyboard.press("Enter")
        assert header.get_attribute("aria-sort") == "ascending"
        assert posts() == sorted(posts())
        well(seen)


def test_the_time_line_is_zoomed_by_buttons_and_by_keyboard(browser: Browser, report: str) -> None:
    with opened(browser, report, viewport=WIDE) as (page, seen):
        go_to_the_campaign(page)
        section = page.locator("article.incident:visible section").filter(has=page.locator("[data-chart=timeline]"))
        bins = section.locator(".bin")
        chart = section.locator("[data-chart=timeline]")
        chart.locator("canvas").wait_for()
        whole = bins.inner_text()

        for _ in range(3):
            section.locator("[data-zoom=in]").click()
        page.wait_for_function("([e, was]) => e.textContent !== was", arg=[bins.element_handle(), whole])
        near = bins.inner_text()
        section.locator("[data-zoom=reset]").click()
        page.wait_for_function("([e, was]) => e.textContent === was", arg=[bins.element_handle(), whole])
        chart.focus()
        for _ in range(3):
            page.keyboard.press("+")
        page.wait_for_function("([e, was]) => e.textContent === was", arg=[bins.element_handle(), near])
        well(seen)


def test_a_node_points_at_its_account(browser: Browser, report: str) -> None:
    with opened(browser, report, viewport=WIDE) as (page, seen):
        go_to_the_campaign(page)

        name = hover_account(page)

        assert name.startswith("p_")
        well(seen)


def test_accounts_leave_as_a_table(browser: Browser, report: str, tmp_path: Path) -> None:
    with opened(browser, report, viewport=WIDE) as (page, seen):
        go_to_the_campaign(page)
        shown = page.locator("article.incident:visible")
        with page.expect_download() as started:
            shown.locator("[data-csv]").click()
        started.value.save_as(tmp_path / "accounts.csv")

        rows = list(csv.DictReader((tmp_path / "accounts.csv").read_text("utf-8-sig").splitlines()))
        assert len(rows) == shown.locator("tr[data-n]").count()
        well(seen)


def test_a_narrow_screen_does_not_scroll_sideways(browser: Browser, report: str) -> None:
    with opened(browser, report, viewport=NARROW) as (page, seen):
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        go_to_the_campaign(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        well(seen)


def test_it_is_printed_whole_and_light(browser: Browser, report: str) -> None:
    with opened(browser, report, viewport=WIDE, color_scheme="dark") as (page, seen):
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")  # which only a printer sends

        assert page.locator("article.incident:visible").count() > 1
        assert page.locator("button:visible").count() == 0
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.pdf().startswith(b"%PDF")
        well(seen)


def test_without_scripts_all_of_it_is_read(browser: Browser, report: str) -> None:
    with opened(browser, report, viewport=WIDE, java_script_enabled=False) as (page, _):
        assert page.locator("article.incident:visible").count() > 1
        assert page.locator("article.incident tr[data-n]:visible").count() > 20


def test_a_german_report_is_german(browser: Browser, recording: Path) -> None:
    with opened(browser, made(recording, "de"), viewport=WIDE) as (page, seen):
        assert page.locator("html").get_attribute("lang") == "de"
        assert "Vorfälle" in page.locator("#overview-title").inner_text()
        go_to_the_campaign(page)
        assert page.locator("article.incident:visible [lang=en]").all_inner_texts() == []
        well(seen)


def test_two_thousand_accounts_are_usable(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "throng.html"
    done = turfwatch("replay", write_throng(tmp_path / "throng.jsonl.gz"), "--report", path)
    assert done.returncode == 0, done.stderr

    assert path.stat().st_size < 5_000_000
    with opened(browser, path.as_uri(), viewport=WIDE) as (page, seen):
        page.get_by_role("link", name="#throng").first.click()
        shown = page.locator("article.incident:visible")
        shown.locator(".show-all").click()
        page.wait_for_function(
            "([e, n]) => e.querySelectorAll('tr[data-n]').length === n", arg=[shown.element_handle(), ACCOUNTS]
        )
        shown.locator("th[data-field=followers]").get_by_role("button").click()
        assert shown.locator("th[data-field=followers]").get_attribute("aria-sort") == "descending"
        assert hover_account(page).startswith("p_")
        well(seen)
