"""``turfwatch simulate`` from outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.command import turfwatch

from pipeline.post import Post, decode_line

if TYPE_CHECKING:
    from pathlib import Path

SMALL = ("simulate", "--scenario", "everything", "--seed", "3", "--posts", "500")


def test_a_seed_gives_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    for number in ("1", "2"):
        files = ("--out", tmp_path / f"{number}.jsonl", "--roles", tmp_path / f"{number}.json")
        assert turfwatch(*SMALL, *files, extra={"PYTHONHASHSEED": number}).returncode == 0

    for ending in ("jsonl", "json"):
        assert (tmp_path / f"1.{ending}").read_bytes() == (tmp_path / f"2.{ending}").read_bytes()
    assert turfwatch(*SMALL).stdout == (tmp_path / "1.jsonl").read_bytes()


def test_roles_name_those_who_posted_for_a_campaign(tmp_path: Path) -> None:
    told = turfwatch(*SMALL, "--roles", tmp_path / "roles.json").stdout

    roles = json.loads((tmp_path / "roles.json").read_text())
    posts = [line for raw in told.splitlines() if isinstance(line := decode_line(raw), Post)]
    assert (roles["scenario"], roles["seed"]) == ("everything", 3)
    for name, role in roles["campaigns"].items():
        assert role["accounts"] == sorted({post.author_id for post in posts if post.campaign == name})
    assert {post.author_id for post in posts} >= {name for joiners in roles["joiners"].values() for name in joiners}


def test_options_that_do_not_fit_the_scenario_are_refused(tmp_path: Path) -> None:
    for options, reason in (
        (("--scenario", "demo", "--accounts", "3"), b"--accounts is only for the scenario 'single'"),
        (("--scenario", "single", "--roles", tmp_path / "r"), b"--roles is not for the scenario 'single'"),
    ):
        done = turfwatch("simulate", *options)
        assert done.returncode == 2
        assert reason in done.stderr
        assert done.stderr.count(b"\n") == 1


def test_roles_that_cannot_be_written_end_in_one_line(tmp_path: Path) -> None:
    done = turfwatch(*SMALL, "--out", tmp_path / "x.jsonl", "--roles", tmp_path)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"turfwatch: {tmp_path}: cannot be written".encode())
