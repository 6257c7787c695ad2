"""The console as browsers and scripts meet it, on a real server with the state of a real stream."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from redis import Redis
from support.console import STREAM, running, simulated_events
from support.servers import running as server
from yarl import URL

from pipeline.embedded import server_binary
from pipeline.errors import BrokerError
from pipeline.incidents.burst import KIND
from pipeline.incidents.fold import fold, incidents_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import ClientResponse

    from pipeline.incidents.fold import Standing
    from pipeline.incidents.public import Event

TOKEN = "sixteen letters and more"  # noqa: S105 - it opens nothing but the test's own console
BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def told(embedded_url: str) -> list[Event]:
    return asyncio.run(simulated_events(embedded_url))


def standing(events: Sequence[Event], *, burst: bool = False) -> Standing:
    rows = [row for row in fold(events).values() if (row.kind == KIND) == burst and row.event]
    return max(rows, key=lambda row: (row.status == "open", row.accounts or 0))


def form_of(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found, html
    return found[1]


async def message(answer: ClientResponse) -> tuple[int, str]:
    found = re.search(r"<h1>(.*?)</h1>", await answer.text(), re.DOTALL)
    return answer.status, found[1].strip() if found else ""


async def test_the_overview_leads_to_an_incident_and_its_accounts(embedded_url: str, told: list[Event]) -> None:
    row = standing(told)
    async with running(embedded_url, told) as console:
        overview = await console.page("/")
        assert f"/incidents/{row.incident_id}" in overview
        page = await console.page(f"/incidents/{row.incident_id}")
        assert STREAM in page
        assert "<svg" in page
        async with console.client.get(f"/incidents/{row.incident_id}/accounts.csv") as answer:
            rows = list(csv.DictReader(io.StringIO(await answer.text())))
            assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert len([each for each in rows if each["role"] == "member"]) >= (row.accounts or 0) > 0
        async with console.client.get(f"/incidents/{row.incident_id[:9]}", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, f"/incidents/{row.incident_id}")
        await console.page("/incidents/inc_0000000000000000", 404)
        await console.page("/?stream=elsewhere", 404)
        assert f"/incidents/{row.incident_id}" in await console.page(f"/?stream={STREAM}")


async def test_without_anything_told_the_overview_says_so_and_health_is_well(
    embedded_url: str, told: list[Event]
) -> None:
    assert told
    with server(server_binary()) as port:
        async with running(f"redis://127.0.0.1:{port}") as console:
            assert "turfwatch up --simulate" in await console.page("/")
    async with running(embedded_url) as console:
        assert STREAM in await console.page("/")
        assert json.loads(await console.page("/healthz")) == {"ok": True, "reason": ""}


async def test_incidents_are_found_by_what_is_known_of_them(embedded_url: str, told: list[Event]) -> None:
    row = standing(told)
    assert row.event
    data = row.event.data
    link = f"/incidents/{row.incident_id}"
    words = " ".join(data.templates[0].samples[0].split()[2:5])
    async with running(embedded_url, told) as console:
        await console.page(link)
        accounts = await console.page(f"{link}/accounts.csv")
        joiner = [each["account"] for each in csv.DictReader(io.StringIO(accounts))][-1]
        for query in (row.incident_id, data.keywords[0].upper(), words, f"@{joiner}"):
            path = str(URL("/search").with_query(q=query))
            assert link in await console.page(path), query
        assert link not in await console.page("/search?q=nobody-said-this")
        assert link not in await console.page("/search?q=")


async def test_every_answer_has_the_headers_that_keep_strangers_out(embedded_url: str) -> None:
    async with running(embedded_url) as console:
        for path in ("/", "/healthz", "/nothing", "/static/page.css", "/static/../config.py"):
            async with console.client.get(path) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert answer.headers["Server"] == "turfwatch"
        async with console.client.get("/") as one, console.client.get("/") as other:
            assert one.headers["Cache-Control"] == "no-store"
            assert one.headers["Content-Security-Policy"] != other.headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "console.example"])
async def test_a_name_that_is_not_ours_is_refused(embedded_url: str, host: str) -> None:
    async with running(embedded_url) as console:
        await console.page("/", 421, Host=host)
        await console.page("/healthz", 421, Host=host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:6068", "[::1]:6068", "Console.Example:443"])
async def test_names_of_loopback_and_of_the_settings_are_ours(embedded_url: str, host: str) -> None:
    async with running(embedded_url, hosts=("console.example",)) as console:
        await console.page("/", 200, Host=host)


async def test_a_token_opens_the_console_and_is_in_no_cookie(embedded_url: str, told: list[Event]) -> None:
    link = f"/incidents/{standing(told).incident_id}"
    async with running(embedded_url, told, token=TOKEN) as console:
        login = await console.page(link, 401)
        form = {"csrf": form_of(login), "token": "wrong" * 5}
        async with console.client.post("/login", data=form) as answer:
            assert answer.status == 401
            form["csrf"] = form_of(await answer.text())
        await console.page(link, 401)
        form["token"] = TOKEN
        async with console.client.post("/login", data=form, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, link)
            cookies = answer.headers.getall("Set-Cookie")
            assert all("HttpOnly" in each and "SameSite=Strict" in each for each in cookies)
            assert TOKEN not in str(answer.headers)
        await console.page(link)
        console.clock.now += console.parts.sessions.lasts_s + 1
        await console.page(link, 401)


async def test_scripts_give_the_token_and_guessing_has_to_wait(embedded_url: str) -> None:
    async with running(embedded_url, token=TOKEN) as console:
        await console.page("/", Authorization=f"Bearer {TOKEN}")
        await console.page("/", 401, Authorization="Basic abc")
        for _ in range(5):
            await console.page("/", 401, Authorization="Bearer wrong")
        await console.page("/", 429, Authorization="Bearer wrong")
        await console.page("/", 429, Authorization=f"Bearer {TOKEN}")
        console.clock.now += 6
        await console.page("/", Authorization=f"Bearer {TOKEN}")
        await console.page("/healthz")


async def test_a_session_of_another_process_is_none(embedded_url: str) -> None:
    async with running(embedded_url, token=TOKEN) as one, running(embedded_url, token=TOKEN) as other:
        value = one.parts.sessions.begin()
        await one.page("/", Cookie=f"turfwatch_session={value}")
        await other.page("/", 401, Cookie=f"turfwatch_session={value}")
        await one.page("/", 401, Cookie=f"turfwatch_session={value[:-1]}")
        await one.page("/", 401, Cookie="turfwatch_session=9999999999.x.y")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_what_another_page_sends_is_refused(
    embedded_url: str, told: list[Event], headers: dict[str, str]
) -> None:
    link = f"/incidents/{standing(told).incident_id}"
    async with running(embedded_url, told) as console:
        form = {"csrf": form_of(await console.page(link)), "verdict": "true"}
        async with console.client.post(f"{link}/verdict", data=form, headers=headers) as answer:
            assert answer.status == 403


async def test_a_form_that_was_sent_to_another_browser_is_refused(embedded_url: str, told: list[Event]) -> None:
    link = f"/incidents/{standing(told).incident_id}"
    async with running(embedded_url, told) as console:
        foreign = form_of(await console.page(link))
        console.client.session.cookie_jar.clear()
        await console.page(link)
        for token in (foreign, "", "é"):
            async with console.client.post(f"{link}/verdict", data={"csrf": token, "verdict": "true"}) as answer:
                assert answer.status == 403


async def test_what_cannot_be_answered_is_said_in_one_sentence(embedded_url: str, told: list[Event]) -> None:
    row, burst = standing(told), standing(told, burst=True)
    async with running(embedded_url, told) as console:
        form = {"csrf": form_of(await console.page(f"/incidents/{row.incident_id}"))}
        for name, more, status in (
            (burst.incident_id, {"verdict": "true"}, 409),
            (row.incident_id, {"verdict": "perhaps"}, 400),
            (row.incident_id, {"note": "a note alone"}, 409),
            (row.incident_id, {"verdict": "true", "note": "x" * 2001}, 400),
            (row.incident_id, {"verdict": "true", "note": "x" * 70_000}, 413),
            ("inc_0000000000000000", {"verdict": "true"}, 404),
        ):
            async with console.client.post(f"/incidents/{name}/verdict", data={**form, **more}) as answer:
                assert (await message(answer))[0] == status
                assert "Traceback" not in await answer.text()


async def test_brokers_that_are_away_are_told_of_and_come_back(embedded_url: str, told: list[Event]) -> None:
    async with running(embedded_url, told) as console:
        await console.page("/")
        console.topic.away = BrokerError("nobody there")
        console.topic.wake()
        await console.until(lambda: console.parts.follower.trouble is not None)
        async with console.client.get("/") as answer:
            assert (answer.status, answer.headers["Refresh"]) == (503, "5")
        assert json.loads(await console.page("/healthz", 503))["reason"] == "nobody there"
        console.topic.away = None
        await console.until(lambda: console.parts.follower.trouble is None)
        await console.page("/")


async def test_a_server_that_is_away_is_told_of(told: list[Event]) -> None:
    with server(server_binary()) as port:
        async with running(f"redis://127.0.0.1:{port}", told) as console:
            await console.page("/")
            with Redis(port=port) as redis:
                redis.shutdown(nosave=True)
            console.clock.now += 60
            await console.page("/", 503)
            await console.page(f"/incidents/{standing(told).incident_id}", 503)


async def test_a_page_speaks_the_language_that_is_asked_for_and_remembers_it(embedded_url: str) -> None:
    async with running(embedded_url) as console:
        assert '<html lang="en">' in await console.page("/")
        assert '<html lang="de">' in await console.page("/", 200, **{"Accept-Language": "fr, de-CH;q=0.8, en;q=0.5"})
        assert '<html lang="de">' in await console.page("/?lang=de")
        assert '<html lang="de">' in await console.page("/", 200, **{"Accept-Language": "en"})
        assert '<html lang="en">' in await console.page("/?lang=en")
    async with running(embedded_url, language="de") as console:
        assert '<html lang="de">' in await console.page("/")


async def test_pseudonyms_hide_who_it_was(embedded_url: str, told: list[Event]) -> None:
    row = standing(told)
    assert row.event
    names = row.event.data.accounts.sample
    async with running(embedded_url, told, pseudonyms=True) as console:
        page = await console.page(f"/incidents/{row.incident_id}")
        assert [name for name in names if name in page] == []
        assert row.incident_id not in await console.page(f"/search?q={names[0]}")


async def told_next(answer: ClientResponse, count: int) -> tuple[list[dict[str, object]], str]:
    """The next rows that a page is told, and the last id."""
    rows: list[dict[str, object]] = []
    last = ""
    async for raw in answer.content:
        name, _, value = raw.decode().rstrip("\n").partition(": ")
        if name == "data":
            rows.append(json.loads(value))
        elif name == "id":
            last = value
        if len(rows) == count and not raw.strip():
            break
    return rows, last


async def test_open_pages_are_told_what_changes_and_go_on_where_they_were(embedded_url: str, told: list[Event]) -> None:
    half = len(told) // 2
    first = {name for event in told[half:] for name in incidents_of(event)}
    async with running(embedded_url, told[:half]) as console:
        await console.page("/")
        async with console.client.get("/events") as page, console.client.get("/events?stream=elsewhere") as other:
            assert page.headers["Content-Type"].startswith("text/event-stream")
            console.topic.tell(*told[half:])
            rows, last = await told_next(page, len(first))
            assert {row["incident_id"] for row in rows} == first
            assert all(str(row["incident_id"]) in str(row["row"]) for row in rows)
            assert other.status == 200
        assert last == f"0.{len(told)}"
    async with (
        running(embedded_url, [*told, told[0]]) as console,
        console.client.get("/events", headers={"Last-Event-ID": last}) as page,
    ):
        rows, _ = await told_next(page, 1)
        assert [row["incident_id"] for row in rows] == incidents_of(told[0])


async def test_what_came_while_a_page_was_on_its_way_is_told(embedded_url: str, told: list[Event]) -> None:
    async with running(embedded_url, told[:-1]) as console:
        await console.page("/")
        console.topic.tell(told[-1])
        await console.parts.follower.moved(console.parts.served[next(iter(console.parts.served))])
        async with console.client.get("/events") as page:
            rows, _ = await told_next(page, 1)
            assert [row["incident_id"] for row in rows] == incidents_of(told[-1])


async def test_a_page_is_built_once_for_all_who_look(embedded_url: str, told: list[Event]) -> None:
    link = f"/incidents/{standing(told).incident_id}"
    async with running(embedded_url, told) as console:
        pages = await asyncio.gather(*(console.page(link) for _ in range(10)))
        views = console.parts.pages
        assert len(views._pages) == 1
        [kept] = views._pages.values()
        built = kept.page
        console.clock.now += 60
        await console.page(link)
        assert kept.page is built, "nothing was applied meanwhile"
        assert len({re.sub(r'(nonce|value)="[^"]*"', "", page) for page in pages}) == 1
