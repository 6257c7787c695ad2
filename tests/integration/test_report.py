"""``turfwatch replay --report`` from outside, and the counts behind it against those of the lines."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest
from support.command import turfwatch

from pipeline.burst_list import Gatherer, Passed
from pipeline.config import load_settings
from pipeline.detect.assess import main_keyword
from pipeline.detect.believers import apart
from pipeline.engine import Engine
from pipeline.incidents.burst import KIND
from pipeline.page.model import IncidentPage
from pipeline.page.names import AsTheyAre
from pipeline.page.recorder import AROUND_MS
from pipeline.post import Post
from pipeline.recordings.read import read_lines
from pipeline.replay import MAX_BATCH, run
from pipeline.report import LastLooks, Replayed, build_report, last_known
from pipeline.state.client import connect
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.incidents.public import Event
    from pipeline.page.model import Overview
    from pipeline.report import Known

MINUTE = 60_000
SETTINGS, _ = load_settings(environment={})
KEY = "a key that is long enough"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("recordings") / "town.jsonl.gz"
    turfwatch("simulate", "--scenario", "demo", "--seed", "7", "--posts", "6000", "--out", path)
    return path


@pytest.fixture(scope="module")
def told(town: Path) -> list[bytes]:
    return turfwatch("replay", town, "--output", "jsonl").stdout.splitlines()


def key_file(folder: Path) -> Path:
    path = folder / "key"
    path.write_text(f"{KEY}\n")
    return path


def test_a_report_shows_every_incident_and_changes_nothing_that_is_told(
    town: Path, told: list[bytes], tmp_path: Path
) -> None:
    done = turfwatch("replay", town, "--output", "jsonl", "--report", tmp_path / "out.html")
    page = (tmp_path / "out.html").read_text()

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == told
    assert f"report: {tmp_path / 'out.html'} (" in done.stderr.decode()
    assert list(tmp_path.iterdir()) == [tmp_path / "out.html"]
    names = {event["data"]["incident_id"] for event in map(json.loads, told) if event["data"]["kind"] != KIND}
    assert names
    assert all(f'id="{name}"' in page for name in names)


def test_accounts_are_pseudonyms_unless_names_are_asked_for(town: Path, told: list[bytes], tmp_path: Path) -> None:
    accounts = {
        account
        for event in map(json.loads, told)
        if event["data"]["kind"] != KIND
        for account in event["data"]["accounts"]["sample"]
    }
    turfwatch("replay", town, "--report", tmp_path / "hidden.html")
    done = turfwatch("replay", town, "--report", tmp_path / "named.html", "--names")
    hidden, named = ((tmp_path / f"{name}.html").read_text() for name in ("hidden", "named"))

    assert accounts
    assert not any(f">{account}<" in hidden for account in accounts)
    assert any(f">{account}<" in named for account in accounts)
    assert "it holds personal data" in done.stderr.decode()


def test_with_a_key_the_same_report_comes_again_whatever_the_hash_seed(town: Path, tmp_path: Path) -> None:
    key = key_file(tmp_path)
    pages = set()
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.html"
        done = turfwatch("replay", town, "--report", path, "--pseudonym-key-file", key, extra={"PYTHONHASHSEED": seed})
        assert done.returncode == 0, done.stderr
        pages.add(path.read_bytes())

    assert len(pages) == 1


def test_a_report_speaks_german_where_it_is_asked_to(town: Path, tmp_path: Path) -> None:
    turfwatch("replay", town, "--report", tmp_path / "out.html", "--lang", "de")

    assert '<html lang="de"' in (tmp_path / "out.html").read_text()[:200]


def test_a_replay_that_is_taken_up_again_reports_what_was_told_before(
    town: Path, told: list[bytes], tmp_path: Path
) -> None:
    stream = ("--stream", "town", "--state", tmp_path / "state")
    assert turfwatch("replay", town, *stream, "--output", "jsonl").returncode == 0
    done = turfwatch("replay", town, *stream, "--resume", "--report", tmp_path / "out.html")
    page = (tmp_path / "out.html").read_text()

    assert done.returncode == 0, done.stderr
    assert page.count("<article") >= len(
        {event["data"]["incident_id"] for event in map(json.loads, told) if event["data"]["kind"] != KIND}
    )
    assert 'class="chart network' in page


@pytest.mark.parametrize(
    ("report", "more", "said"),
    [
        ("nowhere/out.html", (), "there is no folder"),
        (".", (), "there is something that is no file"),
        ("out.html", ("--pseudonym-key-file", "short"), "a key has at least 16 characters"),
        ("out.html", ("--pseudonym-key-file", "none"), "No such file"),
    ],
)
def test_what_keeps_a_report_from_being_written_is_said_before_the_replay(
    town: Path, tmp_path: Path, report: str, more: tuple[str, ...], said: str
) -> None:
    (tmp_path / "short").write_text("too short")
    paths = [tmp_path / each if not each.startswith("--") else each for each in more]
    done = turfwatch("replay", town, "--output", "jsonl", "--report", tmp_path / report, *paths)

    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()


def test_standard_input_cannot_be_reported_on_and_a_topic_does_not_want_to(town: Path, tmp_path: Path) -> None:
    piped = turfwatch("replay", "-", "--report", tmp_path / "out.html")
    sent = turfwatch("replay", town, "--to-kafka", "--report", tmp_path / "out.html")

    assert piped.returncode == 2
    assert "standard input cannot be read again" in piped.stderr.decode()
    assert sent.returncode == 2
    assert "--report is not for --to-kafka" in sent.stderr.decode()


async def reported(path: Path, url: str) -> tuple[Overview, list[IncidentPage], dict[str, Known]]:
    """The model of a report with names as they are, and the facts that it was built from."""
    looks, bursts, passed = LastLooks(), Gatherer(), Passed()
    events: list[Event] = []
    async with connect(url, 10) as client:
        engine = Engine(client, "reported", SETTINGS, witness=looks, burst_witness=bursts)
        await engine.store.drop()
        await engine.start(origin="replay")
        async for step in run(engine, passed.through(read_lines([str(path)])), "t", batch_lines=MAX_BATCH):
            events += step.events
        standing = await engine.standing()
        known = await last_known(engine, looks, [*events, *standing])
        ranked = bursts.ranked(engine.keywords.bursts if engine.keywords else ())
        await engine.store.drop()
    replayed = Replayed(*("title", "reported", events, standing, known, ranked, passed.first or 0, passed.last or 0, 0))
    overview, pages = await build_report(replayed, read_lines([str(path)]), AsTheyAre(), {})
    return overview, pages, known


def check(overview: Overview, pages: list[IncidentPage], known: dict[str, Known], path: Path) -> None:
    """Hold what pages count against the lines, counted one by one."""
    posts = (line for line in read_lines([str(path)]) if isinstance(line, Post))
    lines = [(post, set(normalise(post.text).split())) for post in posts]
    by_id = {page.head.incident_id: page for page in pages}
    assert set(by_id) >= {row.incident_id for row in overview.incidents}
    for name, (facts, _) in known.items():
        held, page = apart(facts), by_id[name]
        first = min((each.first for each in held.objects), default=held.first)
        begin = (first - AROUND_MS) // MINUTE * MINUTE
        end = (held.last + AROUND_MS) // MINUTE * MINUTE + MINUTE
        wanted = normalise(main_keyword(held))
        members = {(row.platform, row.author_id) for row in held.members}
        joiners = {(row.platform, row.author_id) for row in held.joiners}
        seen: set[tuple[str, str]] = set()
        counts, posted = Counter[str](), Counter[tuple[str, str]]()
        for post, words in lines:
            author = post.platform, post.author_id
            if not begin <= post.at < end or (post.platform, post.id) in seen:
                continue
            has = wanted in words
            role = "members" if author in members else "joiners" if author in joiners else "others"
            if has or role != "others":
                seen.add((post.platform, post.id))
            if role != "others":
                counts[role] += 1
                posted[author] += 1
            elif has:
                counts["others"] += 1
        assert page.timeline is not None
        assert page.rhythm is not None
        sums = [sum(row[column] for row in page.timeline.rows) for column in (1, 2, 3)]
        assert sums == [counts["members"], counts["joiners"], counts["others"]], name
        assert sum(page.rhythm.hours) == counts["members"]
        rows = [*held.members, *held.joiners]
        assert [each.posts or 0 for each in page.accounts] == [posted[row.platform, row.author_id] for row in rows]
        assert len(page.accounts) == len(members) + len(joiners)
    assert msgspec.json.decode(msgspec.json.encode(pages), type=list[IncidentPage]) == pages


def test_pages_of_a_simulated_town_count_what_its_lines_say(town: Path, embedded_url: str) -> None:
    check(*asyncio.run(reported(town, embedded_url)), town)


@pytest.mark.recording
def test_pages_of_a_recording_count_what_its_lines_say(recording: Callable[[str], Path], embedded_url: str) -> None:
    path = recording("koch-farms-2015")
    overview, pages, known = asyncio.run(reported(path, embedded_url))
    check(overview, pages, known, path)
    (farms,) = [page for page in pages if page.head.keywords[:1] == ["#kochfarms"] and page.head.kind != KIND]
    assert farms.network is not None
    assert farms.network.grouped
    assert len(farms.accounts) == (farms.head.members or 0) + (farms.head.joiners or 0)
