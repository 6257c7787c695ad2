"""Dependencies point one way, modules stay small, documents stay true."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from pipeline.incidents.public import json_schema
from pipeline.state.keys import KEYS, OBSERVED

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pipeline"
LAYERS = ("errors", "config", "post", "text", "detect", "incidents", "state", "engine")
MODULES = sorted(PACKAGE.rglob("*.py"))


def layer(module: str) -> int:
    """Place in the row of layers; what is not in it is a shell and may use them all."""
    parts = module.split(".")
    name = parts[1] if len(parts) > 1 else "__init__"
    return LAYERS.index(name) if name in LAYERS else len(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_uses_only_layers_before_its_own(path: Path) -> None:
    own = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    imported = [
        node.module
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline.")
    ]

    assert [module for module in imported if layer(module) > layer(own)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_the_scripts_find_their_keys_where_the_schema_puts_them() -> None:
    lua = (PACKAGE / "state" / "lua" / "prelude.lua").read_text()
    places = {name: int(number) for name, number in re.findall(r"^local ([A-Z_]+) = (\d+)", lua, re.MULTILINE)}
    names = list(KEYS)

    assert places.pop("KEPT_AUTHORS_KEY") == names.index("kept:authors") + 1
    for name, number in places.items():
        key = name.lower().replace("_", ":")
        assert number == next(n for n, known in enumerate(names, 1) if known in (key, f"{key}:0")), name
    assert names.index("due") + 1 == OBSERVED


@pytest.mark.parametrize("path", sorted((PACKAGE / "state" / "lua").glob("*.lua")), ids=lambda path: path.name)
def test_every_script_names_tests_that_exist(path: Path) -> None:
    named = re.findall(r"tests/\w+/\w+\.py", path.read_text())

    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_committed_schema_is_the_one_of_the_code() -> None:
    committed = json.loads((ROOT / "docs" / "incident.schema.json").read_text())

    assert committed == json_schema()
