"""The console beside a worker: what is told comes to open pages, and a verdict goes the way of the command's."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import threading
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from redis import Redis
from support.command import turfwatch
from support.flood import flooded
from support.kafka import read_all
from support.live import Live, until, worker
from support.shown import console


class Followed:
    """A page that is open: the rows that it was told, and the last id."""

    def __init__(self, url: str, last: str = "") -> None:
        self.rows: list[dict[str, Any]] = []
        self.last = last
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._connection.request("GET", "/events", headers={"Last-Event-ID": last} if last else {})
        self._answer = self._connection.getresponse()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException, AttributeError):
            for line in self._answer:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "data":
                    self.rows.append(json.loads(value))
                elif name == "id":
                    self.last = value

    def ids(self, **wanted: object) -> list[str]:
        """Incidents of which a row was told that is so."""
        rows = [row for row in self.rows if all(row[name] == value for name, value in wanted.items())]
        return list(dict.fromkeys(row["incident_id"] for row in rows))

    def close(self) -> None:
        self._connection.close()
        self._reader.join(60)


def send(browser: OpenerDirector, url: str, **fields: str) -> str:
    """Send the form of an incident's page as a browser does; returns the page that comes."""
    page = browser.open(url).read().decode()
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token, page
    answer: bytes = browser.open(f"{url}/verdict", urlencode({**fields, "csrf": token[1]}).encode()).read()
    return answer.decode()


def controls(live: Live) -> dict[str, dict[str, Any]]:
    """The control lines in the topic of the posts, by incident."""
    records = read_all(live.brokers, live.settings.kafka.posts)
    lines = [line for _, value, _, _ in records for line in (value or b"").split(b"\n")]
    found = [json.loads(line) for line in lines if b'"type":"control"' in line]
    return {json.loads(line["value"])["incident_id"]: line for line in found}


def test_a_campaign_appears_is_answered_and_a_console_that_comes_back_tells_the_rest(
    brokers: str, redis_port: int
) -> None:
    live = Live(brokers, kafka_partitions=2, console_port=0)
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    with worker(live.environment, redis_port) as started, Redis(port=redis_port) as redis:
        with console(live.environment, redis_port) as shown:
            assert "farms" not in browser.open(shown.url).read().decode()
            page = Followed(shown.url)
            live.fill("farms", flooded(2, accounts=4), 50)
            live.wait_done(redis, started)
            first, second = until(lambda: len(found := page.ids(status="open")) == 2 and found, "both are told")
            assert all(f"/incidents/{row['incident_id']}" in row["row"] for row in page.rows)

            url = f"{shown.url}/incidents/{first}"
            html = browser.open(url).read().decode()
            assert 'data-chart="timeline"' in html
            told = browser.open(f"{url}/accounts.csv").read().decode().splitlines()
            assert len([line for line in told if ",member," in line]) == 4
            assert all(line.split(",")[3] for line in told[1:]), "first posts are known"

            waits = send(browser, url, verdict="benign", note="a choir\r\nof four")
            assert 'role="status"' in waits
            until(lambda: page.ids(verdict="benign"), "the worker tells the verdict")
            assert "a choir" in browser.open(url).read().decode()
            assert shown.stop() == 0
            page.close()

        extra = {**live.environment, "TURFWATCH_REDIS_URL": f"redis://127.0.0.1:{redis_port}"}
        done = turfwatch("incidents", "verdict", second, "benign", "--note", "a choir\nof four", extra=extra)
        assert done.returncode == 0, done.stderr
        lines = controls(live)
        assert lines[first] == {
            **lines[second],
            "created_at": lines[first]["created_at"],
            "value": lines[second]["value"].replace(second, first),
        }

        with console(live.environment, redis_port) as shown:
            again = Followed(shown.url, page.last)
            until(lambda: again.ids(verdict="benign") == [second], "what was missed is told")
            assert again.ids() == [second]
            assert shown.stop() == 0
            again.close()
        assert started.stop() == 0


def test_where_others_reach_it_a_console_asks_for_a_token() -> None:
    done = turfwatch("console", "--host", "0.0.0.0", "--redis", "redis://127.0.0.1:1")  # noqa: S104 - it must not

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"turfwatch: console.host: 0.0.0.0 can be reached from elsewhere")
    assert done.stderr.count(b"\n") == 1


def test_a_token_that_is_short_is_refused_and_not_shown() -> None:
    done = turfwatch("console", extra={"TURFWATCH_CONSOLE_TOKEN": "hunter2"})

    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"at least 16" in done.stderr
    assert b"hunter2" not in done.stderr
