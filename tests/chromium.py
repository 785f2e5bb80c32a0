"""The one Chromium of a test process: whoever opens pages takes it from here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the lightest first


def chromium() -> str:
    """Find the browser as `make test` does."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, "no Chromium: install it, or set CHROMIUM=/path/to/chromium"
    return found


@pytest.fixture(scope="session")
def play() -> Iterator[Playwright]:
    """What drives the browsers; there can be one in a process."""
    from playwright.sync_api import sync_playwright  # most processes open no page

    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(play: Playwright) -> Iterator[Browser]:
    """One browser for the session."""
    running = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
    yield running
    running.close()
