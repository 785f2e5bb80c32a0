"""A real Chromium on the real portal; a page that breaks its own security policy or logs an error fails its test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """Errors that pages logged, policy violations among them; a test that provokes one clears the list."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def page(browser: Browser, portal, faults: list[str]) -> Iterator[Page]:
    """A desk page, logged out."""
    yield from opened(browser, portal.url, faults, viewport=DESK)


@pytest.fixture
def phone(browser: Browser, portal, faults: list[str]) -> Iterator[Page]:
    """A phone page, logged out."""
    yield from opened(
        browser, portal.url, faults, viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2
    )


def opened(browser: Browser, url: str, faults: list[str], **options) -> Iterator[Page]:
    """Open a page in a context of its own, with its errors written to `faults`."""
    context: BrowserContext = browser.new_context(base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", **options)
    context.set_default_timeout(10_000)

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"{message.text} ({message.location.get('url')})")

    context.on("console", note)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    try:
        yield context.new_page()
    finally:
        context.close()
