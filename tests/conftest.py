"""Servers and recordings that tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("TURFWATCH_DATA", Path(__file__).parents[1].parent / "shared" / "data"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="as many kills as the full proof asks for")


@pytest.fixture
def recording() -> object:
    def find(name: str) -> Path:
        path = DATA / f"{name}.jsonl.gz"
        if not path.is_file():
            pytest.skip(f"the recording {path} is not here; name its folder with TURFWATCH_DATA")
        return path

    return find
