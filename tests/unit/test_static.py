"""The built script and style of the pages are those of the sources beside them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from support.servers import required

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
BUILT = ROOT / "pipeline" / "page" / "static"
MANIFEST = json.loads((BUILT / "manifest.json").read_text())
SOURCES = ["build.mjs", "package.json", "package-lock.json", *(f"src/{path.name}" for path in (WEB / "src").iterdir())]


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_what_is_committed_was_built_from_these_sources() -> None:
    """`make pages` builds it anew."""
    assert {name: digest(WEB / name) for name in SOURCES} == MANIFEST["sources"]
    assert {name: digest(BUILT / name) for name in MANIFEST["built"]} == MANIFEST["built"]


def test_a_build_gives_the_same_bytes(tmp_path: Path) -> None:
    node = required("node")
    if not (WEB / "node_modules" / "esbuild").is_dir():
        if os.environ.get("TURFWATCH_REQUIRE_SERVERS"):
            pytest.fail("`npm --prefix web ci` installs what builds them")
        pytest.skip("`make pages` installs what builds them")
    subprocess.run([node, WEB / "build.mjs", tmp_path], check=True, capture_output=True)

    assert {path.name: digest(path) for path in tmp_path.iterdir()} == {
        path.name: digest(path) for path in BUILT.iterdir()
    }


def test_pure_parts_of_the_scripts_hold_their_own_tests() -> None:
    node = required("node")
    done = subprocess.run([node, "--test", "test/"], cwd=WEB, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_the_script_can_stand_inside_a_page_and_names_what_it_contains() -> None:
    script = (BUILT / "page.js").read_text()

    assert not re.search("</script|<!--", script, re.IGNORECASE)
    assert script.isascii()
    assert all(name in script[:4000] for name in ("Apache ECharts", "Apache License", "Baidu Inc.", "Mike Bostock"))


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (WEB / "package-lock.json").read_text()
