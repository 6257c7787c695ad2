"""What the documents show is what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

from support.command import turfwatch

from pipeline.cli import turfwatch as command

ROOT = Path(__file__).parents[2]


def words(text: str) -> str:
    """The text without the lines of tables, and with single spaces: a terminal's width does not matter."""
    return " ".join(re.sub("[│┃]", " ", text).split())


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    readme = (ROOT / "README.md").read_text()
    simulate = re.search(r"turfwatch (simulate .*) --out \S+", makefile)
    shown = re.search(r"`make demo` prints.*?\n\n(.*?)\n## ", readme, re.DOTALL)
    assert simulate is not None
    assert shown is not None
    recording = tmp_path / "demo.jsonl.gz"
    turfwatch(*simulate[1].split(), "--out", recording)

    printed = words(turfwatch("replay", recording).stdout.decode().replace(str(recording), "build/demo.jsonl.gz"))

    rows = [words(row) for row in shown[1].splitlines() if row.strip()]
    assert len(rows) >= 5
    assert [row for row in rows if row not in printed] == []


def test_every_command_of_the_readme_exists() -> None:
    commands = re.findall(r"^    turfwatch (\w[\w-]*)", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert commands
    assert set(commands) - set(command.commands) == set()
