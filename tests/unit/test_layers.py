"""Dependencies point one way, modules stay small, documents stay true."""

from __future__ import annotations

import ast
import json
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from pipeline.incidents.public import json_schema
from pipeline.state.keys import KEYS, OBSERVED

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pipeline"
FORMS = (
    *("text.normalise", "text.links", "text.url_templates", "bursts.patterns", "bursts.watch"),
    *("detect.allow", "incidents.answer", "changes"),
)
"""What settings and lines are checked by: it knows neither of them."""

LAYERS = (
    *("errors", "position", "times", "timing", *FORMS, "sections", "console_section", "config", "post"),
    *("text", "detect", "bursts", "incidents", "page", "state", "engine"),
)
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted(PACKAGE.rglob("*.lua"))
COLUMNS = 120


def layer(module: str) -> int:
    """Place in the row of layers; what is not in it is a shell and may use them all."""
    whole = module.partition(".")[2]
    name = whole if whole in FORMS else whole.partition(".")[0]
    return LAYERS.index(name) if name in LAYERS else len(LAYERS)


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path) for path in MODULES}


def imported(path: Path) -> set[str]:
    """Modules of the package that a module imports, in whichever form, for types too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & NAMES) or {node.module or ""}
    return found & NAMES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_uses_only_layers_before_its_own(path: Path) -> None:
    own = layer(name_of(path))

    assert [module for module in imported(path) - {"pipeline"} if layer(module) > own] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_lines_of_a_script_are_as_short_as_those_of_a_module(path: Path) -> None:
    assert [line for line in path.read_text().splitlines() if len(line) > COLUMNS] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    uses = {name_of(path): imported(path) for path in MODULES}

    assert list(TopologicalSorter(uses).static_order())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_the_scripts_find_their_keys_where_the_schema_puts_them() -> None:
    lua = (PACKAGE / "state" / "lua" / "places.lua").read_text()
    places = {name: int(number) for name, number in re.findall(r"^  ([A-Z_]+) = (\d+)", lua, re.MULTILINE)}
    names = list(KEYS)

    for name, number in places.items():
        key = name.lower().replace("_", ":")
        assert number == next(n for n, known in enumerate(names, 1) if known in (key, f"{key}:0")), name
    assert names.index("said") + 1 == OBSERVED


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_names_tests_that_exist(path: Path) -> None:
    named = re.findall(r"tests/\w+/\w+\.py", path.read_text())

    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_committed_schema_is_the_one_of_the_code() -> None:
    committed = json.loads((ROOT / "docs" / "incident.schema.json").read_text())

    assert committed == json_schema()
