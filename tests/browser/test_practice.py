"""The local practice of the demo county, as whoever might take it over sees it."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser.test_every_page import log_in
from tests.portal import Portal

BESIDE = re.compile(r"少 (\d+)% · 同期同类单位(少|多) (\d+)%")


def test_practice_spared_more_than_peers_did_in_the_same_weeks(portal: Portal, page: Page) -> None:
    """Where it began, and where others took it over."""
    log_in(page, portal.accounts["lead"])
    page.goto("/practices/1/")
    pairs = [
        (int(own), int(peers) if way == "少" else -int(peers))
        for own, way, peers in BESIDE.findall(page.locator("main").inner_text())
    ]
    assert len(pairs) == 2 and all(own >= peers + 5 for own, peers in pairs), pairs
