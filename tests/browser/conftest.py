"""The browser that all tests of pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.browser import running_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_browser() as started:
        yield started
