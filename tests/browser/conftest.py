"""The browser that the tests of a file share: beyond it, its loop would be in the way of tests that have their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.browser import running_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as started:
        yield started
